"""Tests of report.agreement."""

from collections.abc import Callable, Iterable
from dataclasses import replace

import pytest

from measurement.set_agreement import masi_alpha
from report.agreement import ANY_ACTOR, Agreement, AgreementRow, agreement
from report.readings import make_readings
from standpoint.annotation import Annotation
from standpoint.article import Article
from standpoint.codebook import Codebook

Say = Callable[..., Annotation]


def measured(annotations: Iterable[Annotation], codebook: Codebook, **stories: str) -> Agreement:
    articles = {id: Article(id, "Title", "Body", story=story) for id, story in stories.items()}
    return agreement(make_readings(annotations, articles), codebook)


def row(found: Iterable[AgreementRow], label: str) -> AgreementRow:
    return next(item for item in found if item.label == label)


def twice(*annotations: Annotation) -> list[Annotation]:
    """Let a second person say the same."""
    return [replace(item, annotator=person) for item in annotations for person in ("ann", "bo")]


def test_people_who_say_the_same_agree_wholly(codebook: Codebook, say: Say) -> None:
    annotations = twice(
        say("a1", "ann", "failure", china="critical"),
        say("a2", "ann", "pact", china="neutral"),
        say("a3", "ann", "failure", "pact", japan="supportive"),
        say("a4", "ann", china="critical"),
    )
    found = measured(annotations, codebook)
    rows = (*found.frames, found.frame_set, *found.given, *found.which[:2])
    assert [item.label for item in found.frames] == ["failure", "pact"]
    assert {(item.alpha.value, item.raw) for item in rows} == {(1.0, 1.0)}
    assert all("unanimous" in item.cautions for item in rows)
    assert found.n_annotators == 2


def test_raw_agreement_and_prevalence_can_be_counted_by_hand(codebook: Codebook, say: Say) -> None:
    annotations = [
        *(say("a1", "ann", "failure"), say("a1", "bo", "failure")),
        *(say("a2", "ann", "failure"), say("a2", "bo")),
        *(say("a3", "ann"), say("a3", "bo")),
        *(say("a4", "ann"), say("a4", "bo")),
    ]
    found = row(measured(annotations, codebook).frames, "failure")
    assert (found.raw, found.prevalence, found.usual, found.n_items) == (0.75, 3 / 8, 5 / 8, 4)
    # Krippendorff (2011), nominal: observed disagreement 1/4, expected 2 * 3 * 5 / (8 * 7) = 15/28
    assert found.alpha.value == pytest.approx(1 - (1 / 4) / (15 / 28))


def test_articles_that_one_person_read_do_not_count(codebook: Codebook, say: Say) -> None:
    annotations = [*twice(say("a1", "ann", "failure"), say("a2", "ann")), say("a3", "cy", "failure")]
    found = measured(annotations, codebook)
    assert row(found.frames, "failure").n_items == 2
    assert row(found.frames, "failure").prevalence == 0.5
    assert found.n_annotators == 2


def test_near_copies_count_as_one_story_in_the_interval(codebook: Codebook, say: Say) -> None:
    annotations = [
        say(f"a{number}", person, *(["failure"] if number % 2 and (person == "ann" or number % 5) else []))
        for number in range(20)
        for person in ("ann", "bo")
    ]
    apart = row(measured(annotations, codebook).frames, "failure")
    copies = {f"a{number}": f"s{number // 10}" for number in range(20)}
    together = row(measured(annotations, codebook, **copies).frames, "failure")
    assert together.alpha.value == apart.alpha.value
    assert apart.alpha.low < apart.alpha.value < apart.alpha.high
    assert (together.alpha.low, together.alpha.high) != (apart.alpha.low, apart.alpha.high)
    assert ("few_stories" in apart.cautions, "few_stories" in together.cautions) == (False, True)


def test_whether_a_stance_is_given_and_which_are_two_questions(codebook: Codebook, say: Say) -> None:
    annotations = [
        *(say("a1", "ann", china="critical"), say("a1", "bo", china="critical")),
        *(say("a2", "ann", china="critical"), say("a2", "bo", china="neutral")),
        *(say("a3", "ann", china="neutral"), say("a3", "bo")),
        *(say("a4", "ann"), say("a4", "bo")),
    ]
    found = measured(annotations, codebook)
    pooled, china = found.given
    assert (pooled.label, pooled.n_items, pooled.raw, pooled.prevalence) == (ANY_ACTOR, 8, 7 / 8, 5 / 16)
    assert (china.label, china.n_items, china.raw, china.prevalence) == ("china", 4, 3 / 4, 5 / 8)
    assert [(item.label, item.n_items, item.raw, item.usual) for item in found.which] == [
        (ANY_ACTOR, 2, 0.5, 0.75),
        ("china", 2, 0.5, 0.75),
    ]


def test_a_third_person_may_have_read_only_some_articles(codebook: Codebook, say: Say) -> None:
    annotations = [*twice(say("a1", "ann", "failure"), say("a2", "ann", "pact")), say("a1", "cy", "pact")]
    found = measured(annotations, codebook)
    failure, pact = frozenset({"failure"}), frozenset({"pact"})
    assert found.n_annotators == 3
    assert row(found.frames, "failure").prevalence == 2 / 5
    assert row(found.frames, "failure").raw < 1
    assert found.frame_set.alpha.value == pytest.approx(masi_alpha([failure, pact], [failure, pact], [pact, None]))


def test_a_codebook_without_actors_or_frames_has_no_such_rows(codebook: Codebook, say: Say) -> None:
    annotations = twice(say("a1", "ann", "failure"), say("a2", "ann"))
    assert measured(annotations, replace(codebook, actors=())).given == ()
    assert measured(annotations, replace(codebook, frames=())).frames == ()


def test_where_nobody_gave_a_stance_there_is_no_row(codebook: Codebook, say: Say) -> None:
    found = measured(twice(say("a1", "ann", "failure"), say("a2", "ann")), codebook)
    assert (found.given, found.which) == ((), ())


def test_a_row_says_that_alpha_collapses_at_a_nearly_universal_answer(codebook: Codebook, say: Say) -> None:
    annotations = twice(*(say(f"a{number}", "ann", "pact") for number in range(40)))
    annotations[0] = replace(annotations[0], frames=frozenset({"pact", "failure"}))
    failure, pact = measured(annotations, codebook).frames
    assert failure.raw > 0.97
    assert failure.alpha.value < 0.01
    assert {"one_sided", "few_others"} <= set(failure.cautions)
    assert pact.cautions == ("undefined",)


def test_more_articles_are_asked_for_where_the_interval_is_wide(codebook: Codebook, say: Say) -> None:
    annotations = [
        say(f"a{number}", person, *(["failure"] if (number + (person == "bo" and number % 5 == 0)) % 2 else []))
        for number in range(60)
        for person in ("ann", "bo")
    ]
    readings = make_readings(annotations)
    wide, narrow = (agreement(readings, codebook, half_width=width).frames[0] for width in (0.5, 0.05))
    assert wide.more_articles == 0
    assert narrow.more_articles is not None
    half = (narrow.alpha.high - narrow.alpha.low) / 2
    assert narrow.more_articles == pytest.approx(60 * (half / 0.05) ** 2 - 60, abs=1)
