"""Tests of what is left out: each figure is that of the rows without one of them."""

from collections.abc import Callable

import numpy as np
import pytest

from models.calibration import Floats
from models.left_out import largest_without, leads_without, means_without, spreads_without, tops_without

FIGURES: dict[str, tuple[Callable[[Floats], Floats], Callable[[Floats], Floats]]] = {
    "mean": (means_without, lambda rows: rows.mean(axis=0)),
    "largest": (largest_without, lambda rows: rows.max(axis=0)),
    "spread": (spreads_without, lambda rows: rows.std(axis=0)),
    "lead": (lambda values: leads_without(values, 4), lambda rows: rows[:4].mean(axis=0)),
    "top": (lambda values: tops_without(values, 3), lambda rows: -np.sort(-rows, axis=0)[:3].mean(axis=0)),
}


@pytest.mark.parametrize("name", FIGURES)
@pytest.mark.parametrize("n_rows", [2, 3, 4, 5, 6, 40])
@pytest.mark.parametrize("n_kinds", [2, 1000])
def test_all_at_once_is_what_one_by_one_is(name: str, n_rows: int, n_kinds: int) -> None:
    at_once, of_rows = FIGURES[name]
    values = np.random.default_rng(n_rows).integers(n_kinds, size=(n_rows, 7)) / 10
    one_by_one = [of_rows(np.delete(values, number, axis=0)) for number in range(n_rows)]
    assert np.allclose(at_once(values), one_by_one, atol=1e-6)


def test_rows_that_are_all_alike_have_no_spread() -> None:
    assert (spreads_without(np.full((5, 2), 0.1)) == 0).all()


def test_a_spread_far_from_zero_keeps_its_digits() -> None:
    values = 1e6 + np.array([[1.0], [3.0], [9.0]])
    assert np.allclose(spreads_without(values).ravel(), [3.0, 4.0, 1.0])
