"""Tests of cli.prediction_page."""

import io

import pytest
from rich.console import Console

from cli.prediction_page import print_prediction
from standpoint.article import Article, make_article
from standpoint.codebook import Actor, Alias, Codebook, Frame, Words
from standpoint.prediction import FramePrediction, Prediction, ScoredSpan, StancePrediction

CODEBOOK = Codebook(
    "demo",
    Words("Demo", "示例"),
    frames=(
        Frame("failure", Words("Failure", "失败"), Words("", "")),
        Frame("pact", Words("Pact", "协议"), Words("", "")),
    ),
    actors=(Actor("china", Words("China", "中国"), (Alias("China"),)),),
)
PROBA = {"critical": 0.7, "neutral": 0.2, "supportive": 0.1}


def printed(article: Article, *, terminal: bool = False, **parts: object) -> str:
    prediction = Prediction(article.id, None, article.language, "m", CODEBOOK.reference, 1, **parts)  # type: ignore[arg-type]  # each test gives what it is about
    console = Console(
        file=io.StringIO(), width=100, force_terminal=terminal, color_system="standard" if terminal else None
    )
    print_prediction(console, article, prediction, CODEBOOK)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def frames_on(article: Article, words: str) -> tuple[FramePrediction, ...]:
    start = article.text.index(words)
    span = ScoredSpan(start, start + len(words), 1.0)
    return FramePrediction("failure", 0.81, True, (span,)), FramePrediction("pact", 0.3, False)


def test_an_article_stands_with_its_frames_stances_and_the_words_that_show_them() -> None:
    article = make_article("Title", "It failed. China fell.", source="Wire", published="2025-11-20")
    stance = StancePrediction("china", "critical", PROBA, ((11, 16),))
    output = printed(article, frames=frames_on(article, "It failed."), stances=(stance,))
    assert output.startswith("\nTitle\nWire · 2025-11-20 · en\n")
    assert "Failure" in output
    assert "frame 0.81" in output
    assert "It failed." in output
    assert "China                   critical 0.70" in output
    assert "Pact" not in output


def test_names_are_in_the_language_of_the_article() -> None:
    article = make_article("题", "计划失败了。")
    assert "失败" in printed(article, frames=frames_on(article, "计划失败了。"))
    assert "Failure" not in printed(article, frames=frames_on(article, "计划失败了。"))


def test_an_article_with_nothing_to_show_says_so() -> None:
    assert "no frame called, no actor named" in printed(make_article("", "x"))
    assert "(no title)" in printed(make_article("", "x"))


def test_an_actor_beside_the_codebook_goes_by_its_id() -> None:
    stance = StancePrediction("[red]acme[/]", "neutral", PROBA)
    assert "[red]acme[/]" in printed(make_article("", "x"), stances=(stance,))


@pytest.mark.parametrize(
    "hostile", ["[red]up[/red]", "[/]", "[bold]", "\\[x]", "[link=x]y[/link]", ":smile:", "end \\"]
)
def test_markup_in_an_article_is_shown_as_text(hostile: str) -> None:
    article = make_article(hostile, f"China {hostile} said.", source=hostile)
    output = printed(article, frames=frames_on(article, f"China {hostile} said."))
    assert output.count(hostile) == 3


@pytest.mark.parametrize("escape", ["\x1b[31m", "\x1b]0;x\x07", "\x1b[2J", "\x9b31m", "\r", "\x08", "\u202e"])
def test_what_a_terminal_would_obey_in_an_article_is_not_sent_to_it(escape: str) -> None:
    article = make_article(f"T{escape}T", f"China {escape} said.", source=f"s{escape}s")
    output = printed(article, frames=frames_on(article, f"China {escape} said."), terminal=True)
    assert escape not in output.replace("\r\n", "\n")
    assert "T" in output
    harmless = printed(make_article("TT", "China said.", source="ss"), terminal=True)
    assert "\x1b[1m" in harmless


def test_a_title_of_several_lines_cannot_pass_for_two_articles() -> None:
    assert printed(make_article("One\n\nTwo\nWire · 2025", "x")).splitlines()[1] == "One Two Wire · 2025"


def test_a_long_quotation_is_shortened() -> None:
    article = make_article("", "very " * 100 + "long.")
    output = " ".join(printed(article, frames=frames_on(article, "very " * 100 + "long.")).split())
    assert output.count("very") < 60
    assert "…" in output
