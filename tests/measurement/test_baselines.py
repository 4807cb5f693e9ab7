"""Tests of the baselines that read nothing."""

import numpy as np
import pytest

from measurement.baselines import all_positive, majority, prevalence_only
from measurement.classification import binary_counts, f1
from standpoint.errors import InputError


def test_all_positive_scores_what_the_prevalence_allows() -> None:
    truth = [[1], [0], [0], [0]]
    score = f1(binary_counts(truth, all_positive(truth)).sum(axis=0))
    assert score.tolist() == pytest.approx([2 * 0.25 / 1.25])


def test_all_positive_refuses_classes() -> None:
    with pytest.raises(InputError, match=r"truth has shape \(2,\), expected \(n_items, n_labels\). Use majority"):
        all_positive([0, 1])


def test_the_majority_class_is_called_for_every_item() -> None:
    assert majority([0, 2, 2, 1], 3).tolist() == [2, 2, 2]


def test_the_first_of_equally_large_classes_is_called() -> None:
    assert majority([1, 0, 1, 0], 1).tolist() == [0]


def test_a_label_is_called_if_more_than_half_have_it() -> None:
    assert majority([[1, 1], [1, 0]], 2).tolist() == [[1, 0], [1, 0]]


def test_random_calls_are_as_frequent_as_in_training() -> None:
    labels = prevalence_only([[1, 0], [0, 0], [0, 1], [0, 1]], 20_000)
    classes = prevalence_only([0, 1, 1, 2], 20_000)
    assert labels.mean(axis=0) == pytest.approx([0.25, 0.5], abs=0.02)
    assert np.bincount(classes) / 20_000 == pytest.approx([0.25, 0.5, 0.25], abs=0.02)


def test_the_seed_decides_random_calls() -> None:
    first, again, other = (prevalence_only([0, 1], 50, seed=seed).tolist() for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_empty_training_data_are_refused() -> None:
    with pytest.raises(InputError, match=r"truth_train has shape \(0,\).*Give some gold"):
        majority([], 3)


def test_a_value_that_is_no_class_number_is_refused() -> None:
    with pytest.raises(InputError, match=r"truth_train\[1\] is -1, not a class number. Number the classes from 0"):
        prevalence_only([0, -1], 3)
