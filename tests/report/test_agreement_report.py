"""Tests of report.agreement_report."""

import json
from collections.abc import Callable

import pytest

from report.agreement_report import ReportConfig, agreement_report
from standpoint.annotation import Annotation
from standpoint.article import Article
from standpoint.codebook import Codebook
from standpoint.errors import CodebookMismatchError, InputError

Say = Callable[..., Annotation]


def both(say: Say, *articles: str) -> list[Annotation]:
    """Let two people answer, the second of them differently on every third article."""
    return [
        say(id, person, "failure" if odd else "pact", **{"china" if odd else "japan": "neutral" if odd else "critical"})
        for number, id in enumerate(articles)
        for person in ("ann", "bo")
        for odd in [(number + (person == "bo" and number % 3 == 0)) % 2]
    ]


def test_skips_problems_and_other_revisions_are_counted_and_change_nothing(codebook: Codebook, say: Say) -> None:
    usable = both(say, *(f"a{number}" for number in range(30)))
    others = [
        say("a0", "cy", "pact", "failure", skipped=True),
        say("a1", "cy", "pact", "failure", problems=("frames left open",)),
        say("a2", "cy", "pact", "failure", codebook="demo@00000000"),
        say("a30", "cy"),
    ]
    plain, found = agreement_report(usable, codebook), agreement_report([*usable, *others], codebook)
    assert found.to_json()["overall"] == plain.to_json()["overall"]
    assert found.to_json()["ceiling"] == plain.to_json()["ceiling"]
    left_out = found.left_out
    assert (left_out.skipped, left_out.unusable, left_out.other_codebook, found.n_single) == (1, 1, 1, 1)


def test_languages_are_measured_apart_where_there_are_several(codebook: Codebook, say: Say) -> None:
    annotations = both(say, *(f"a{number}" for number in range(20)))
    articles = {
        f"a{number}": Article(f"a{number}", "Title", "Body", language="zh" if number < 8 else "en")
        for number in range(20)
    }
    found = agreement_report(annotations, codebook, articles=articles)
    assert {language: part.n_articles for language, part in found.by_language.items()} == {"zh": 8, "en": 12}
    only_chinese = agreement_report(annotations[:16], codebook)
    assert found.to_json()["by_language"]["zh"] == only_chinese.to_json()["overall"]
    assert only_chinese.by_language == {}


def test_the_report_is_plain_json_without_numbers_that_are_none(codebook: Codebook, say: Say) -> None:
    annotations = [say("a1", "ann", "failure"), say("a1", "bo", "failure")]
    plain = agreement_report(annotations, codebook, config=ReportConfig(half_width=0.2)).to_json()
    assert json.loads(json.dumps(plain, allow_nan=False)) == plain
    assert plain["overall"]["frames"][0]["alpha"] == {"value": None, "ci95": [None, None]}
    assert plain["overall"]["frames"][0]["cautions"] == ["undefined"]
    assert (plain["half_width"], plain["no_pull"], plain["pull"]) == (0.2, "not_recorded", None)


def test_nothing_doubly_coded_is_an_error_that_says_what_to_do(codebook: Codebook, say: Say) -> None:
    annotations = [say("a1", "ann", "failure"), say("a1", "bo", skipped=True), say("a2", "bo")]
    with pytest.raises(InputError, match=r"two people \(2 usable answers to 2 articles\). Let a second person"):
        agreement_report(annotations, codebook)


def test_only_other_revisions_is_an_error_that_names_them(codebook: Codebook, say: Say) -> None:
    annotations = [say("a1", "ann", codebook="demo@00000000"), say("a1", "bo", codebook="demo@11111111")]
    with pytest.raises(CodebookMismatchError, match="demo@00000000, demo@11111111.*Use the codebook they were made"):
        agreement_report(annotations, codebook)
