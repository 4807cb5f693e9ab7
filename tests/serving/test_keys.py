"""Tests of serving.keys."""

from pathlib import Path

import pytest

from serving.keys import key_line, make_key, read_keys
from standpoint.errors import InputError

KEY, OTHER = make_key(bytes(range(32))), make_key(bytes(32))


def written(folder: Path, *lines: str) -> Path:
    path = folder / "keys.txt"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_a_key_is_known_by_its_owner_and_others_are_not(tmp_path: Path) -> None:
    keys = read_keys(written(tmp_path, "# ours", "", key_line(KEY, "newsroom")))
    assert keys.owner(KEY) == "newsroom"
    assert [keys.owner(wrong) for wrong in (OTHER, "", KEY[:-1], KEY + "x", "钥匙", "\ud800")] == [None] * 6


def test_several_keys_are_accepted_at_once(tmp_path: Path) -> None:
    keys = read_keys(written(tmp_path, key_line(KEY, "old"), key_line(OTHER, "new")))
    assert (keys.owner(KEY), keys.owner(OTHER)) == ("old", "new")


def test_the_file_does_not_hold_the_key() -> None:
    assert KEY not in key_line(KEY, "newsroom")
    assert len(KEY) == len("sp_") + 43


def test_a_line_that_is_no_key_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"keys.txt:2: is not `sha256:DIGEST NAME`.*standpoint serve-key"):
        read_keys(written(tmp_path, key_line(KEY, "newsroom"), KEY))


def test_a_wrong_line_is_not_repeated_for_it_may_be_a_key(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read_keys(written(tmp_path, KEY))
    assert KEY not in str(caught.value)


def test_a_file_without_keys_or_no_file_lets_nobody_in(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="has no key"):
        read_keys(written(tmp_path, "# none"))
    with pytest.raises(InputError, match="cannot be read"):
        read_keys(tmp_path / "none.txt")


def test_a_key_is_made_of_enough_randomness_and_a_plain_name() -> None:
    with pytest.raises(InputError, match="needs 32 random bytes, found 16"):
        make_key(bytes(16))
    with pytest.raises(InputError, match="'two words' cannot name a key"):
        key_line(KEY, "two words")
