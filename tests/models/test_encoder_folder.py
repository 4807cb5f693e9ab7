"""Tests of an encoder in its model folder: it reads back the same, is checked, and outlives the folder it came from."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from safetensors.numpy import load

if find_spec("torch") is None and not os.environ.get("CI"):
    pytest.skip("needs torch and transformers: pip install -e '.[encoder]'", allow_module_level=True)

from models.encoder_choice import CONFIG, EXACT, GRAPH, NETWORK, SMALL_GRAPH
from models.encoder_news_model import EncoderNewsModel
from models.encoder_tokens import TOKENIZER
from models.folder import DESCRIPTION, WEIGHTS, load_model, save_model
from standpoint.article import Article
from standpoint.errors import ModelFolderError
from standpoint.prediction import Prediction
from training.encoder_recipe import EncoderRecipe
from training.gold import Gold

FILES = {TOKENIZER, GRAPH, SMALL_GRAPH, NETWORK, CONFIG}
ROOT = Path(__file__).parents[2]
WITHOUT_THE_EXTRA = f"""
import sys
from importlib.machinery import PathFinder
from pathlib import Path
sys.path.insert(0, {str(ROOT)!r})
found = PathFinder.find_spec
PathFinder.find_spec = staticmethod(lambda name, *rest: None if name == sys.argv[2] else found(name, *rest))
from models.folder import load_model
load_model(Path(sys.argv[1]))
"""


@pytest.fixture(autouse=True)
def _exact(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every model be computed exactly, or answers would depend on what is quickest here."""
    monkeypatch.setattr("models.encoder_choice._possible", lambda *_: iter([EXACT]))


@pytest.fixture
def folder(demo_encoder: EncoderNewsModel, tmp_path: Path) -> Path:
    save_model(demo_encoder, tmp_path / "model")
    return tmp_path / "model"


@pytest.fixture(scope="module")
def articles(demo_gold: Gold) -> list[Article]:
    return [*(item.article for item in demo_gold.articles[:12]), Article("long", "", "China kept its word. " * 300)]


def refusal(folder: Path) -> str:
    with pytest.raises(ModelFolderError) as error:
        load_model(folder)
    return str(error.value)


def rounded(predictions: list[Prediction]) -> Iterator[object]:
    for found in predictions:
        yield found.article_id, found.characters_read
        for frame in found.frames:
            yield frame.id, frame.present, round(frame.proba, 4), [(span.start, span.end) for span in frame.evidence]
        for stance in found.stances:
            yield stance.actor, stance.stance, stance.mentions, [(span.start, span.end) for span in stance.evidence]


def test_a_model_read_back_gives_the_same_answers(
    demo_encoder: EncoderNewsModel, folder: Path, articles: list[Article]
) -> None:
    again = load_model(folder)
    assert list(rounded(again.predict(articles))) == list(rounded(demo_encoder.predict(articles)))
    assert (again.codebook, again.training, again.kind) == (demo_encoder.codebook, demo_encoder.training, "encoder")


def test_a_model_is_saved_again_after_its_folder_is_gone(folder: Path, tmp_path: Path, articles: list[Article]) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    model = load_model(folder)
    shutil.rmtree(folder)
    save_model(model, tmp_path / "again")
    assert {path.name: path.read_bytes() for path in (tmp_path / "again").iterdir()} == before
    assert model.predict(articles) == load_model(tmp_path / "again").predict(articles)


@pytest.mark.parametrize("part", ["frames", "stances"])
def test_half_a_model_reads_back_as_half(
    demo_encoder: EncoderNewsModel, tmp_path: Path, articles: list[Article], part: str
) -> None:
    kept = {part: getattr(demo_encoder, part)}
    half = EncoderNewsModel(demo_encoder.codebook, demo_encoder.encoder, **kept, package=demo_encoder.package)
    save_model(half, tmp_path / "half")
    assert list(rounded(load_model(tmp_path / "half").predict(articles))) == list(rounded(half.predict(articles)))


def test_a_folder_holds_json_safetensors_and_graphs_alone(folder: Path) -> None:
    names = {path.name for path in folder.iterdir()}
    assert names == FILES | {DESCRIPTION, WEIGHTS}
    assert {Path(name).suffix for name in names} == {".json", ".safetensors", ".onnx"}
    for path in folder.glob("*.json"):
        json.loads(path.read_bytes())
    for path in folder.glob("*.safetensors"):
        assert load(path.read_bytes().replace(b'"BF16"', b'"F16" '))  # numpy has no bf16; both are of two bytes


def test_no_file_says_from_which_code_or_machine_it_comes(folder: Path, demo_recipe: EncoderRecipe) -> None:
    content = b"".join(path.read_bytes() for path in folder.iterdir())
    traces = (
        b"models.",
        b"transformers.",
        b".py",
        *(str(place).encode() for place in (ROOT, demo_recipe.encoder.encoder)),
    )
    assert [trace for trace in traces if trace in content] == []


@pytest.mark.parametrize("name", sorted(FILES - {NETWORK, CONFIG, SMALL_GRAPH}))
def test_a_file_that_was_changed_is_refused_with_its_name(folder: Path, name: str) -> None:
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(content)
    assert f"{folder / name}: was changed after the model was saved." in refusal(folder)


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_file_that_is_missing_is_refused_with_its_name(folder: Path, name: str) -> None:
    (folder / name).unlink()
    assert f"{folder / name}: cannot be read (No such file or directory)." in refusal(folder)


@pytest.mark.parametrize("name", [NETWORK, CONFIG, SMALL_GRAPH])
def test_a_file_that_is_not_used_here_is_checked_where_it_is(
    folder: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / name).write_bytes(b"changed")
    load_model(folder)
    wanted = "onnx-int8" if name == SMALL_GRAPH else "torch"
    monkeypatch.setattr("models.encoder_choice._possible", lambda *_: iter([wanted]))
    assert f"{folder / name}: was changed after the model was saved." in refusal(folder)


@pytest.mark.parametrize("library", ["onnxruntime", "tokenizers"])
def test_where_the_extra_is_not_installed_the_next_step_is_named(folder: Path, library: str) -> None:
    command = [sys.executable, "-c", WITHOUT_THE_EXTRA, str(folder), library]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    words = f"an encoder model needs {library}. Install it: pip install 'standpoint[onnx]'."
    assert run.stderr.splitlines()[-1] == f"standpoint.errors.ModelFolderError: {words}"


def test_a_model_that_was_not_finished_is_not_saved(demo_encoder: EncoderNewsModel, tmp_path: Path) -> None:
    unfinished = EncoderNewsModel(demo_encoder.codebook, demo_encoder.encoder, frames=demo_encoder.frames)
    with pytest.raises(ModelFolderError, match="was not made ready to be saved. Finish it first"):
        save_model(unfinished, tmp_path / "model")
    assert list(tmp_path.iterdir()) == []
