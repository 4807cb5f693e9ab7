"""Tests of serving.batch.manifest."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from serving.batch.manifest import Header, Manifest
from serving.batch.shard import Counts, Receipt
from standpoint.errors import OutputError

HEADER = Header("demo/1", "9f2c", "rare@1", "jsonl", evidence=True, shard_articles=3)
NOW = datetime(2025, 11, 20, 7, 43, tzinfo=UTC)


def receipt(number: int, *, runtime: str | None = None) -> Receipt:
    return Receipt(1, number, f"d{number}", Counts(scored=3), runtime, 0.5)


def filled(path: Path) -> Manifest:
    manifest = Manifest(path)
    manifest.begin(HEADER)
    manifest.add_run(NOW)
    for number in (1, 0):
        manifest.add_receipt(receipt(number, runtime="onnx-fp32"))
    return manifest


def test_what_was_added_is_there_when_it_is_read_again(tmp_path: Path) -> None:
    filled(tmp_path / "m").end_run(NOW)
    found = Manifest(tmp_path / "m")
    assert found.header == HEADER
    assert [(run.number, sorted(run.receipts), run.is_ended) for run in found.runs] == [(1, [0, 1], True)]
    assert [item.number for item in found.receipts] == [0, 1]
    assert found.runtime == "onnx-fp32"


@pytest.mark.parametrize("n_bytes", [1, 20, 60])
def test_a_line_that_was_cut_off_is_taken_away(tmp_path: Path, n_bytes: int) -> None:
    filled(tmp_path / "m")
    content = (tmp_path / "m").read_bytes()
    (tmp_path / "m").write_bytes(content[:-n_bytes])
    found = Manifest(tmp_path / "m")
    assert sorted(found.runs[0].receipts) == [1]
    found.add_receipt(receipt(0))
    assert sorted(Manifest(tmp_path / "m").runs[0].receipts) == [0, 1]


@pytest.mark.parametrize("line", ["[]", "{}", '{"kind": "page"}', '{"kind": "shard", "run": 9}', "no json"])
def test_a_line_of_something_else_is_told_with_its_place(tmp_path: Path, line: str) -> None:
    (tmp_path / "m").write_text(f"{line}\n", encoding="utf-8")
    with pytest.raises(OutputError, match=r"m:1: is no line of a manifest .* Score into another folder"):
        Manifest(tmp_path / "m")


def test_another_format_is_refused(tmp_path: Path) -> None:
    filled(tmp_path / "m")
    content = (tmp_path / "m").read_text(encoding="utf-8").replace('"format": 1', '"format": 2')
    (tmp_path / "m").write_text(content, encoding="utf-8")
    with pytest.raises(OutputError, match="format 2, this version writes 1"):
        Manifest(tmp_path / "m")


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"cannot be written \(No such file or directory\)"):
        Manifest(tmp_path / "none/m").begin(HEADER)


def test_headers_say_what_differs() -> None:
    other = Header("demo/2", "9f2c", "rare@1", "csv", evidence=True, shard_articles=3)
    assert HEADER.differences(other) == ["model demo/1 there, demo/2 here", "layout jsonl there, csv here"]
    assert HEADER.differences(HEADER) == []
