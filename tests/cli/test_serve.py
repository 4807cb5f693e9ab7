"""Tests of cli.serve; that it answers is tested in tests/serving."""

from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

from serving.keys import read_keys

Run = Callable[..., CompletedProcess[str]]


def test_a_key_is_printed_once_and_only_its_hash_is_kept(standpoint: Run, tmp_path: Path) -> None:
    answer = standpoint("serve-key", "newsroom", "--keys", "keys.txt")
    key = answer.stdout.strip()
    assert (answer.returncode, key[:3]) == (0, "sp_")
    assert key not in (tmp_path / "keys.txt").read_text()
    assert read_keys(tmp_path / "keys.txt").owner(key) == "newsroom"


def test_a_further_key_leaves_the_first_one_valid(standpoint: Run, tmp_path: Path) -> None:
    first, second = (standpoint("serve-key", name, "--keys", "keys.txt").stdout.strip() for name in ("old", "new"))
    keys = read_keys(tmp_path / "keys.txt")
    assert (keys.owner(first), keys.owner(second)) == ("old", "new")
    assert (tmp_path / "keys.txt").stat().st_mode & 0o077 == 0


def test_a_name_or_file_that_cannot_be_is_an_error(standpoint: Run) -> None:
    assert "'two words' cannot name a key" in standpoint("serve-key", "two words", "--keys", "keys.txt").stderr
    answer = standpoint("serve-key", "newsroom", "--keys", "none/keys.txt")
    assert (answer.returncode, "none/keys.txt: cannot be written" in answer.stderr) == (2, True)


def test_an_open_address_without_keys_is_refused_before_a_model_is_loaded(standpoint: Run) -> None:
    answer = standpoint("serve", "--host", "0.0.0.0", "--model", "none")
    assert answer.returncode == 2
    assert "0.0.0.0 can be reached from other machines, so it needs keys" in answer.stderr
    assert "standpoint serve-key" in answer.stderr


def test_a_model_that_is_not_there_is_an_error(standpoint: Run) -> None:
    answer = standpoint("serve", "--model", "none")
    assert (answer.returncode, "Is none a model folder?" in answer.stderr) == (2, True)


def test_a_setting_is_a_known_name_and_a_number(standpoint: Run) -> None:
    unknown = standpoint("serve", "--set", "max_article=1")
    assert (unknown.returncode, "there is no setting 'max_article'. There are: max_body_bytes" in unknown.stderr) == (
        2,
        True,
    )
    assert "'many' is not a number. Write max_articles=64" in standpoint("serve", "--set", "max_articles=many").stderr
    assert "max_articles is 0. It must be more" in standpoint("serve", "--set", "max_articles=0").stderr


def test_a_training_that_cannot_be_run_is_refused_before_a_model_is_loaded(standpoint: Run, tmp_path: Path) -> None:
    missing = standpoint("serve", "--model", "none", "--retrain", "no-such-command --now")
    assert (missing.returncode, "'no-such-command' is no command that can be run" in missing.stderr) == (2, True)
    quotes = standpoint("serve", "--model", "none", "--retrain", "echo 'x")
    assert (quotes.returncode, "cannot be read as a command (No closing quotation)" in quotes.stderr) == (2, True)
    never = standpoint("serve", "--model", "none", "--retrain", "echo", "--retrain-quiet", "0")
    assert (never.returncode, "quiet_seconds is 0.0. It must be more than 0" in never.stderr) == (2, True)


def test_a_file_of_keys_for_label_studio_that_is_not_there_is_refused(standpoint: Run) -> None:
    answer = standpoint("serve", "--model", "none", "--studio-keys", "none.txt")
    assert (answer.returncode, "none.txt: the keys cannot be read" in answer.stderr) == (2, True)
