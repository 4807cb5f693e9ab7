"""Tests of classification scores, held against scikit-learn."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score

from measurement.classification import (
    accuracy_of_confusion,
    binary_counts,
    confusion_counts,
    f1,
    macro_f1,
    macro_f1_of_confusion,
    micro_f1,
)
from measurement.intervals import group_bootstrap
from standpoint.errors import InputError


def drawn(seed: int, n_values: int, shape: tuple[int, ...]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    generator = np.random.default_rng(seed)
    return generator.integers(n_values, size=shape), generator.integers(n_values, size=shape)


@settings(deadline=None)
@given(st.integers(0, 2**32), st.integers(2, 12), st.integers(2, 5))
def test_scores_of_labels_equal_those_of_scikit_learn(seed: int, n_items: int, n_labels: int) -> None:
    truth, called = drawn(seed, 2, (n_items, n_labels))
    sums = binary_counts(truth, called).sum(axis=0)
    assert f1(sums) == pytest.approx(f1_score(truth, called, average=None, zero_division=0))
    assert float(macro_f1(sums)) == pytest.approx(f1_score(truth, called, average="macro", zero_division=0))
    assert float(micro_f1(sums)) == pytest.approx(f1_score(truth, called, average="micro", zero_division=0))


@settings(deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 12), st.integers(2, 5))
def test_scores_of_classes_equal_those_of_scikit_learn(seed: int, n_items: int, n_classes: int) -> None:
    truth, called = drawn(seed, n_classes, (n_items,))
    labels = list(range(n_classes))
    sums = confusion_counts(truth, called, n_classes).sum(axis=0)
    expected = f1_score(truth, called, labels=labels, average="macro", zero_division=0)
    assert sums.tolist() == confusion_matrix(truth, called, labels=labels).tolist()
    assert float(macro_f1_of_confusion(sums)) == pytest.approx(expected)
    assert float(accuracy_of_confusion(sums)) == pytest.approx(accuracy_score(truth, called))


def test_a_label_that_is_neither_true_nor_called_scores_zero() -> None:
    sums = binary_counts([[1, 0], [1, 0]], [[1, 0], [1, 0]]).sum(axis=0)
    assert f1(sums).tolist() == [1.0, 0.0]
    assert float(macro_f1(sums)) == 0.5


def test_scores_take_many_sums_at_once() -> None:
    counts = np.array([[[1, 0, 0], [1, 1, 1]], [[0, 1, 1], [3, 0, 0]]])
    assert macro_f1(counts).tolist() == [0.75, 0.5]
    assert micro_f1(counts).tolist() == pytest.approx([2 / 3, 0.75])
    assert macro_f1_of_confusion([[[1, 0], [0, 1]], [[0, 1], [1, 0]]]).tolist() == [1.0, 0.0]


def test_counts_of_items_give_a_score_with_its_interval() -> None:
    truth, called = drawn(3, 2, (60, 3))
    estimate = group_bootstrap(binary_counts(truth, called), np.arange(60) // 2, macro_f1, n_resamples=200)
    assert estimate.value == pytest.approx(f1_score(truth, called, average="macro"))
    assert estimate.low < estimate.value < estimate.high


def test_accuracy_without_items_is_not_a_number() -> None:
    assert math.isnan(float(accuracy_of_confusion([[0, 0], [0, 0]])))


def test_arrays_of_different_items_are_refused() -> None:
    with pytest.raises(InputError, match=r"truth has shape \(1, 2\) but called has shape \(2, 2\). Give both"):
        binary_counts([[0, 1]], [[0, 1], [1, 1]])


def test_labels_of_one_axis_are_refused() -> None:
    with pytest.raises(InputError, match=r"truth has shape \(2,\), expected \(n_items, n_labels\). Reshape it"):
        binary_counts([0, 1], [0, 1])


def test_probabilities_are_not_taken_for_calls() -> None:
    with pytest.raises(InputError, match=r"called\[0, 1\] is 0.7, neither 0 nor 1"):
        binary_counts([[0, 1]], [[0, 0.7]])


@pytest.mark.parametrize("wrong", [2, -1, 0.5, math.nan])
def test_a_value_that_is_no_class_number_is_refused(wrong: float) -> None:
    with pytest.raises(InputError, match=r"called\[1\] is .*, not a class number from 0 to 1. Number the classes"):
        confusion_counts([0, 1], [0, wrong], 2)


def test_classes_of_two_axes_are_refused() -> None:
    with pytest.raises(InputError, match=r"truth has shape \(1, 2\), expected \(n_items,\)"):
        confusion_counts([[0, 1]], [[0, 1]], 2)


def test_counts_of_another_shape_are_refused_with_what_makes_them() -> None:
    with pytest.raises(InputError, match=r"counts has shape \(2,\), expected \(\.\.\., 3\). Give the result of binary"):
        f1([1, 2])
    with pytest.raises(InputError, match=r"expected \(\.\.\., n_labels, 3\). Use f1 for the counts of one label"):
        macro_f1([1, 2, 3])
    with pytest.raises(InputError, match=r"confusion has shape \(1, 2\).*Give the result of confusion_counts"):
        accuracy_of_confusion([[1, 2]])
