"""Tests of cli.main."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

import cli.demo
from cli.main import VERBS

Run = Callable[..., CompletedProcess[str]]

HELP = """
import sys
from cli.main import main
sys.argv = ["standpoint", "--help"]
try:
    main()
finally:
    print("loaded:", *sorted({"sklearn", "mlflow", "scipy", "datasets", "numpy"} & sys.modules.keys()))
"""


def interpreter(*arguments: str, folder: Path) -> CompletedProcess[str]:
    environment = {"PYTHONPATH": str(Path(__file__).parents[2]), "PATH": "/usr/bin:/bin", "COLUMNS": "120"}
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_the_verbs_are_listed_without_loading_what_only_some_of_them_need(tmp_path: Path) -> None:
    answer = interpreter("-c", HELP, folder=tmp_path)
    assert answer.returncode == 0
    assert all(f" {verb} " in answer.stdout for verb in VERBS)
    assert answer.stdout.splitlines()[-1].strip() == "loaded:"
    assert list(tmp_path.iterdir()) == []


def test_a_known_error_is_one_line_and_exit_code_two(tmp_path: Path) -> None:
    answer = interpreter("-m", "cli.main", "codebook", "check", "none.toml", folder=tmp_path)
    message = "standpoint: none.toml: cannot be read (No such file or directory). Check the path.\n"
    assert (answer.returncode, answer.stdout, answer.stderr) == (2, "", message)


def test_an_error_with_markup_and_escapes_is_shown_as_text(standpoint: Run) -> None:
    answer = standpoint("codebook", "check", "[red]\x1b[31m[/].toml")
    assert answer.returncode == 2
    assert answer.stderr.startswith("standpoint: [red]␛[31m[/].toml: cannot be read")


def test_what_stops_the_command_by_hand_is_exit_code_130(standpoint: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli.demo, "demo", stopped)
    answer = standpoint("demo")
    assert (answer.returncode, answer.stderr) == (130, "")


def test_stopping_while_a_verb_is_loaded_is_exit_code_130(standpoint: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(_: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("cli.main.importlib.import_module", stopped)
    assert standpoint("demo").returncode == 130


def test_an_unknown_verb_is_named_and_the_help_pointed_to(standpoint: Run) -> None:
    answer = standpoint("scroe")
    assert answer.returncode == 2
    assert "No such command 'scroe'" in answer.stderr
    assert "standpoint --help" in answer.stderr


@pytest.mark.parametrize("verb", [verb for verb in VERBS if verb != "codebook"])
def test_every_verb_shows_an_example(standpoint: Run, verb: str) -> None:
    answer = standpoint(verb, "--help")
    assert answer.returncode == 0
    assert f"Example: standpoint {verb}" in answer.stdout
