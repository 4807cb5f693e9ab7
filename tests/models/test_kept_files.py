"""Tests of kept files: they outlive their folder, and nothing but what was kept is read from them."""

import gc
import hashlib
import os
import shutil
from pathlib import Path

import pytest

from models.kept_files import KeptFiles
from standpoint.errors import ModelFolderError

CONTENT = {"encoder.onnx": b"\x00graph" * 1000, "配置.json": b"{}"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "first/inner").mkdir(parents=True)
    for name, content in CONTENT.items():
        (tmp_path / "first" / name).write_bytes(content)
    return tmp_path / "first"


def content_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def test_all_files_of_a_folder_are_kept_with_their_digests(folder: Path) -> None:
    files = KeptFiles.of(folder)
    assert sorted(files) == sorted(CONTENT)
    assert files.digests == {name: hashlib.sha256(content).hexdigest() for name, content in CONTENT.items()}
    assert "encoder.onnx" in files
    assert "inner" not in files


def test_files_can_be_read_and_written_after_their_folder_is_gone(folder: Path, tmp_path: Path) -> None:
    files = KeptFiles.of(folder)
    shutil.rmtree(folder)
    for copy in (tmp_path / "second", tmp_path / "third"):
        copy.mkdir()
        files.write(copy)
        assert content_of(copy) == CONTENT
    assert files.read("encoder.onnx") == CONTENT["encoder.onnx"]


def test_only_the_files_that_are_named_are_opened(folder: Path, tmp_path: Path) -> None:
    digest = hashlib.sha256(CONTENT["encoder.onnx"]).hexdigest()
    (tmp_path / "copy").mkdir()
    KeptFiles(folder, {"encoder.onnx": digest}).write(tmp_path / "copy")
    assert list(content_of(tmp_path / "copy")) == ["encoder.onnx"]


@pytest.mark.parametrize("position", [0, 3, 5999])
def test_a_file_in_which_a_byte_was_changed_is_refused(folder: Path, position: int) -> None:
    files, path = KeptFiles.of(folder), folder / "encoder.onnx"
    changed = bytearray(CONTENT["encoder.onnx"])
    changed[position] ^= 1
    path.write_bytes(changed)
    with pytest.raises(ModelFolderError, match="encoder.onnx: was changed after the model was saved. Fetch it again"):
        files.read("encoder.onnx")
    assert files.read("配置.json") == CONTENT["配置.json"]


def test_a_file_that_another_took_the_place_of_is_read_as_it_was(folder: Path) -> None:
    files = KeptFiles.of(folder)
    (folder / "encoder.onnx").unlink()
    (folder / "encoder.onnx").write_bytes(b"another")
    assert files.read("encoder.onnx") == CONTENT["encoder.onnx"]


def test_a_missing_file_is_named(folder: Path) -> None:
    digests = KeptFiles.of(folder).digests
    (folder / "encoder.onnx").unlink()
    with pytest.raises(ModelFolderError, match=r"first/encoder.onnx: cannot be read \(No such file or directory\)"):
        KeptFiles(folder, digests)


def test_files_are_closed_with_what_keeps_them(folder: Path) -> None:
    files = KeptFiles.of(folder)
    assert len(open_below(folder)) == len(CONTENT)
    del files
    gc.collect()
    assert open_below(folder) == []


def open_below(folder: Path) -> list[str]:
    """Return the files of a folder that this process holds open."""
    links = [link for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]
    return [target for target in map(os.path.realpath, links) if target.startswith(f"{folder.resolve()}/")]
