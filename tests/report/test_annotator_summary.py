"""Tests of report.annotator_summary."""

import math
from collections.abc import Callable

import pytest

from measurement.set_agreement import masi_alpha
from report.annotator_summary import annotator_summaries
from report.readings import make_readings
from standpoint.annotation import Annotation

Say = Callable[..., Annotation]


def test_each_person_is_counted(say: Say) -> None:
    annotations = [
        say("a1", "ann", "failure", "pact", seconds=10, blind=True),
        say("a2", "ann", "failure", seconds=30, suggested=True),
        say("a3", "ann", skipped=True),
        say("a4", "ann", problems=("frames left open",)),
        say("a1", "bo", "failure"),
    ]
    ann, bo = annotator_summaries(annotations, make_readings(item for item in annotations if item.is_usable))
    assert (ann.n_articles, ann.n_skipped, ann.n_unusable, ann.n_shared) == (2, 1, 1, 1)
    assert (ann.seconds, ann.mean_frames, ann.share_blind, ann.share_suggested) == ((15, 20, 25), 1.5, 0.5, 0.5)
    assert (bo.n_articles, bo.mean_frames) == (1, 1)
    assert math.isnan(bo.seconds[1])


def test_agreement_with_the_others_is_the_mean_over_them(say: Say) -> None:
    frames = {
        "ann": ("failure", "pact", "pact"),
        "bo": ("failure", "pact", "pact"),
        "cy": ("failure", "failure", "pact"),
    }
    annotations = [
        say(f"a{number}", person, frame) for person, row in frames.items() for number, frame in enumerate(row)
    ]
    ann, _, cy = annotator_summaries(annotations, make_readings(annotations))
    ann_sets, cy_sets = ([frozenset({frame}) for frame in frames[person]] for person in ("ann", "cy"))
    apart = masi_alpha(ann_sets, cy_sets)
    assert apart < 1
    assert (ann.alpha, cy.alpha) == pytest.approx(((1 + apart) / 2, apart))


def test_a_person_who_only_skipped_has_no_figures(say: Say) -> None:
    annotations = [say("a1", "ann", "failure"), say("a1", "bo", skipped=True)]
    _, bo = annotator_summaries(annotations, make_readings([annotations[0]]))
    assert (bo.n_articles, bo.n_skipped, bo.n_shared) == (0, 1, 0)
    assert all(math.isnan(value) for value in (bo.alpha, bo.mean_frames, bo.share_blind))
