"""Tests of the model folder: it reads back the same model, and nothing else than what was written."""

import hashlib
import json
import os
import pickletools
import random
import re
from dataclasses import replace
from pathlib import Path

import pytest
from safetensors.numpy import load, save

from models.features import Arrays
from models.folder import DESCRIPTION, FORMAT, WEIGHTS, load_model, save_model
from models.linear_news_model import LinearNewsModel
from models.ngrams import KEY_BITS
from standpoint.article import Article
from standpoint.codebook import Words
from standpoint.errors import CodebookMismatchError, ModelFolderError

ARTICLES = [
    Article("a1", "The costly plan collapsed again.", "China broke its promise. 日本信守承诺，造福各方。"),
    Article("a2", "盟友签署了联合协议", "美国公布了月度数据。😀"),
]
ROOMS = "standpoint|corpus|labeling|models|measurement|training|serving|report|cli|codebooks"


@pytest.fixture
def folder(model: LinearNewsModel, tmp_path: Path) -> Path:
    save_model(model, tmp_path / "model")
    return tmp_path / "model"


def refusal(folder: Path) -> str:
    with pytest.raises(ModelFolderError) as error:
        load_model(folder)
    return str(error.value)


def edited(folder: Path, **changes: object) -> None:
    path = folder / DESCRIPTION
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | changes), encoding="utf-8")


def resealed(folder: Path, arrays: Arrays) -> None:
    """Put other weights into a folder, with checksums that fit."""
    weights, description = save(arrays), json.loads((folder / DESCRIPTION).read_bytes())
    description["sha256"] = {WEIGHTS: hashlib.sha256(weights).hexdigest()}
    canonical = json.dumps(description, ensure_ascii=False, sort_keys=True).encode()
    description["sha256"][DESCRIPTION] = hashlib.sha256(canonical).hexdigest()
    (folder / WEIGHTS).write_bytes(weights)
    (folder / DESCRIPTION).write_text(json.dumps(description, ensure_ascii=False), encoding="utf-8")


def test_a_model_read_back_gives_identical_predictions(model: LinearNewsModel, folder: Path) -> None:
    assert load_model(folder).predict(ARTICLES) == model.predict(ARTICLES)


def test_a_model_read_back_knows_its_codebook_and_its_making(model: LinearNewsModel, folder: Path) -> None:
    again = load_model(folder, codebook=model.codebook)
    assert (again.codebook, again.training, again.version) == (model.codebook, model.training, model.version)


def test_saving_a_model_read_back_writes_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    save_model(load_model(folder), tmp_path / "again")
    for name in (DESCRIPTION, WEIGHTS):
        assert (tmp_path / "again" / name).read_bytes() == (folder / name).read_bytes()


def test_a_model_can_be_read_under_another_name(folder: Path) -> None:
    assert load_model(folder, version="standpoint/3").predict(ARTICLES)[0].model == "standpoint/3"


@pytest.mark.parametrize("kept", ["frame_model", "stance_model"])
def test_half_a_model_reads_back_as_half(model: LinearNewsModel, tmp_path: Path, kept: str) -> None:
    half = LinearNewsModel(model.codebook, **{kept: getattr(model, kept)})
    save_model(half, tmp_path / "half")
    assert load_model(tmp_path / "half").predict(ARTICLES) == half.predict(ARTICLES)


def test_a_folder_can_be_moved(model: LinearNewsModel, folder: Path, tmp_path: Path) -> None:
    folder.rename(tmp_path / "稀土 model")
    assert load_model(tmp_path / "稀土 model").predict(ARTICLES) == model.predict(ARTICLES)


@pytest.mark.parametrize("name", [DESCRIPTION, WEIGHTS])
def test_every_flipped_bit_is_refused(folder: Path, name: str) -> None:
    path, draw = folder / name, random.Random(5)
    content = path.read_bytes()
    for position in {0, 7, 8, len(content) - 1, *draw.sample(range(len(content)), 60)}:
        flipped = bytearray(content)
        flipped[position] ^= 1 << draw.randrange(8)
        path.write_bytes(flipped)
        assert "train anew" in refusal(folder), f"byte {position}"


