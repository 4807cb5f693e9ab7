"""Tests of labeling.studio_annotation."""

import hashlib
from datetime import UTC, datetime
from typing import Any

import pytest

from labeling.codebook_history import Revision
from labeling.studio_annotation import (
    ANSWERED_AGAIN,
    NO_TIME,
    NOBODY,
    NOT_PUSHED,
    NOT_READ,
    TEXT_CHANGED,
    Answers,
    Context,
    Quarantined,
    annotator_names,
    answers_of,
)
from labeling.studio_result import result_items
from standpoint.annotation import Annotation, Evidence

TEXT = "Deal fails\n\nThe deal failed."
HISTORY = (
    Revision("demo@0000000a", datetime(2026, 11, 1, tzinfo=UTC)),
    Revision("demo@0000000b", datetime(2026, 11, 20, tzinfo=UTC)),
)
CONTEXT = Context({1: "ana", 2: "bo"}, HISTORY)


def answer(**changes: object) -> dict[str, Any]:
    """An answer as the server exports it: one frame, by ana, on the day of the first revision."""
    whole = {
        "id": 5,
        "completed_by": 1,
        "result": result_items(["failure"], {}, [], TEXT),
        "was_cancelled": False,
        "created_at": "2026-11-02T08:00:00.123456Z",
        "updated_at": "2026-11-02T09:30:59.999999Z",
        "lead_time": 12.5,
        "prediction": {},
        "parent_prediction": None,
    }
    return whole | changes


def task(*answers: object, **data: object) -> dict[str, Any]:
    known = {"article_id": "a1", "text": TEXT, "text_sha256": hashlib.sha256(TEXT.encode()).hexdigest()}
    return {"id": 17, "data": known | data, "annotations": list(answers)}


def only(answers: Answers) -> Annotation:
    (annotation,) = answers.annotations
    assert answers.quarantined == ()
    return annotation


def set_aside(answers: Answers) -> list[tuple[str | None, str]]:
    return [(item.annotator, item.reason) for item in answers.quarantined]


def test_an_answer_becomes_an_annotation() -> None:
    labels = result_items(["failure"], {"china": "critical"}, [Evidence("failure", 16, 20)], TEXT, note="sure")
    data = {"inclusion_proba": 0.25, "draw": "d1", "blind": True}
    assert only(answers_of(task(answer(result=labels), **data), CONTEXT)) == Annotation(
        article_id="a1",
        annotator="ana",
        codebook="demo@0000000a",
        frames=frozenset({"failure"}),
        stances={"china": "critical"},
        evidence=(Evidence("failure", 16, 20),),
        seconds=12.5,
        inclusion_proba=0.25,
        created="2026-11-02T08:00:00Z",
        updated="2026-11-02T09:30:59Z",
        draw="d1",
        blind=True,
        note="sure",
    )


def test_the_codebook_is_the_one_in_force_at_the_last_change() -> None:
    changed = answer(updated_at="2026-11-20T00:00:00.000001+00:00")
    assert only(answers_of(task(changed), CONTEXT)).codebook == "demo@0000000b"


@pytest.mark.parametrize(
    ("changes", "blind", "suggested"),
    [
        ({}, False, False),
        ({"prediction": None}, False, False),
        ({"prediction": {"id": 3, "result": []}}, False, True),
        ({"prediction": {"id": 3, "result": []}}, True, False),
        ({"parent_prediction": 3}, False, True),
        ({"parent_prediction": 3}, True, True),
    ],
)
def test_an_answer_was_suggested_where_a_prediction_was_shown(
    changes: dict[str, object], blind: bool, suggested: bool
) -> None:
    assert only(answers_of(task(answer(**changes), blind=blind), CONTEXT)).suggested is suggested


def test_a_skip_is_kept_and_has_no_other_problem() -> None:
    annotation = only(answers_of(task(answer(was_cancelled=True, result=[])), CONTEXT))
    assert (annotation.skipped, annotation.problems, annotation.is_usable) == (True, (), False)


def test_an_answer_with_frames_left_open_is_kept_with_its_problem() -> None:
    annotation = only(answers_of(task(answer(result=[])), CONTEXT))
    assert (annotation.skipped, annotation.is_usable) == (False, False)
    assert "frames were left open" in annotation.problems[0]


def test_each_annotator_answers_for_themself() -> None:
    answers = answers_of(task(answer(), answer(id=6, completed_by=2), answer(id=7, completed_by=9)), CONTEXT)
    assert [one.annotator for one in answers.annotations] == ["ana", "bo", "user-9"]
    assert answers.n_raw == 3


