"""Patience: how long is waited between tries."""

import pytest

from labeling.patience import Patience


@pytest.mark.parametrize(("jitter", "expected"), [(1.0, [0.5, 1, 2, 4, 5, 5]), (0.0, [0.25, 0.5, 1, 2, 2.5, 2.5])])
def test_waits_double_up_to_the_longest_and_jitter_takes_up_to_half(jitter: float, expected: list[float]) -> None:
    waits: list[float] = []
    patience = Patience(longest_wait=5, sleep=waits.append, jitter=lambda: jitter)
    for n_tried in range(1, 7):
        patience.wait(n_tried)
    assert waits == expected
