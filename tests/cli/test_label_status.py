"""standpoint label status: what it prints."""

import io
from collections import Counter
from dataclasses import replace

import pytest
from rich.console import Console

from cli.label_status import print_status, tell_step
from labeling.studio_status import AnnotatorCount, ProjectStatus
from standpoint.codebook import Codebook, Words

CODEBOOK = Codebook("demo", Words("Demo", "示例"))
STATUS = ProjectStatus(
    project_id=3,
    title="Pilot [1]",
    wanted_answers=2,
    asked=CODEBOOK.reference,
    differences=(),
    shown_version="m demo@0000000a",
    versions={"m demo@0000000a": 8, "other": 2},
    n_tasks=10,
    n_blind=2,
    by_answers=Counter({0: 4, 1: 3, 2: 2, 3: 1}),
    languages=Counter({"zh": 10}),
    annotators={"ana@example.com": AnnotatorCount(1000, 1, [10.0, 20.0, 90.0]), "bo@example.com": AnnotatorCount(1)},
)


@pytest.fixture
def console() -> Console:
    """Return a console that writes into a text of 100 columns."""
    return Console(file=io.StringIO(), width=100)


def lines(console: Console) -> list[str]:
    assert isinstance(console.file, io.StringIO)
    return [" ".join(line.split()) for line in console.file.getvalue().splitlines()]


def test_tasks_are_counted_by_their_answers(console: Console) -> None:
    print_status(console, STATUS)
    tasks = ["all 10", "0 answers 4", "1 answer 3", "2 answers or more 3", "blind 2", "language zh 10"]
    assert lines(console)[:8] == ["Pilot [1] (id 3)", "Tasks", *tasks]


def test_annotators_are_listed_with_their_median_time(console: Console) -> None:
    print_status(console, STATUS)
    assert "ana@example.com 1,000 1 20" in lines(console)
    assert "bo@example.com 1 0 -" in lines(console)


def test_the_version_that_is_shown_is_marked(console: Console) -> None:
    print_status(console, STATUS)
    assert lines(console)[-2:] == ["m demo@0000000a (shown) 8", "other 2"]


def test_a_project_in_step_is_told_so(console: Console) -> None:
    assert tell_step(console, STATUS, CODEBOOK)
    assert lines(console) == [f"in step with {CODEBOOK.reference}"]


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (replace(STATUS, asked="demo@0000000b"), "the project asks by demo@0000000b, the codebook is now"),
        (replace(STATUS, differences=("label_config", "sampling")), "interface, sampling of the project are not what"),
    ],
)
def test_a_project_out_of_step_is_told_what_to_do(console: Console, status: ProjectStatus, message: str) -> None:
    assert not tell_step(console, status, CODEBOOK)
    assert message in lines(console)[0]
    assert lines(console)[0].endswith("Run `standpoint label setup`.")
