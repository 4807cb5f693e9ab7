"""How many wrong labels `standpoint label doubts` finds: a share of gold's labels is turned at random, then looked for.

Each repetition turns other labels and draws other folds. Frames and stances are ranked apart; the doubts not turned
count as false, though some of gold's own labels are wrong too. Measured on the sample corpus, and on Narrative Frames
where it is given. Intervals are Student's, over repetitions.
"""

import argparse
import json
import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import compress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track
from rich.table import Table
from rich.text import Text
from scipy.stats import t as student

from benchmarks.annotator_shares import Corpus, read_narrative_frames, read_sample
from benchmarks.command import versions
from labeling.wording import YES
from measurement.intervals import Estimate
from standpoint.errors import InputError, StandpointError
from standpoint.jsonl import replacing
from training.doubts import find_doubts
from training.fitting import FitConfig
from training.gold import Gold

N_PRECISION, N_RECALL = 30, 100
"""How far down the list precision and recall are measured."""


@dataclass(frozen=True)
class Figure:
    """How much of what was turned comes first; `n_wrong` of `n_labels` were turned.

    `random` is what a list in random order is expected to reach, `best` what one without a false doubt would.
    """

    name: str
    estimate: Estimate
    random: float
    best: float
    n_wrong: int
    n_labels: int

    def to_json(self) -> dict[str, Any]:
        """Return the figure as it is written to JSON."""
        beside = {"random": self.random, "best": self.best, "n_wrong": self.n_wrong, "n_labels": self.n_labels}
        return self.estimate.to_json() | beside


def main() -> None:
    """Measure, print and write the JSON; exit 2 with one line where that cannot be."""
    options = _parse()
    started = time.perf_counter()
    try:
        corpora = [read_sample()] + ([read_narrative_frames(options.data)] if options.data else [])
        asked = {name: getattr(options, name) for name in ("share", "repeats", "seed")}
        figures = [figure for corpus in corpora for figure in measured(corpus, **asked)]
        seconds = time.perf_counter() - started
        if options.json is not None:
            about = asked | {"seconds": round(seconds, 2), "versions": versions()}
            with replacing(options.json) as file:
                json.dump({"found": {figure.name: figure.to_json() for figure in figures}} | about, file, indent=1)
    except StandpointError as error:
        Console(stderr=True).print(f"benchmarks.label_errors: {error}", markup=False, highlight=False, soft_wrap=True)
        raise SystemExit(2) from None
    _show(figures, options, seconds)


def measured(corpus: Corpus, *, share: float, repeats: int, seed: int) -> list[Figure]:
    """Turn labels and look for them, again and again; measure what was found of frames, and of stances if any.

    Raises:
        InputError: the share is so small that nothing would be turned.
        TrainingError: the corpus is too small to learn from.
    """
    sizes = {"frames": corpus.gold.present.size, "stances": len(corpus.gold.stances)}
    n_wrong = {kind: round(share * size) for kind, size in sizes.items() if size}
    if 0 in n_wrong.values():
        raise InputError(f"a share of {share} turns no label of '{corpus.name}' ({sizes}). Give a larger --share.")
    repetitions = track(range(repeats), corpus.name, console=Console(stderr=True), transient=True)
    runs = [_ranked(corpus.gold, share, np.random.default_rng([seed, number])) for number in repetitions]
    return [
        figure
        for kind, wrong in n_wrong.items()
        for figure in _figures(f"{corpus.name}/{kind}", [run[kind] for run in runs], wrong, sizes[kind])
    ]


def with_errors(gold: Gold, share: float, generator: np.random.Generator) -> Gold:
    """Return gold with this share of the frame labels turned, and this share of the stances made another one."""
    present = gold.present ^ _drawn(gold.present.size, share, generator).reshape(gold.present.shape)
    n_stances = len(gold.codebook.stances)
    steps = _drawn(len(gold.stances), share, generator) * generator.integers(1, n_stances, len(gold.stances))
    stances = iter(((gold.stances + steps) % n_stances).tolist())
    items = [
        replace(
            item,
            frames=frozenset(compress(gold.codebook.frame_ids, row)),
            stances=tuple(next(stances) for _ in item.stances),
        )
        for item, row in zip(gold.articles, present, strict=True)
    ]
    return Gold(gold.codebook, items)


