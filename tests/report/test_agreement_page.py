"""Tests of report.agreement_page: what stands on the page, that nothing in it is obeyed, and that it needs nothing."""

import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from math import isfinite

import pytest

from report.agreement_page import agreement_page
from report.agreement_report import AgreementReport, agreement_report
from report.agreement_words import rows_of
from standpoint.annotation import Annotation
from standpoint.article import Article
from standpoint.codebook import Codebook, Words

Say = Callable[..., Annotation]
HOSTILE = "<script>alert(1)</script>\"'&$x^2$"


@pytest.fixture(scope="module")
def report(codebook: Codebook, say: Say) -> AgreementReport:
    """Measure two people on forty articles in two languages, some blind, some with suggestions."""
    annotations = [
        say(
            f"a{number}",
            person,
            "failure" if (number + (person == HOSTILE and number % 5 == 0)) % 2 else "pact",
            china="critical" if number % 3 else "neutral",
            seconds=20 + number,
            suggested=number % 4 > 0,
            blind=number % 4 == 0,
        )
        for number in range(40)
        for person in ("ann", HOSTILE)
    ]
    articles = {f"a{n}": Article(f"a{n}", "T", "B", language="zh" if n % 2 else "en") for n in range(40)}
    return agreement_report(annotations, codebook, articles=articles)


class Tags(HTMLParser):
    """Collects every tag with its attributes, and checks that they are closed in order."""

    VOID = frozenset({"meta", "input", "line", "circle", "rect"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the tag."""
        self.found.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Check that it closes the tag that was opened last."""
        if tag not in self.VOID and self.open.pop() != tag:
            raise ValueError(f"</{tag}> closes another tag")


def test_the_page_holds_every_label_in_both_languages_and_every_figure(
    report: AgreementReport, codebook: Codebook
) -> None:
    page = agreement_page(report, codebook)
    for text in (
        "Failure",
        "失败",
        "Pact",
        "盟约",
        "China",
        "中国",
        "any actor",
        "标注者一致性",
        "Agreement of annotators",
    ):
        assert text in page
    rows = (*report.overall.frames, *report.by_language["zh"].frames)
    for row in rows:
        shown = f"{row.alpha.value:.2f} [{row.alpha.low:.2f}, {row.alpha.high:.2f}]"
        assert shown.replace("-", "−") in page


def test_every_agreement_has_its_mark_on_the_plot(report: AgreementReport, codebook: Codebook) -> None:
    tags = Tags(agreement_page(report, codebook))
    tables = [report.overall, *report.by_language.values()]
    n_alphas = sum(isfinite(row.alpha.value) for table in tables for row in rows_of(table))
    n_scores = sum(estimate is not None for item in report.ceiling for estimate in (item.frames, item.stances))
    assert report.pull is not None
    n_differences = len(report.pull.frames) + (report.pull.agreement is not None)
    circles = [attributes for tag, attributes in tags.found if tag == "circle"]
    assert len(circles) == n_alphas + n_scores + n_differences
    assert tags.open == []


def test_hostile_names_are_shown_and_not_obeyed(report: AgreementReport, codebook: Codebook) -> None:
    frames = (replace(codebook.frames[0], name=Words(HOSTILE, HOSTILE)), codebook.frames[1])
    page = agreement_page(report, replace(codebook, name=Words(HOSTILE, HOSTILE), frames=frames))
    assert {tag for tag, _ in Tags(page).found}.isdisjoint({"script", "iframe", "object", "img", "link"})
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;&#34;&#39;&amp;$x^2$") >= 5


def test_the_page_needs_nothing_from_outside(report: AgreementReport, codebook: Codebook) -> None:
    page = agreement_page(report, codebook)
    assert not re.search(r"https?:|url\(|@import|src=|href=", page)
    assert "default-src 'none'" in page


def test_no_number_is_left_undefined_in_a_plot(codebook: Codebook, say: Say) -> None:
    alone = agreement_report([say("a1", "ann", "failure"), say("a1", "bo", "failure")], codebook)
    page = agreement_page(alone, codebook)
    assert "nan" not in page.lower().replace("finance", "")
    assert "no answer is recorded as given with a suggestion" in page
    assert "α 无定义" in page


def test_a_codebook_of_frames_or_actors_alone_has_a_page(codebook: Codebook, say: Say) -> None:
    annotations = [say("a1", "ann", "failure", china="neutral"), say("a1", "bo", "pact", china="neutral")]
    for part in (replace(codebook, frames=()), replace(codebook, actors=())):
        answers = [replace(item, codebook=part.reference) for item in annotations]
        assert "<table>" in agreement_page(agreement_report(answers, part), part)