@pytest.mark.parametrize("name", [DESCRIPTION, WEIGHTS])
def test_a_file_that_was_cut_off_or_added_to_is_refused(folder: Path, name: str) -> None:
    content = (folder / name).read_bytes()
    for changed in (b"", content[:-1], content[: len(content) // 2], content + b"x"):
        (folder / name).write_bytes(changed)
        assert str(folder / name) in refusal(folder)


def test_a_changed_threshold_is_refused_as_a_change(folder: Path) -> None:
    path = folder / WEIGHTS
    arrays = load(path.read_bytes())
    path.write_bytes(save(arrays | {"frames.thresholds": arrays["frames.thresholds"] / 2}))
    assert f"{path}: was changed after the model was saved." in refusal(folder)


@pytest.mark.parametrize("changes", [{"version": "other"}, {"training": {}}, {"frame_model": None}, {"more": 1}])
def test_a_changed_description_is_refused_as_a_change(folder: Path, changes: dict[str, object]) -> None:
    edited(folder, **changes)
    assert f"{folder / DESCRIPTION}: was changed after the model was saved." in refusal(folder)


def test_another_format_is_refused_with_both_numbers(folder: Path) -> None:
    edited(folder, format=99)
    assert f"has format 99, this version reads {FORMAT}. Use the version that wrote it" in refusal(folder)


def test_another_layout_of_the_description_is_the_same_model(model: LinearNewsModel, folder: Path) -> None:
    resealed(folder, load((folder / WEIGHTS).read_bytes()))
    assert load_model(folder).predict(ARTICLES) == model.predict(ARTICLES)


@pytest.mark.parametrize("name", ["frames.features.keys", "frames.features.splits", "stances.coef"])
def test_weights_that_lack_a_part_are_refused(folder: Path, name: str) -> None:
    arrays = load((folder / WEIGHTS).read_bytes())
    del arrays[name]
    resealed(folder, arrays)
    assert f"its parts do not fit together ('{name.split('.', 1)[1]}')" in refusal(folder)


def test_weights_with_keys_out_of_range_are_refused(folder: Path) -> None:
    arrays = load((folder / WEIGHTS).read_bytes())
    resealed(folder, arrays | {"frames.features.keys": arrays["frames.features.keys"] + (1 << KEY_BITS)})
    assert "its parts do not fit together (index" in refusal(folder)


@pytest.mark.parametrize("content", ["[]", "{}", '{"sha256": []}', '"text"', "null", "not json", "\ud800"])
def test_a_description_of_something_else_is_refused(folder: Path, content: str) -> None:
    (folder / DESCRIPTION).write_bytes(content.encode("utf-8", "surrogatepass"))
    assert "is not a model description" in refusal(folder)


@pytest.mark.parametrize("name", [DESCRIPTION, WEIGHTS])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    assert f"{folder / name}: cannot be read (No such file or directory)." in refusal(folder)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert f"Is {tmp_path / 'nothing'} a model folder?" in refusal(tmp_path / "nothing")


def test_another_codebook_is_refused_with_both_names(model: LinearNewsModel, folder: Path) -> None:
    first, *others = model.codebook.frames
    other = replace(model.codebook, frames=(replace(first, definition=Words("something else", "别的")), *others))
    with pytest.raises(CodebookMismatchError) as error:
        load_model(folder, codebook=other)
    words = f"was trained for codebook '{model.codebook.reference}', but '{other.reference}' is in use."
    assert words in str(error.value)


def test_an_existing_folder_is_left_alone(model: LinearNewsModel, tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    with pytest.raises(ModelFolderError, match="exists already. Choose another folder or remove it"):
        save_model(model, tmp_path / "model")
    assert [path.name for path in tmp_path.rglob("*")] == ["model"]


def test_a_full_disk_leaves_nothing_behind(
    model: LinearNewsModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(ModelFolderError, match="cannot be written \\(No space left on device\\)"):
        save_model(model, tmp_path / "model")
    assert list(tmp_path.iterdir()) == []


def test_an_interrupt_leaves_nothing_behind(
    model: LinearNewsModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        save_model(model, tmp_path / "model")
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_named(model: LinearNewsModel, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ModelFolderError, match="cannot be written .*Choose another folder"):
        save_model(model, tmp_path / "file" / "model")


def test_others_may_read_the_folder(folder: Path) -> None:
    assert folder.stat().st_mode & 0o777 == 0o755


def test_a_folder_holds_two_files_and_names_no_module(folder: Path) -> None:
    assert sorted(path.name for path in folder.iterdir()) == [DESCRIPTION, WEIGHTS]
    for path in folder.iterdir():
        assert not re.search(rf"\b({ROOMS})\.[a-z]".encode(), path.read_bytes())


def test_no_file_is_a_pickle(folder: Path) -> None:
    for path in folder.iterdir():
        with pytest.raises(ValueError, match="opcode|pickle|expected|not enough"):
            list(pickletools.genops(path.read_bytes()))


def test_the_weights_are_numbers(folder: Path) -> None:
    assert {array.dtype.kind for array in load((folder / WEIGHTS).read_bytes()).values()} <= set("ifb")