def mean_interval(values: Sequence[float]) -> Estimate:
    """Return the mean with its 95 % interval by Student's t; NaN ends for a single value."""
    mean, n = float(np.mean(values)), len(values)
    if n < 2:
        return Estimate(mean, math.nan, math.nan)
    half = float(student.ppf(0.975, n - 1) * np.std(values, ddof=1) / math.sqrt(n))
    return Estimate(mean, mean - half, mean + half)


def _drawn(n: int, share: float, generator: np.random.Generator) -> NDArray[np.bool_]:
    """Mark the share of n positions, drawn at random."""
    return generator.permutation(n) < round(share * n)


def _ranked(gold: Gold, share: float, generator: np.random.Generator) -> dict[str, list[bool]]:
    """Turn labels and list doubts: of each, the strongest first and by kind, whether its label was turned."""
    answers = _answers(gold)
    doubts = find_doubts(with_errors(gold, share, generator), FitConfig(seed=int(generator.integers(2**31))))
    ranked: dict[str, list[bool]] = {"frames": [], "stances": []}
    for doubt in doubts.found:
        kind = "frames" if doubt.label in gold.codebook.frame_ids else "stances"
        ranked[kind].append(doubt.given != answers[doubt.article.id, doubt.label])
    return ranked


def _answers(gold: Gold) -> dict[tuple[str, str], str | None]:
    """Return gold's answers by article and label, in the words of a doubt."""
    answers: dict[tuple[str, str], str | None] = {}
    for item in gold.articles:
        for frame in gold.codebook.frame_ids:
            answers[item.article.id, frame] = YES if frame in item.frames else None
        for target, stance in zip(item.targets, item.stances, strict=True):
            answers[item.article.id, target.actor] = gold.codebook.stance_ids[stance]
    return answers


def _figures(name: str, runs: Sequence[Sequence[bool]], n_wrong: int, n_labels: int) -> Iterator[Figure]:
    precision = mean_interval([float(np.mean(run[:N_PRECISION])) if run else math.nan for run in runs])
    best = min(1.0, n_wrong / N_PRECISION)
    yield Figure(f"{name}/precision_at_{N_PRECISION}", precision, n_wrong / n_labels, best, n_wrong, n_labels)
    recall = mean_interval([sum(run[:N_RECALL]) / n_wrong for run in runs])
    by_chance, best = min(1.0, N_RECALL / n_labels), min(1.0, N_RECALL / n_wrong)
    yield Figure(f"{name}/recall_at_{N_RECALL}", recall, by_chance, best, n_wrong, n_labels)


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.label_errors", description="Wrong labels found.")
    parser.add_argument("--data", type=Path, help="folder of Narrative Frames, to measure on it too")
    parser.add_argument("--share", type=float, default=0.1, help="share of the labels to turn (default 0.1)")
    parser.add_argument("--repeats", type=int, default=10, help="how many times (default 10)")
    parser.add_argument("--seed", type=int, default=0, help="seed of labels turned and folds (default 0)")
    parser.add_argument("--json", type=Path, help="file to write the figures to")
    options = parser.parse_args()
    if not 0 < options.share < 1:
        parser.error(f"--share is {options.share}, not between 0 and 1. Give 0.1 for one label in ten.")
    if options.repeats < 1:
        parser.error(f"--repeats is {options.repeats}, but at least 1 is needed. Give 2 or more to have intervals.")
    return options


def _show(figures: Sequence[Figure], options: argparse.Namespace, seconds: float) -> None:
    title = f"{options.share:g} of the labels turned: mean of {options.repeats} repetitions [95 % interval]"
    table = Table(title=title, title_justify="left")
    table.add_column("", overflow="fold")
    for heading in ("found", "random", "best"):
        table.add_column(heading, justify="right", no_wrap=True)
    for one in figures:
        table.add_row(one.name, Text(str(one.estimate)), f"{one.random:.3f}", f"{one.best:.3f}")
    console = Console()
    console.print(table)
    for name, counts in {one.name.rsplit("/", 1)[0]: one for one in figures}.items():
        console.print(f"• {name}: {counts.n_wrong} of {counts.n_labels:,} labels turned", highlight=False)
    console.print(f"{seconds:.0f} s", highlight=False)


if __name__ == "__main__":
    main()
