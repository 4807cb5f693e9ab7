"""Tests of report.human_ceiling, held against scikit-learn and against counting by hand."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import f1_score

from report.human_ceiling import Ceiling, human_ceiling
from report.readings import make_readings
from standpoint.annotation import Annotation
from standpoint.codebook import Codebook

Say = Callable[..., Annotation]


def of(found: Sequence[Ceiling], annotator: str | None) -> Ceiling:
    return next(item for item in found if item.annotator == annotator)


def test_two_people_are_scored_against_each_other(codebook: Codebook, say: Say) -> None:
    draw = np.random.default_rng(0)
    answers = draw.random((2, 30, 2)) < 0.5
    annotations = [
        say(
            f"a{article}",
            person,
            *(id for id, has in zip(codebook.frame_ids, answers[row, article], strict=True) if has),
        )
        for row, person in enumerate(("ann", "bo"))
        for article in range(30)
    ]
    pooled, ann, bo = human_ceiling(make_readings(annotations), codebook)
    assert ann.frames is not None
    assert bo.frames is not None
    assert pooled.frames is not None
    assert ann.frames.value == pytest.approx(f1_score(answers[1], answers[0], average="macro"))
    assert ann.frames.value == pytest.approx(bo.frames.value)
    assert ann.frames.low < ann.frames.value < ann.frames.high
    assert (ann.n_articles, pooled.n_articles, pooled.stances) == (30, 30, None)


def test_truth_is_what_most_of_the_others_said(codebook: Codebook, say: Say) -> None:
    annotations = [
        *(say("a1", person, "failure") for person in ("ann", "bo", "cy")),
        *(say("a2", person, "failure") for person in ("ann", "bo")),
        say("a2", "cy"),
    ]
    found = human_ceiling(make_readings(annotations), codebook)
    ann, cy = of(found, "ann"), of(found, "cy")
    assert ann.frames is not None
    assert cy.frames is not None
    # bo and cy are even on 'failure' of a2, so ann is scored on a1 alone; cy misses one of two
    assert (ann.frames.value, cy.frames.value) == pytest.approx((1, 2 / 3))


def test_stances_are_scored_where_both_gave_one(codebook: Codebook, say: Say) -> None:
    annotations = [
        *(say("a1", "ann", china="critical"), say("a1", "bo", china="critical")),
        *(say("a2", "ann", china="critical"), say("a2", "bo", china="neutral")),
        *(say("a3", "ann", china="neutral"), say("a3", "bo")),
        *(say("a4", "ann", japan="supportive"), say("a4", "bo", japan="supportive")),
    ]
    ann = of(human_ceiling(make_readings(annotations), codebook), "ann")
    assert ann.stances is not None
    # critical: one right, one called too often: 2/3; neutral: missed: 0; supportive: 1
    assert ann.stances.value == pytest.approx((2 / 3 + 0 + 1) / 3)
    assert ann.n_stances == 3


def test_a_stance_without_a_majority_is_not_scored(codebook: Codebook, say: Say) -> None:
    annotations = [
        *(say("a1", "ann", china="critical"), say("a1", "bo", china="critical"), say("a1", "cy", china="neutral")),
        *(say("a2", person, china="neutral") for person in ("ann", "bo", "cy")),
    ]
    found = human_ceiling(make_readings(annotations), codebook)
    assert [of(found, person).n_stances for person in ("ann", "bo", "cy")] == [1, 1, 2]


def test_a_codebook_without_frames_or_stances_has_no_such_ceiling(codebook: Codebook, say: Say) -> None:
    annotations = [say("a1", "ann", "failure"), say("a1", "bo", "failure")]
    pooled = human_ceiling(make_readings(annotations), replace(codebook, frames=()))[0]
    assert (pooled.frames, pooled.stances) == (None, None)
