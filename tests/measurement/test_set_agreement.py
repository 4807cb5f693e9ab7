"""Tests of agreement on sets of labels, held against the krippendorff library and the definition."""

import math
from collections.abc import Sequence

import krippendorff
import numpy as np
import pytest

from measurement.agreement import alpha_interval, nominal_alpha
from measurement.set_agreement import masi_alpha, masi_alpha_interval, masi_distance, set_ratings
from standpoint.errors import InputError

Sets = Sequence[frozenset[str] | None]


def drawn_sets(seed: int, *, n_annotators: int = 3, n_items: int = 60) -> list[list[frozenset[str] | None]]:
    """Draw sets of up to three labels; about a third of the answers are missing."""
    draw = np.random.default_rng(seed)
    answers = draw.random((n_annotators, n_items, 3)) < 0.4
    missing = draw.random((n_annotators, n_items)) < 0.3
    return [
        [None if gone else frozenset("abc"[label] for label in np.flatnonzero(answer)) for answer, gone in pairs]
        for pairs in (zip(row, gaps, strict=True) for row, gaps in zip(answers, missing, strict=True))
    ]


def library_alpha(annotators: Sequence[Sets]) -> float:
    """Return alpha with MASI distance as the krippendorff library computes it."""
    domain = sorted({labels for row in annotators for labels in row if labels is not None}, key=sorted)
    counts = np.array([[answers.count(labels) for labels in domain] for answers in zip(*annotators, strict=True)])
    table = np.array([[masi_distance(a, b) for b in domain] for a in domain])

    def looked_up() -> krippendorff.DistanceMetric:
        return lambda v1, v2, i1, i2, n_v, dtype=None: table[i1, i2].astype(dtype)

    return float(krippendorff.alpha(value_counts=counts, level_of_measurement=looked_up()))


@pytest.mark.parametrize("seed", range(5))
def test_masi_alpha_equals_that_of_the_library(seed: int) -> None:
    annotators = drawn_sets(seed)
    assert masi_alpha(*annotators) == pytest.approx(library_alpha(annotators))


def test_the_interval_of_single_labels_is_that_of_nominal_alpha() -> None:
    ratings = np.random.default_rng(0).integers(3, size=(2, 40))
    sets = [[frozenset(str(label)) for label in row] for row in ratings.tolist()]
    of_sets = masi_alpha_interval(sets, [str(item) for item in range(40)])
    nominal = alpha_interval(ratings, [str(item) for item in range(40)])
    assert (of_sets.value, of_sets.low, of_sets.high) == pytest.approx((nominal.value, nominal.low, nominal.high))


def test_counts_of_items_add_up() -> None:
    annotators = drawn_sets(7)
    ratings = set_ratings(annotators)
    halves = ratings.counts[:30].sum(axis=0) + ratings.counts[30:].sum(axis=0)
    assert float(ratings.alpha(halves)) == pytest.approx(masi_alpha(*annotators))
    assert ratings.same_answer(halves) <= 1


def test_the_same_answer_is_the_share_of_equal_sets() -> None:
    a, b = frozenset("a"), frozenset("b")
    ratings = set_ratings([[a, a, b, None], [a, b, b, b]])
    assert float(ratings.same_answer(ratings.counts.sum(axis=0))) == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("first", "second", "distance"),
    [
        ("ab", "ab", 0),
        ("", "", 0),
        ("ab", "a", 2 / 3),
        ("abc", "ab", 5 / 9),
        ("ab", "bc", 8 / 9),
        ("a", "b", 1),
        ("", "a", 1),
    ],
)
def test_masi_distance_equals_the_definition_both_ways(first: str, second: str, distance: float) -> None:
    assert masi_distance(frozenset(first), frozenset(second)) == pytest.approx(distance)
    assert masi_distance(frozenset(second), frozenset(first)) == pytest.approx(distance)


def test_masi_alpha_of_single_labels_equals_nominal_alpha() -> None:
    ratings = np.random.default_rng(0).integers(3, size=(3, 40))
    first, second, third = ([frozenset(str(label)) for label in row] for row in ratings.tolist())
    assert masi_alpha(first, second, third) == pytest.approx(nominal_alpha(ratings))


def test_masi_alpha_gives_part_of_the_credit_for_partly_the_same_labels() -> None:
    a, ab, c = frozenset("a"), frozenset("ab"), frozenset("c")
    overlapping = masi_alpha([a, ab, c, c], [a, a, c, c])
    disjoint = masi_alpha([a, c, c, c], [a, a, c, c])
    assert overlapping == pytest.approx(1 - (4 / 3) / (36 / 7))
    assert overlapping > disjoint


def test_masi_alpha_passes_over_items_that_one_annotator_did_not_rate() -> None:
    a, b = frozenset("a"), frozenset("b")
    assert masi_alpha([a, b, a], [a, b, None]) == 1.0


def test_masi_alpha_is_not_a_number_without_variation_or_pairs() -> None:
    a, b = frozenset("a"), frozenset("b")
    assert math.isnan(masi_alpha([a, a], [a, a]))
    assert math.isnan(masi_alpha([a, None], [None, b]))
    assert math.isnan(masi_alpha([], []))


def test_masi_alpha_needs_the_same_items_from_everyone() -> None:
    a = frozenset("a")
    with pytest.raises(InputError, match="annotator 1 has 2 items but annotator 3 has 1"):
        masi_alpha([a, a], [a, a], [a])
