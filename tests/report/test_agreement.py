"""Tests of report.agreement."""

import pytest

from report.agreement import Agreement, AgreementRow, agreement
from standpoint.annotation import Annotation
from standpoint.codebook import Actor, Alias, Codebook, Frame, Words

NAME = Words("name", "名")
CODEBOOK = Codebook(
    "demo",
    NAME,
    frames=(Frame("failure", NAME, NAME), Frame("pact", NAME, NAME)),
    actors=(Actor("china", NAME, (Alias("China"),)), Actor("japan", NAME, (Alias("Japan"),))),
)


def answer(article: str, person: str, *frames: str, **stances: str) -> Annotation:
    return Annotation(article, person, CODEBOOK.reference, frozenset(frames), dict(stances))


def frame(found: Agreement, label: str) -> AgreementRow:
    return next(row for row in found.frames if row.label == label)


def twice(*annotations: Annotation) -> list[Annotation]:
    """Let a second person say the same."""
    return [
        Annotation(item.article_id, person, item.codebook, item.frames, item.stances)
        for item in annotations
        for person in ("ann", "bo")
    ]


def test_people_who_say_the_same_agree_wholly() -> None:
    annotations = twice(
        answer("a1", "ann", "failure", china="critical"),
        answer("a2", "ann", "pact", china="neutral"),
        answer("a3", "ann", "failure", "pact", japan="supportive"),
        answer("a4", "ann", china="critical"),
    )
    found = agreement(annotations, {}, CODEBOOK)
    assert [row.label for row in found.frames] == ["failure", "pact"]
    assert [row.alpha.value for row in (*found.frames, *found.stances)] == [1.0] * 4
    assert [row.raw for row in (*found.frames, *found.stances)] == [1.0] * 4
    assert found.frame_set == 1.0
    assert found.n_annotators == 2


def test_raw_agreement_and_prevalence_can_be_counted_by_hand() -> None:
    annotations = [
        *(answer("a1", "ann", "failure"), answer("a1", "bo", "failure")),
        *(answer("a2", "ann", "failure"), answer("a2", "bo")),
        *(answer("a3", "ann"), answer("a3", "bo")),
        *(answer("a4", "ann"), answer("a4", "bo")),
    ]
    row = frame(agreement(annotations, {}, CODEBOOK), "failure")
    assert (row.raw, row.prevalence, row.n_items) == (0.75, 3 / 8, 4)
    # Krippendorff (2011), nominal: observed disagreement 1/4, expected 2 * 3 * 5 / (8 * 7) = 15/28
    assert row.alpha.value == pytest.approx(1 - (1 / 4) / (15 / 28))


def test_articles_that_one_person_read_do_not_count() -> None:
    annotations = [*twice(answer("a1", "ann", "failure"), answer("a2", "ann")), answer("a3", "ann", "failure")]
    found = agreement(annotations, {}, CODEBOOK)
    assert frame(found, "failure").n_items == 2
    assert frame(found, "failure").prevalence == 0.5


def test_near_copies_count_as_one_story_in_the_interval() -> None:
    annotations = [
        answer(f"a{number}", person, *(["failure"] if number % 2 and (person == "ann" or number % 5) else []))
        for number in range(20)
        for person in ("ann", "bo")
    ]
    apart = frame(agreement(annotations, {}, CODEBOOK), "failure").alpha
    copies = {f"a{number}": f"s{number // 10}" for number in range(20)}
    together = frame(agreement(annotations, copies, CODEBOOK), "failure").alpha
    assert together.value == apart.value
    assert apart.low < apart.value < apart.high
    assert (together.low, together.high) != (apart.low, apart.high)


def test_whether_a_stance_is_given_and_which_are_two_questions() -> None:
    annotations = [
        *(answer("a1", "ann", china="critical"), answer("a1", "bo", china="critical")),
        *(answer("a2", "ann", china="critical"), answer("a2", "bo", china="neutral")),
        *(answer("a3", "ann", china="neutral"), answer("a3", "bo")),
        *(answer("a4", "ann"), answer("a4", "bo")),
    ]
    given, which = agreement(annotations, {}, CODEBOOK).stances
    assert (given.n_items, given.raw, given.prevalence) == (8, 7 / 8, 5 / 16)
    assert (which.n_items, which.raw) == (2, 0.5)


def test_a_third_person_may_have_read_only_some_articles() -> None:
    annotations = [*twice(answer("a1", "ann", "failure"), answer("a2", "ann", "pact")), answer("a1", "cy", "pact")]
    found = agreement(annotations, {}, CODEBOOK)
    assert found.n_annotators == 3
    assert frame(found, "failure").prevalence == 2 / 5
    assert frame(found, "failure").raw < 1
    assert found.frame_set < 1


def test_a_codebook_without_actors_has_no_rows_of_stances() -> None:
    frames_only = Codebook("demo", NAME, frames=CODEBOOK.frames)
    annotations = twice(answer("a1", "ann", "failure"), answer("a2", "ann"))
    assert agreement(annotations, {}, frames_only).stances == ()


def test_where_nobody_gave_a_stance_there_is_no_row_for_which() -> None:
    annotations = twice(answer("a1", "ann", "failure"), answer("a2", "ann"))
    assert [row.label for row in agreement(annotations, {}, CODEBOOK).stances] == ["given one, any actor"]
