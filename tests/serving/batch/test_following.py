"""Tests of serving.batch.following."""

from itertools import islice
from pathlib import Path

import pytest

from serving.batch.following import Following
from standpoint.errors import InputError


def write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def test_a_file_is_told_of_once_and_when_it_has_stayed_the_same(tmp_path: Path) -> None:
    following = Following(tmp_path, every=0)
    assert following.look() == []
    write(tmp_path / "a.jsonl", "half")
    assert following.look() == []
    write(tmp_path / "a.jsonl", "whole now")
    assert following.look() == []
    assert following.look() == [tmp_path / "a.jsonl"]
    assert following.look() == []


def test_a_file_that_changed_is_told_of_again(tmp_path: Path) -> None:
    following = Following(tmp_path, every=0)
    write(tmp_path / "a.jsonl", "one")
    write(tmp_path / "b.jsonl", "two")
    looks = [following.look() for _ in range(2)]
    write(tmp_path / "b.jsonl", "longer")
    looks += [following.look() for _ in range(2)]
    assert looks == [[], [tmp_path / "a.jsonl", tmp_path / "b.jsonl"], [], [tmp_path / "b.jsonl"]]


def test_rounds_are_told_until_one_stops(tmp_path: Path) -> None:
    naps: list[float] = []

    def sleep(seconds: float) -> None:
        naps.append(seconds)
        write(tmp_path / f"{len(naps) // 2}.jsonl", "x")

    rounds = islice(Following(tmp_path, every=3.0, sleep=sleep).rounds(), 2)
    assert [[path.name for path in files] for files in rounds] == [["0.jsonl"], ["1.jsonl"]]
    assert set(naps) == {3.0}


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="none: there is no such folder. --follow watches a folder"):
        Following(tmp_path / "none", every=1)
