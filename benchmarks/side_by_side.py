"""Two sides beside each other: how fast each is, turn by turn, and how well each does on the same articles."""

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.peak_memory import PIPELINE, PRODUCT
from measurement.intervals import Estimate, Statistic, group_bootstrap, paired_difference


@dataclass(frozen=True)
class Pace:
    """Articles per second of both sides over several turns; a turn's ratio compares what ran side by side."""

    product: tuple[float, ...]
    pipeline: tuple[float, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the medians, and the median, lowest and highest ratio."""
        ratios = np.divide(self.product, self.pipeline)
        return {
            "articles_per_second": {
                PRODUCT: round(float(np.median(self.product)), 1),
                PIPELINE: round(float(np.median(self.pipeline)), 1),
            },
            "ratio": {
                "median": round(float(np.median(ratios)), 2),
                "low": round(float(ratios.min()), 2),
                "high": round(float(ratios.max()), 2),
            },
        }


@dataclass(frozen=True)
class Agreement:
    """A figure of both sides on articles neither had seen, and their paired difference over stories."""

    product: Estimate
    pipeline: Estimate
    difference: Estimate

    @classmethod
    def of(
        cls, counts: Sequence[np.ndarray[Any, Any]], stories: Sequence[str], statistic: Statistic, *, seed: int
    ) -> "Agreement":
        """Compare the counts of product and pipeline, (n_items, *item_shape) each."""
        product, pipeline = counts
        return cls(
            group_bootstrap(product, stories, statistic, seed=seed),
            group_bootstrap(pipeline, stories, statistic, seed=seed),
            paired_difference(product, pipeline, stories, statistic, seed=seed),
        )

    def to_json(self) -> dict[str, Any]:
        """Return figures and difference as they are written to JSON."""
        return {
            "macro_f1": self.product.value,
            "ci95": [self.product.low, self.product.high],
            "pipeline_macro_f1": self.pipeline.to_json(),
            "difference": self.difference.to_json(),
        }


def paced(product: Callable[[], object], pipeline: Callable[[], object], n_articles: int, turns: int) -> Pace:
    """Time both sides turn by turn, after one round that does not count."""
    times = in_turns({PRODUCT: product, PIPELINE: pipeline}, turns)
    return Pace(*(tuple(n_articles / times[side]) for side in (PRODUCT, PIPELINE)))


def in_turns(works: Mapping[str, Callable[[], object]], turns: int) -> dict[str, NDArray[np.float64]]:
    """Return the seconds that each work took in each turn, (turns,), after one round that does not count."""
    times = [[seconds(work) for work in works.values()] for _ in range(turns + 1)][1:]
    return dict(zip(works, np.array(times).T, strict=True))


def seconds(work: Callable[[], object]) -> float:
    """Return how long the work takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def machine(n_threads: int) -> dict[str, Any]:
    """Return what is known of the machine that figures were taken on."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "threads": n_threads,
        "load_average": [round(load, 1) for load in os.getloadavg()],
    }


def _processor() -> str:
    """Return the processor's name as Linux tells it."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "unknown")
