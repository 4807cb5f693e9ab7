"""Tests of cli.label_pull."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
import typer
from typer.testing import CliRunner, Result

from cli.label_pull import pull_annotations
from labeling.pulling import PullReport
from standpoint.annotation import Annotation

CODEBOOK = Path(__file__).parents[2] / "codebooks/rare-earths.toml"
GOOD = Annotation("a1", "ana", "rare-earths@0000000a", frozenset({"us_failure"}), {"china": "critical"})
NOTHING = PullReport(
    why_full=None,
    n_tasks=0,
    n_new=0,
    n_changed=0,
    n_removed=0,
    n_moved=0,
    annotations=(),
    quarantined={},
    backup=None,
)
Pull = Callable[..., Result]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Pull:
    """Run the verb as if the pull gave the report."""

    def run(report: PullReport, *arguments: str) -> Result:
        def pull(studio: object, project_id: int, *, out: Path, full: bool, tell: Callable[[str], None]) -> PullReport:
            assert (project_id, full) == (7, "--full" in arguments)
            tell("0 of 1 tasks")
            return report

        monkeypatch.setattr("cli.label_pull.open_studio", lambda url: SimpleNamespace(url=url, close=lambda: None))
        monkeypatch.setattr("cli.label_pull.project_of", lambda studio, codebook, project: {"id": 7, "title": project})
        monkeypatch.setattr("cli.label_pull.pull", pull)
        app = typer.Typer()
        app.command("pull")(pull_annotations)
        words = ["--codebook", str(CODEBOOK), "--out", "here.jsonl", *arguments]
        return CliRunner(env={"COLUMNS": "200", "NO_COLOR": "1"}).invoke(app, words)

    return run


def rows(result: Result) -> dict[str, str]:
    """The counts that were printed, by name."""
    return dict(re.findall(r"^ *(\S.*?) {2,}([\d,]+) *$", result.output, re.MULTILINE))


def test_what_was_pulled_is_counted(run: Pull) -> None:
    skip = replace(GOOD, annotator="bo", skipped=True)
    open_answer = replace(GOOD, article_id="a2", problems=("frames were left open",))
    answers = (GOOD, skip, open_answer)
    result = run(replace(NOTHING, n_tasks=2, n_new=2, n_changed=1, n_moved=3, annotations=answers))
    assert (result.exit_code, result.exception) == (0, None)
    assert "read 2 tasks (changed tasks)" in result.output
    assert "3 evidence spans were put where their words stand" in result.output
    assert rows(result) == {
        "new": "2",
        "changed": "1",
        "removed": "0",
        "annotations": "3",
        "articles": "2",
        "skips": "1",
        "not complete": "1",
    }


def test_why_everything_was_fetched_is_said(run: Pull) -> None:
    result = run(replace(NOTHING, n_tasks=1200, why_full="it was asked for"), "--full")
    assert "read 1,200 tasks (all of them: it was asked for)" in result.output


def test_labels_that_the_codebook_does_not_have_are_named_and_told_by_the_exit_code(run: Pull) -> None:
    result = run(replace(NOTHING, annotations=(replace(GOOD, frames=frozenset({"gone"})),)))
    assert result.exit_code == 1
    assert "Not in codebook rare-earths@" in result.output
    assert rows(result)["frame 'gone'"] == "1"


def test_what_is_in_quarantine_is_named_and_told_by_the_exit_code(run: Pull) -> None:
    result = run(replace(NOTHING, quarantined={"its words are not in the text": 2}))
    assert result.exit_code == 1
    assert "Kept in here.quarantine.jsonl" in result.output
    assert rows(result)["its words are not in the text"] == "2"


def test_a_file_that_was_moved_away_is_named(run: Pull) -> None:
    result = run(replace(NOTHING, backup=Path("here.jsonl.bak")))
    assert (
        "! here.jsonl was not as a pull of this project left it; what it held is now in here.jsonl.bak."
        in result.output
    )


def test_what_others_wrote_is_shown_and_not_obeyed(run: Pull) -> None:
    result = run(replace(NOTHING, annotations=(replace(GOOD, frames=frozenset({"[b]\x1b[31m"})),)))
    assert "frame '[b]␛[31m'" in result.output


def test_the_help_has_an_example(run: Pull) -> None:
    result = run(NOTHING, "--help")
    assert (
        "Example: standpoint label pull --codebook codebooks/rare-earths.toml --out annotations.jsonl" in result.output
    )
