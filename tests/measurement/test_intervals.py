"""Tests of intervals by resampling groups."""

import json
import math

import numpy as np
import pytest
from numpy.typing import NDArray

import measurement.intervals
from measurement.intervals import Estimate, group_bootstrap, paired_difference
from standpoint.errors import InputError

TWO_STORIES = ["s1", "s1", "s2", "s2"]


def share(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(sums[..., 0] / sums[..., 1])


def shares(hits: NDArray[np.int_]) -> NDArray[np.int_]:
    return np.stack((hits, np.ones_like(hits)), axis=1)


def test_an_estimate_is_written_with_three_decimals() -> None:
    assert str(Estimate(0.61349, 0.571, 0.65)) == "0.613 [0.571, 0.650]"


def test_an_undefined_interval_is_null_in_json() -> None:
    value = Estimate(0.5, math.nan, math.nan).to_json()
    assert json.dumps(value, allow_nan=False) == '{"value": 0.5, "ci95": [null, null]}'


def test_the_json_names_the_confidence_of_the_interval() -> None:
    assert group_bootstrap([[1, 1], [1, 1]], ["a", "b"], share, confidence=0.9).to_json()["ci90"] == [1.0, 1.0]


def test_the_value_is_the_statistic_of_all_items() -> None:
    assert group_bootstrap([[1, 1], [0, 1], [0, 1], [0, 1]], TWO_STORIES, share).value == 0.25


def test_items_of_one_group_stay_together() -> None:
    estimate = group_bootstrap([[1, 1], [0, 1], [1, 1], [0, 1]], TWO_STORIES, share)
    assert (estimate.low, estimate.high) == (0.5, 0.5)


def test_groups_may_differ_in_size() -> None:
    estimate = group_bootstrap([[1, 1], [0, 1], [1, 1], [1, 1]], ["big", "small", "big", "big"], share)
    assert (estimate.value, estimate.low, estimate.high) == (0.75, 0.0, 1.0)


def test_one_group_alone_has_no_interval() -> None:
    estimate = group_bootstrap([[1, 1], [0, 1]], ["s1", "s1"], share)
    assert estimate.value == 0.5
    assert math.isnan(estimate.low)
    assert math.isnan(estimate.high)


def test_the_interval_of_a_share_agrees_with_theory() -> None:
    hits = np.arange(400) % 2
    estimate = group_bootstrap(shares(hits), np.arange(400), share, n_resamples=4000)
    half_width = 1.96 * math.sqrt(0.25 / 400)
    assert estimate.low == pytest.approx(0.5 - half_width, abs=0.006)
    assert estimate.high == pytest.approx(0.5 + half_width, abs=0.006)


def test_the_interval_covers_the_truth_as_often_as_it_says() -> None:
    generator = np.random.default_rng(1)
    covered = 0
    for seed in range(200):
        story_share = np.repeat(generator.beta(3, 7, size=60), 5)
        hits = (generator.random(300) < story_share).astype(np.int_)
        estimate = group_bootstrap(shares(hits), np.repeat(np.arange(60), 5), share, n_resamples=300, seed=seed)
        covered += estimate.low <= 0.3 <= estimate.high
    assert 0.89 <= covered / 200 <= 0.99


def test_copies_of_articles_do_not_narrow_the_interval() -> None:
    hits = np.arange(40) % 2
    once = group_bootstrap(shares(hits), np.arange(40), share)
    thrice = group_bootstrap(shares(np.repeat(hits, 3)), np.repeat(np.arange(40), 3), share)
    assert (thrice.low, thrice.high) == (once.low, once.high)


def test_the_order_of_items_does_not_matter() -> None:
    counts, groups = np.arange(12).reshape(6, 2), np.array(["c", "a", "b", "a", "c", "b"])
    order = np.array([5, 3, 1, 0, 2, 4])
    assert group_bootstrap(counts, groups, share) == group_bootstrap(counts[order], groups[order], share)


def test_the_seed_decides_the_interval() -> None:
    counts, groups = shares(np.arange(30) % 3 == 0), np.arange(30)
    first, again, other = (group_bootstrap(counts, groups, share, n_resamples=99, seed=seed) for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_a_higher_confidence_gives_a_wider_interval() -> None:
    counts, groups = shares(np.arange(50) % 2), np.arange(50)
    narrow, wide = (group_bootstrap(counts, groups, share, confidence=level) for level in (0.5, 0.99))
    assert wide.low < narrow.low < narrow.high < wide.high


def test_a_few_undefined_resamples_are_left_out() -> None:
    counts = [[1, 1]] * 4 + [[0, 0]]  # all five draws hit the empty group in 1 of 3125 resamples
    estimate = group_bootstrap(counts, np.arange(5), share, n_resamples=20_000)
    assert (estimate.low, estimate.high) == (1.0, 1.0)


def test_many_undefined_resamples_leave_no_interval() -> None:
    estimate = group_bootstrap([[1, 1], [0, 0]], ["s1", "s2"], share)  # 1 in 4 resamples is empty
    assert estimate.value == 1.0
    assert math.isnan(estimate.low)


def test_small_blocks_draw_every_resample(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measurement.intervals, "_CELLS_PER_BLOCK", 70)
    sizes: list[int] = []

    def total(sums: NDArray[np.float64]) -> NDArray[np.float64]:
        sizes.append(len(sums))
        return sums

    estimate = group_bootstrap(np.ones(10), np.arange(10), total, n_resamples=17)
    assert sizes == [1, 7, 7, 3]
    assert (estimate.low, estimate.high) == (10, 10)


def test_a_paired_difference_of_the_same_counts_is_nothing() -> None:
    counts = shares(np.arange(20) % 2)
    assert paired_difference(counts, counts, np.arange(20), share) == Estimate(0, 0, 0)


def test_a_paired_difference_is_narrower_than_the_intervals_apart() -> None:
    hits = np.arange(200) % 2
    better = hits.copy()
    better[:20] = 1
    gain = paired_difference(shares(better), shares(hits), np.arange(200), share)
    alone = group_bootstrap(shares(better), np.arange(200), share)
    assert gain.value == pytest.approx(0.05)
    assert 0 < gain.low < gain.high < 0.1
    assert gain.high - gain.low < (alone.high - alone.low) / 2


def test_a_paired_difference_takes_counts_of_any_shape() -> None:
    first, second = np.ones((4, 3, 3)), np.zeros((4, 3, 3))
    difference = paired_difference(first, second, TWO_STORIES, lambda sums: sums.sum(axis=(-2, -1)))
    assert difference == Estimate(36, 36, 36)


def test_a_paired_difference_needs_the_same_items() -> None:
    with pytest.raises(InputError, match=r"counts_a has shape \(2, 2\) but counts_b has shape \(1, 2\)"):
        paired_difference([[1, 1], [0, 1]], [[1, 1]], ["s1", "s2"], share)


def test_groups_of_another_length_are_refused() -> None:
    with pytest.raises(InputError, match="counts has 2 items but groups has 1"):
        group_bootstrap([[1, 1], [0, 1]], ["s1"], share)


def test_an_item_without_a_story_is_named() -> None:
    with pytest.raises(InputError, match=r"groups\[1\] is None, not a group. Name a story for every item"):
        group_bootstrap([[1, 1], [0, 1]], np.array(["s1", None], dtype=object), share)


def test_groups_of_two_axes_are_refused() -> None:
    with pytest.raises(InputError, match=r"groups has shape \(2, 1\), expected \(n_items,\). Give one name"):
        group_bootstrap([[1, 1], [0, 1]], np.array([["s1"], ["s2"]]), share)


def test_a_missing_count_is_named() -> None:
    with pytest.raises(InputError, match=r"counts\[1, 0\] is nan, not a finite count. Leave out items"):
        group_bootstrap([[1.0, 1.0], [math.nan, 1.0]], ["s1", "s2"], share)


def test_no_items_at_all_are_refused() -> None:
    with pytest.raises(InputError, match=r"counts has shape \(0, 2\), without items. Give at least one"):
        group_bootstrap(np.zeros((0, 2)), [], share)


def test_a_statistic_that_takes_only_one_sum_is_refused_with_a_way_out() -> None:
    with pytest.raises(InputError, match=r"returned shape \(2,\).*Index from the end, as in sums\[\.\.\., 0\]"):
        group_bootstrap([[1, 1], [0, 1]], ["s1", "s2"], lambda sums: sums[0])


def test_options_out_of_range_are_refused() -> None:
    with pytest.raises(InputError, match="n_resamples is 0.*Give 1000 or more"):
        group_bootstrap([[1, 1]], ["s1"], share, n_resamples=0)
    with pytest.raises(InputError, match="confidence is 95.*Give 0.95"):
        group_bootstrap([[1, 1]], ["s1"], share, confidence=95)
