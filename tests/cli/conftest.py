"""Fixtures: the command as users run it, and a folder in which it has trained a model on part of the sample."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from subprocess import PIPE, CompletedProcess, Popen

import pytest

from cli.main import main

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "examples/rare-earths"
N_LEARNED = 60
Run = Callable[..., CompletedProcess[str]]
Start = Callable[..., AbstractContextManager[Popen[str]]]


@pytest.fixture
def standpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command in this process, in the test's own folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)

    def run(*arguments: object) -> CompletedProcess[str]:
        words = [str(argument) for argument in arguments]
        monkeypatch.setattr(sys, "argv", ["standpoint", *words])
        with pytest.raises(SystemExit) as stop:
            main()
        output = capsys.readouterr()
        return CompletedProcess(words, int(stop.value.code or 0), output.out, output.err)

    return run


@pytest.fixture
def start_standpoint(tmp_path: Path) -> Start:
    """Start the command in a process of its own, which is killed at the end."""

    @contextmanager
    def started(*arguments: object) -> Iterator[Popen[str]]:
        words = [sys.executable, "-m", "cli.main", *map(str, arguments)]
        settings = environment() | {"COLUMNS": "200"}
        with Popen(
            words, cwd=tmp_path, env=settings, stdout=PIPE, stderr=PIPE, text=True, preexec_fn=_obey_interrupts
        ) as process:
            try:
                yield process
            finally:
                process.kill()

    return started


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Train on the first articles of the sample; the folder holds both inputs, model, store and `output.txt`."""
    folder = tmp_path_factory.mktemp("trained")
    for name in ("articles.jsonl", "gold.jsonl"):
        lines = (SAMPLE / name).read_text(encoding="utf-8").splitlines(keepends=True)
        (folder / name).write_text("".join(lines[:N_LEARNED]), encoding="utf-8")
    inputs = [
        "--articles",
        "articles.jsonl",
        "--gold",
        "gold.jsonl",
        "--codebook",
        str(ROOT / "codebooks/rare-earths.toml"),
    ]
    run = subprocess.run(
        [sys.executable, "-m", "cli.main", "train", *inputs, "--out", "model"],
        cwd=folder,
        env=environment() | {"COLUMNS": "80"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stderr) == (0, "")
    (folder / "output.txt").write_text(run.stdout, encoding="utf-8")
    return folder


def _obey_interrupts() -> None:
    """Undo what a shell does to the commands that it runs in the background."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def environment() -> dict[str, str]:
    """Return the environment of a fresh interpreter that finds this tree and keeps to one thread."""
    known = {name: value for name, value in os.environ.items() if name != "MLFLOW_TRACKING_URI"}
    return known | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "PYTHONIOENCODING": "utf-8"}
