"""Tests of annotations: reading them and holding them against a codebook and an article."""

from dataclasses import replace
from typing import Any

import pytest

from standpoint.annotation import (
    Annotation,
    Evidence,
    annotation_from_json,
    annotators,
    check_annotation,
    check_evidence,
)
from standpoint.article import make_article
from standpoint.codebook import Actor, Alias, Codebook, Frame, Words
from standpoint.errors import CodebookMismatchError, RecordError

NAME = Words("name", "名")
CODEBOOK = Codebook(
    "demo",
    NAME,
    frames=(Frame("us_failure", NAME, NAME), Frame("ally_strategy", NAME, NAME)),
    actors=(Actor("china", NAME, (Alias("China"),)),),
)


def annotation(**changes: Any) -> Annotation:  # noqa: ANN401 - any field of the record
    record = {"article_id": "a1", "annotator": "reader", "codebook": CODEBOOK.reference, "frames": ["us_failure"]}
    return annotation_from_json(record | changes)


def test_a_record_reads_back_as_it_was_written() -> None:
    evidence = [{"label": "us_failure", "start": 0, "end": 3}]
    full = annotation(stances={"china": "neutral"}, evidence=evidence, seconds=8, suggested=True, inclusion_proba=0.5)
    assert annotation_from_json(full.to_json()) == full


def test_shares_read_back_as_they_were_written_and_are_left_out_of_others() -> None:
    shared = annotation(frame_shares={"us_failure": 2 / 3}, stance_shares={"china": {"critical": 1 / 3}})
    assert annotation_from_json(shared.to_json()) == shared
    nobody = annotation(frame_shares={}, stance_shares={}).to_json()
    assert (nobody["frame_shares"], nobody["stance_shares"]) == ({}, {})
    assert not {"frame_shares", "stance_shares"} & annotation().to_json().keys()


@pytest.mark.parametrize("share", [0, 1.2, None])
def test_a_share_that_is_none_is_refused(share: float | None) -> None:
    with pytest.raises(RecordError, match="share .* of 'critical' is not above 0 and at most 1. Leave out what nobody"):
        annotation(stance_shares={"china": {"critical": share}})


def test_an_annotation_under_its_codebook_passes() -> None:
    check_annotation(annotation(stances={"china": "critical"}), CODEBOOK)


def test_no_frame_at_all_is_a_valid_answer() -> None:
    check_annotation(annotation(frames=[]), CODEBOOK)


def test_an_unknown_frame_comes_with_the_closest_one_and_a_way_out() -> None:
    with pytest.raises(RecordError) as error:
        check_annotation(annotation(frames=["us_failing"]), CODEBOOK)
    assert "frame 'us_failing' is not in codebook 'demo' (us_failure, ally_strategy)" in str(error.value)
    assert "did you mean 'us_failure'?" in str(error.value)
    assert "Add it to the codebook or fix the record." in str(error.value)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"stances": {"chnia": "neutral"}}, "actor 'chnia' is not in codebook 'demo'"),
        ({"frame_shares": {"us_falure": 0.5}}, "frame 'us_falure' is not in codebook 'demo'"),
        ({"stance_shares": {"chnia": {"neutral": 1}}}, "actor 'chnia' is not in codebook 'demo'"),
        ({"stance_shares": {"china": {"hostile": 1}}}, "stance 'hostile' is not in codebook 'demo'"),
        ({"stances": {"china": "hostile"}}, "stance 'hostile' is not in codebook 'demo'"),
        ({"evidence": [{"label": "x", "start": 0, "end": 1}]}, "evidence label 'x' is not in codebook 'demo'"),
    ],
)
def test_any_unknown_label_is_named(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(RecordError, match=words):
        check_annotation(annotation(**changes), CODEBOOK)


def test_an_annotation_of_another_revision_is_refused() -> None:
    with pytest.raises(CodebookMismatchError, match="made under codebook 'demo@00000000', but 'demo@.{8}' is in use"):
        check_annotation(annotation(codebook="demo@00000000"), CODEBOOK)


@pytest.mark.parametrize("span", [(3, 3), (5, 3), (-1, 3), (0, 6)])
def test_evidence_outside_the_text_is_refused(span: tuple[int, int]) -> None:
    marked = annotation(evidence=[{"label": "us_failure", "start": span[0], "end": span[1]}])
    with pytest.raises(RecordError, match=r"article 'a1' has 5 characters. Count code points of title, blank line"):
        check_evidence(marked, make_article("稀土", "🔥", id="a1"))


def test_evidence_may_reach_to_the_last_code_point() -> None:
    marked = annotation(evidence=[{"label": "us_failure", "start": 4, "end": 5}])
    check_evidence(marked, make_article("稀土", "🔥", id="a1"))
    assert marked.evidence == (Evidence("us_failure", 4, 5),)


@pytest.mark.parametrize("proba", [0, -0.1, 1.01])
def test_an_inclusion_probability_outside_its_range_is_refused(proba: float) -> None:
    with pytest.raises(RecordError, match="is not above 0 and at most 1. Leave it out if unknown."):
        annotation(inclusion_proba=proba)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"frames": "us_failure"}, "field 'frames' must be a list, found a text"),
        ({"stances": {"china": 1}}, "field 'china' must be a text, found a number"),
        ({"evidence": [{"label": "x", "start": 0.5, "end": 1}]}, "field 'start' must be a whole number"),
        ({"seconds": "8"}, "field 'seconds' must be a number"),
        ({"annotator": None}, "field 'annotator' is missing"),
    ],
)
def test_a_wrong_type_is_named(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(RecordError, match=words):
        annotation(**changes)


def test_annotators_are_listed_once_and_sorted() -> None:
    assert annotators([annotation(annotator=name) for name in ("wu", "lee", "wu")]) == ("lee", "wu")


def test_what_only_some_annotations_have_is_kept_and_left_out_of_others() -> None:
    plain = Annotation("a1", "reader-1", "demo@1", frozenset())
    rare = replace(plain, skipped=True, blind=True, draw="d1", note="unsure", problems=("frames left open",))
    assert "skipped" not in plain.to_json()
    assert annotation_from_json(rare.to_json()) == rare
    assert plain.is_usable
    assert not rare.is_usable
