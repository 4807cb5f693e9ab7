"""A scale: where a number stands on a plot's axis, and which numbers the axis shows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, floor, isfinite, log10

from measurement.intervals import Estimate

PIXELS = 240
"""The width of an axis."""

_MARGIN = 14


@dataclass(frozen=True)
class Scale:
    """An axis from `low` to `high`; numbers beyond are drawn at its ends. Logarithmic axes start above 0."""

    low: float
    high: float
    ticks: tuple[float, ...]
    is_logarithmic: bool = False

    def at(self, value: float) -> float:
        """Return the place of a number in pixels from the left edge.

        >>> [Scale(0, 1, ()).at(value) for value in (0, 0.5, 1, 7)]
        [14.0, 120.0, 226.0, 226.0]
        """
        low, high, number = self._straight(self.low), self._straight(self.high), self._straight(value)
        share = min(max((number - low) / (high - low), 0.0), 1.0)
        return round(_MARGIN + share * (PIXELS - 2 * _MARGIN), 1)

    def _straight(self, value: float) -> float:
        return log10(max(value, self.low)) if self.is_logarithmic else value


def scale_to_one(estimates: Iterable[Estimate | None]) -> Scale:
    """Return an axis that ends at 1 and starts at 0, or below where an interval reaches there.

    >>> scale_to_one([Estimate(0.1, -0.12, 0.4)]).ticks
    (-0.2, 0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
    """
    lowest = max(min([0.0, *_ends(estimates)]), -1.0)
    per_unit = 5 if lowest >= -0.2 else 2
    first = floor(lowest * per_unit)
    return Scale(first / per_unit, 1, tuple(step / per_unit for step in range(first, per_unit + 1)))


def scale_around_zero(estimates: Iterable[Estimate | None]) -> Scale:
    """Return an axis with 0 in its middle, as wide as the intervals.

    >>> scale_around_zero([Estimate(0.02, -0.03, 0.07)]).ticks
    (-0.1, -0.05, 0.0, 0.05, 0.1)
    """
    widest = max([0.01, *(abs(end) for end in _ends(estimates))])
    step = next(step for step in (0.01, 0.02, 0.05, 0.1, 0.2, 0.5) if 2 * step >= widest or step == 0.5)
    return Scale(-2 * step, 2 * step, tuple(round(step * number, 6) for number in range(-2, 3)))


def scale_of_seconds(values: Sequence[float]) -> Scale | None:
    """Return a logarithmic axis around times in seconds; None where there is none.

    >>> scale = scale_of_seconds([31, 90])
    >>> (scale.low, scale.high, scale.ticks)
    (20, 100, (20, 50, 100))
    """
    known = [max(value, 1.0) for value in values if isfinite(value)]
    if not known:
        return None
    steps = [digit * 10**power for power in range(ceil(log10(max(known))) + 1) for digit in (1, 2, 5)]
    low = max(step for step in steps if step <= min(known))
    high = min(step for step in steps if step > max(known))
    return Scale(low, high, tuple(step for step in steps if low <= step <= high), is_logarithmic=True)


def _ends(estimates: Iterable[Estimate | None]) -> list[float]:
    return [end for item in estimates if item is not None for end in (item.value, item.low, item.high) if isfinite(end)]
