"""standpoint label push: what it prints, and what it refuses before it asks the server."""

import io
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from rich.console import Console

from cli.label_push import tell_articles, tell_suggestions
from labeling.pushing import ChangedText, PushReport
from labeling.studio_index import Duplicates
from labeling.suggestions import Refused, SuggestionReport

CODEBOOK = Path(__file__).parents[2] / "codebooks/rare-earths.toml"
Run = Callable[..., CompletedProcess[str]]


@pytest.fixture
def console() -> Console:
    """Return a console that writes into a text of 100 columns."""
    return Console(file=io.StringIO(), width=100)


def written(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_a_clean_push_tells_two_counts(console: Console) -> None:
    assert tell_articles(console, PushReport(created=1200, unchanged=3))
    assert [line.split() for line in written(console).splitlines()] == [
        ["Articles"],
        ["created", "1,200"],
        ["unchanged", "3"],
    ]


@pytest.mark.parametrize(
    ("changed", "remedy"),
    [
        (ChangedText("a[1]", 7), "task 7 shows another text. --replace-text puts the new one there."),
        (ChangedText("a[1]", 7, is_answered=True), "which has answers. Give the new text another id."),
        (ChangedText("a[1]", None), "the file has two texts for it; the first was taken."),
    ],
)
def test_a_changed_text_is_named_with_what_to_do(console: Console, changed: ChangedText, remedy: str) -> None:
    assert not tell_articles(console, PushReport(changed_text=[changed]))
    assert "! article 'a[1]': " in written(console)
    assert remedy in written(console)


def test_tasks_that_both_have_answers_are_named(console: Console) -> None:
    assert not tell_articles(console, PushReport(answered_twice=[Duplicates("a1", (9,), (3, 4))]))
    assert "! article 'a1': tasks 3, 4 all have answers. Pull keeps both." in written(console)


def test_refused_suggestions_are_named(console: Console) -> None:
    report = SuggestionReport("m demo@0000000a", created=1, refused=[Refused("a1", "no task shows this article")])
    assert not tell_suggestions(console, report)
    assert "Suggestions of m demo@0000000a\n" in written(console)
    assert "! suggestion for article 'a1': no task shows this article\n" in written(console)


def test_an_article_that_cannot_be_read_stops_the_push_before_the_server_is_asked(
    standpoint: Run, tmp_path: Path
) -> None:
    (tmp_path / "articles.jsonl").write_text('{"title": "Rain"}\n{"title": ""}\n', encoding="utf-8")
    run = standpoint("label", "push", "articles.jsonl", "--codebook", CODEBOOK)
    assert run.returncode == 2
    assert run.stderr.startswith("standpoint: articles.jsonl:2: title and body are both empty")


def test_predictions_that_cannot_be_read_stop_the_push_before_the_server_is_asked(
    standpoint: Run, tmp_path: Path
) -> None:
    (tmp_path / "articles.jsonl").write_text('{"title": "Rain"}\n', encoding="utf-8")
    (tmp_path / "predictions.jsonl").write_text('{"article_id": 1}\n', encoding="utf-8")
    words = ("articles.jsonl", "--codebook", CODEBOOK, "--predictions", "predictions.jsonl")
    run = standpoint("label", "push", *words)
    assert (run.returncode, "predictions.jsonl:1" in run.stderr) == (2, True)


def test_a_share_is_between_0_and_1(standpoint: Run) -> None:
    run = standpoint("label", "push", "articles.jsonl", "--codebook", CODEBOOK, "--blind-share", "20")
    assert (run.returncode, "--blind-share" in run.stderr) == (2, True)