def test_of_two_answers_by_one_person_the_last_changed_counts() -> None:
    later = answer(id=4, updated_at="2026-11-03T00:00:00Z", was_cancelled=True)
    for order in ([answer(), later], [later, answer()]):
        answers = answers_of(task(*order), CONTEXT)
        assert [one.skipped for one in answers.annotations] == [True]
        assert [(item.reason, item.value["id"]) for item in answers.quarantined] == [(ANSWERED_AGAIN, 5)]


def test_what_is_quarantined_says_whose_it_is_and_keeps_nothing_personal() -> None:
    raw = answer(completed_by=None, created_username="ana@example.com, 1", prediction={"id": 1})
    (item,) = answers_of(task(raw), CONTEXT).quarantined
    kept = {key: raw[key] for key in raw if key not in ("created_username", "prediction", "parent_prediction")}
    assert item == Quarantined(17, "a1", None, NOBODY, kept)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"completed_by": None}, (None, NOBODY)),
        ({"completed_by": "ana"}, (None, NOBODY)),
        ({"updated_at": None}, ("ana", NO_TIME)),
        ({"updated_at": "yesterday"}, ("ana", NO_TIME)),
        ({"updated_at": "0001-01-01T00:00:00+14:00"}, ("ana", NO_TIME)),
    ],
)
def test_an_answer_without_annotator_or_time_is_quarantined(
    changes: dict[str, object], reason: tuple[str | None, str]
) -> None:
    answers = answers_of(task(answer(**changes)), CONTEXT)
    assert (answers.annotations, set_aside(answers)) == ((), [reason])


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ({"article_id": None}, NOT_PUSHED),
        ({"article_id": 7}, NOT_PUSHED),
        ({"text": "\ud83d"}, NOT_PUSHED),
        ({"text_sha256": None}, NOT_PUSHED),
        ({"text": "Deal works"}, TEXT_CHANGED),
        ({"inclusion_proba": 1.5}, NOT_READ),
        ({"blind": "yes"}, NOT_READ),
    ],
)
def test_answers_on_a_task_that_is_not_as_it_was_pushed_are_quarantined(data: dict[str, object], reason: str) -> None:
    answers = answers_of(task(answer(), answer(id=6, completed_by=2), **data), CONTEXT)
    assert (answers.annotations, set_aside(answers)) == ((), [("ana", reason), ("bo", reason)])


@pytest.mark.parametrize("data", [None, [], "text", {}])
def test_a_task_without_data_is_quarantined(data: object) -> None:
    answers = answers_of({"id": 17, "data": data, "annotations": [answer()]}, CONTEXT)
    assert (answers.article_id, set_aside(answers)) == (None, [("ana", NOT_PUSHED)])


def test_null_in_the_data_of_a_task_is_as_if_it_were_not_there() -> None:
    annotation = only(answers_of(task(answer(), inclusion_proba=None, draw=None, blind=None), CONTEXT))
    assert (annotation.inclusion_proba, annotation.draw, annotation.blind) == (None, None, False)


def test_a_span_that_cannot_be_placed_is_quarantined_and_the_answer_stays() -> None:
    items = [*result_items(["failure"], {}, [], TEXT), {"from_name": "evidence", "value": {"labels": ["failure"]}}]
    answers = answers_of(task(answer(result=items)), CONTEXT)
    assert [one.problems for one in answers.annotations] == [()]
    assert [(item.annotator, item.value) for item in answers.quarantined] == [("ana", items[1])]


def test_moved_spans_are_counted() -> None:
    moved = result_items(["failure"], {}, [Evidence("failure", 0, 4)], TEXT)
    moved[1]["value"]["start"] = 2
    assert answers_of(task(answer(result=moved)), CONTEXT).n_moved == 1


@pytest.mark.parametrize("lead_time", [None, True, "12", -1, float("nan"), float("inf")])
def test_a_time_that_is_none_is_not_known(lead_time: object) -> None:
    assert only(answers_of(task(answer(lead_time=lead_time)), CONTEXT)).seconds is None


@pytest.mark.parametrize("raw", [None, 3, "x", []])
def test_an_answer_that_is_no_object_is_quarantined(raw: object) -> None:
    (item,) = answers_of(task(raw), CONTEXT).quarantined
    assert (item.reason, item.value) == (NOBODY, {"result": raw})


@pytest.mark.parametrize("value", [float("nan"), "\ud83d"])
def test_what_no_file_can_hold_is_quarantined_as_a_text(value: object) -> None:
    (item,) = answers_of(task(answer(result=[*answer()["result"], {"x": value}])), CONTEXT).quarantined
    assert item.value in ('{"x": NaN}', '{"x": "\\ud83d"}')


def test_accounts_with_one_name_are_told_apart_by_their_ids() -> None:
    users = {7: "ana@example.org", 3: "ana@example.com", 9: "bo", 10: "@"}
    assert annotator_names(users) == {3: "ana", 7: "ana-7", 9: "bo", 10: "user"}
