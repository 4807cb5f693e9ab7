"""What `standpoint train --soft` gains: macro-F1 of models that learn shares of annotators, beside gold's yes and no.

Both models are cross-validated on the same folds and held against gold's own answers: on the sample corpus with
story-disjoint folds, on Narrative Frames, where it is given, with those of its articles file. The difference is
paired, with a 95 % interval by bootstrap over stories.
"""

import argparse
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table
from rich.text import Text

from benchmarks.annotator_shares import Corpus, read_narrative_frames, read_sample
from benchmarks.command import versions
from measurement.classification import binary_counts, confusion_counts, macro_f1, macro_f1_of_confusion
from measurement.intervals import Estimate, Statistic, group_bootstrap, paired_difference
from models.news_model import NewsModel
from standpoint.errors import StandpointError
from standpoint.jsonl import replacing
from training.fitting import FitConfig, fit_news_model
from training.gold import Gold
from training.outcome import Outcome, cross_validated
from training.splits import story_folds


@dataclass(frozen=True)
class Comparison:
    """Macro-F1 learned from gold's answers and from shares; `n_split` of `n_labels` have annotators on two sides."""

    name: str
    hard: Estimate
    soft: Estimate
    difference: Estimate
    n_split: int
    n_labels: int

    def to_json(self) -> dict[str, Any]:
        """Return the figures as they are written to JSON."""
        estimates = {"hard": self.hard, "soft": self.soft, "difference": self.difference}
        shown = {name: estimate.to_json() for name, estimate in estimates.items()}
        return shown | {"n_split": self.n_split, "n_labels": self.n_labels}


def main() -> None:
    """Measure, print and write the JSON; exit 2 with one line where that cannot be."""
    options = _parse()
    started = time.perf_counter()
    try:
        corpora = [read_sample()] + ([read_narrative_frames(options.data)] if options.data else [])
        found = [comparison for corpus in corpora for comparison in compared(corpus, options.seed)]
        seconds = time.perf_counter() - started
        if options.json is not None:
            figures = {comparison.name: comparison.to_json() for comparison in found}
            with replacing(options.json) as file:
                about = {"seed": options.seed, "seconds": round(seconds, 2), "versions": versions()}
                json.dump({"macro_f1": figures} | about, file, indent=1)
    except StandpointError as error:
        Console(stderr=True).print(f"benchmarks.soft_labels: {error}", markup=False, highlight=False, soft_wrap=True)
        raise SystemExit(2) from None
    _show(found, seconds)


def compared(corpus: Corpus, seed: int) -> Iterator[Comparison]:
    """Cross-validate both models and compare their frames, then their stances where there are any."""
    gold = corpus.gold
    hard, soft = (_answers(corpus, FitConfig(seed=seed, soft=soft)) for soft in (False, True))
    if hard.frames is not None and soft.frames is not None:
        split = (gold.frame_shares > 0) & (gold.frame_shares < 1)
        both = [binary_counts(one.truth, one.called) for one in (hard.frames, soft.frames)]
        yield _compared(f"{corpus.name}/frames", both, hard.frames.stories, macro_f1, split, seed)
    if hard.stances is not None and soft.stances is not None:
        split = gold.stance_shares.max(axis=1) < 1
        n_stances = len(gold.codebook.stances)
        both = [confusion_counts(one.truth, one.called, n_stances) for one in (hard.stances, soft.stances)]
        yield _compared(f"{corpus.name}/stances", both, hard.stances.stories, macro_f1_of_confusion, split, seed)


def _answers(corpus: Corpus, config: FitConfig) -> Outcome:
    def fit(part: Gold) -> NewsModel:
        return fit_news_model(part, config)

    if corpus.folds is None:
        folds = list(story_folds(corpus.gold.stories, n_folds=config.n_folds, seed=config.seed))
    else:
        inside = [corpus.folds == fold for fold in np.unique(corpus.folds)]
        folds = [(np.flatnonzero(~test), np.flatnonzero(test)) for test in inside]
    return cross_validated(corpus.gold, folds, fit)


def _compared(
    name: str,
    counts: Sequence[NDArray[np.int64]],
    stories: NDArray[Any],
    statistic: Statistic,
    split: NDArray[np.bool_],
    seed: int,
) -> Comparison:
    hard, soft = counts
    return Comparison(
        name=name,
        hard=group_bootstrap(hard, stories, statistic, seed=seed),
        soft=group_bootstrap(soft, stories, statistic, seed=seed),
        difference=paired_difference(soft, hard, stories, statistic, seed=seed),
        n_split=int(split.sum()),
        n_labels=split.size,
    )


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soft_labels", description="Soft labels beside hard.")
    parser.add_argument("--data", type=Path, help="folder of Narrative Frames, to measure on it too")
    parser.add_argument("--seed", type=int, default=0, help="seed of folds and bootstrap (default 0)")
    parser.add_argument("--json", type=Path, help="file to write the figures to")
    return parser.parse_args()


def _show(found: Sequence[Comparison], seconds: float) -> None:
    title = "Macro-F1 learned from gold's answers (hard) and from shares (soft) [95 % interval]"
    table = Table("", title=title, title_justify="left")
    for heading in ("hard", "soft", "soft - hard"):
        table.add_column(heading, justify="right", no_wrap=True)
    for one in found:
        table.add_row(one.name, f"{one.hard.value:.3f}", f"{one.soft.value:.3f}", Text(str(one.difference)))
    console = Console()
    console.print(table)
    for one in found:
        console.print(f"• {one.name}: annotators differ on {one.n_split} of {one.n_labels:,} labels", highlight=False)
    console.print(f"{seconds:.0f} s", highlight=False)


if __name__ == "__main__":
    main()
