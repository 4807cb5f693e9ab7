"""Tests of shares estimated from what was drawn, on made-up populations."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from labeling.candidates import Candidate
from labeling.interest import frame_interest
from labeling.sampling import Design
from measurement.intervals import Estimate
from measurement.prevalence import effective_size, naive_share, weighted_share
from standpoint.errors import InputError

N_REPETITIONS = 1000


def made_up(*, n_stories: int, rare: float, seed: int) -> tuple[NDArray[np.bool_], list[Candidate]]:
    """Make a corpus in which a model is calibrated on a rare frame; return who has it, and the candidates.

    Every third story or so is printed more than once; a copy has the frame where its story has, but for 1 in 100.
    """
    generator = np.random.default_rng(seed)
    n_copies = generator.geometric(0.7, n_stories)
    scores = generator.normal(0, 2, n_stories)
    shift = min(np.linspace(-9, 3, 500), key=lambda shift: abs(logistic(scores + shift).mean() - rare))
    story = np.repeat(np.arange(n_stories), n_copies)
    proba = logistic(scores + shift)
    is_slip = generator.random(len(story)) < 0.01 * (n_copies[story] > 1)
    present = (generator.random(n_stories) < proba)[story] ^ is_slip
    common = logistic(generator.normal(-0.5, 1.5, n_stories))
    interest = frame_interest(np.stack((proba, common), axis=1)[story])
    language = generator.choice(["zh", "en", "mixed"], n_stories, p=[0.55, 0.4, 0.05])[story]
    outlet = generator.integers(12, size=len(story))
    candidates = [
        Candidate(f"a{number:05}", f"s{story[number]:05}", language[number], f"o{outlet[number]}", interest[number])
        for number in range(len(story))
    ]
    return present, candidates


def logistic(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(1 / (1 + np.exp(-scores)))


def coverage(estimates: list[Estimate], truth: float) -> float:
    return float(np.mean([estimate.low <= truth <= estimate.high for estimate in estimates]))


@pytest.mark.parametrize(("n", "rare", "naive_coverage"), [(50, 0.08, 0.92), (150, 0.2, 0.92), (300, 0.08, 0.7)])
def test_the_weighted_share_is_unbiased_and_its_interval_covers_where_the_naive_share_does_not(
    n: int, rare: float, naive_coverage: float
) -> None:
    present, candidates = made_up(n_stories=3000, rare=rare, seed=5)
    design, generator, truth = Design(candidates, n), np.random.default_rng(6), present.mean()
    weighted, naive = [], []
    for _ in range(N_REPETITIONS):
        drawn = design.draw(generator)
        weighted.append(weighted_share(present[drawn], design.inclusion_proba[drawn]))
        naive.append(naive_share(present[drawn]))
    shares = np.array([estimate.value for estimate in weighted])
    assert abs(shares.mean() - truth) < 3 * shares.std() / math.sqrt(N_REPETITIONS)
    assert 0.93 <= coverage(weighted, truth) <= 0.97
    assert np.mean([estimate.value for estimate in naive]) - truth > 0.02
    assert coverage(naive, truth) < naive_coverage


def test_each_article_counts_for_as_many_as_it_stands_for() -> None:
    assert weighted_share([1, 0, 0], [0.5, 0.25, 0.25]).value == pytest.approx(2 / (2 + 4 + 4))


def test_where_all_were_drawn_alike_the_weights_change_nothing() -> None:
    labels = np.arange(100) < 30
    weighted, naive = weighted_share(labels, np.full(100, 0.001)), naive_share(labels)
    assert weighted.value == naive.value == 0.3
    assert (weighted.low, weighted.high) == pytest.approx((naive.low, naive.high), abs=0.001)


def test_the_naive_interval_is_wilsons() -> None:
    estimate = naive_share(np.arange(10_000) < 1000)
    assert (estimate.low, estimate.high) == pytest.approx((0.09427, 0.10604), abs=1e-5)


def test_a_label_that_was_never_met_may_exist() -> None:
    estimate = weighted_share([0] * 50, [0.01] * 50)
    assert (estimate.value, estimate.low) == (0, 0)
    assert estimate.high == pytest.approx(0.075, abs=0.001)
    assert weighted_share([1] * 50, [0.01] * 50).low == pytest.approx(1 - estimate.high)


@pytest.mark.parametrize("n", [3, 7, 50, 77])
def test_where_all_have_the_label_the_interval_is_that_of_none_turned_round(n: int) -> None:
    proba = np.linspace(0.01, 0.3, n)
    every, none = weighted_share(np.ones(n), proba), weighted_share(np.zeros(n), proba)
    assert (every.value, every.low, every.high) == pytest.approx((1, 1 - none.high, 1))
    assert none.high > 0.05


def test_where_every_article_was_taken_nothing_is_uncertain() -> None:
    assert weighted_share([1, 0, 0, 0], [1, 1, 1, 1]) == Estimate(0.25, 0.25, 0.25)
    assert weighted_share([0, 0], [1, 1]) == Estimate(0, 0, 0)


def test_one_article_alone_has_no_interval() -> None:
    estimate = weighted_share([1], [0.5])
    assert estimate.value == 1
    assert math.isnan(estimate.low)
    assert math.isnan(estimate.high)


def test_more_confidence_makes_a_wider_interval() -> None:
    narrow, wide = (weighted_share([1, 0, 0, 1, 0], [0.1] * 5, confidence=level) for level in (0.5, 0.99))
    assert wide.low < narrow.low < narrow.high < wide.high


def test_uneven_weights_are_worth_fewer_articles() -> None:
    assert effective_size([0.2] * 50) == pytest.approx(50)
    assert effective_size([0.01, *[1.0] * 49]) < 3


@pytest.mark.parametrize("proba", [0, 1.5, math.nan])
def test_what_is_no_inclusion_probability_is_refused(proba: float) -> None:
    with pytest.raises(InputError, match=r"inclusion_proba\[1\] is .*, not above 0 and at most 1"):
        weighted_share([1, 0], [0.5, proba])


def test_other_input_is_refused_with_its_place() -> None:
    with pytest.raises(InputError, match=r"present\[0\] is 2, neither 0 nor 1"):
        weighted_share([2, 0], [0.5, 0.5])
    with pytest.raises(InputError, match=r"present has shape \(2,\) but inclusion_proba has shape \(1,\)"):
        weighted_share([1, 0], [0.5])
    with pytest.raises(InputError, match=r"present and inclusion_proba are empty"):
        weighted_share([], [])
    with pytest.raises(InputError, match=r"confidence is 95, not between 0 and 1. Give 0.95"):
        weighted_share([1, 0], [0.5, 0.5], confidence=95)
