"""Stance toward people and groups in English news sentences: NewsMTSC (Hamborg and Donnay, EACL 2021).

Not the official protocol: trained on the training file alone, tested on `test_mt.jsonl` (two or more targets a
sentence) or on the file given with `--test`.
"""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.command import Options, Report, protocol, run
from benchmarks.stance_data import read_stances, stance_codebook
from benchmarks.stance_outcomes import StanceRuns, stance_runs
from training.gold import Gold
from training.outcome import Outcome
from training.quality import Figure, Quality, measure

CODEBOOK = stance_codebook("newsmtsc", ["negative", "neutral", "positive"])
PUBLISHED = "published, test-rw / test-mt: BERT-base SPC 80.1 / 73.7, RoBERTa LCF 81.4 / 81.2, GRU-TSC 83.1 / 82.5"


def read(path: Path) -> Gold:
    """Return the targets of a file as gold; the others of a sentence are bystanders."""
    return read_stances(path, CODEBOOK, _sentence, _spans, lambda record: list(record["others"]))


def measure_stances(options: Options) -> Report:
    """Measure a stance model and its ablations; under several seeds, all their answers together."""
    train, test = read(options.data / "train.jsonl"), read(options.test or options.data / "test_mt.jsonl")
    runs = stance_runs(train, test, options)
    mixed = _mixed_polarity(test)
    quality = measure(Outcome(None, runs.outcome), CODEBOOK, ablations=runs.ablations, seed=options.seed)
    figures = [*quality.figures, *_on_mixed(runs, np.tile(mixed, runs.n_seeds), options.seed)]
    notes = [
        *protocol(train, test, "targets", lambda gold: len(gold.stances)),
        PUBLISHED,
        f"mixed: the {int(mixed.sum())} targets in sentences whose targets differ in gold stance",
        *runs.notes,
    ]
    return Report("stance", "stance/macro_f1", Quality(tuple(figures)), CODEBOOK.stance_ids, notes)


def _sentence(record: dict[str, Any]) -> str:
    return str(record["sid"])


def _spans(record: dict[str, Any]) -> list[list[int]]:
    return [[record["start"], record["end"]], *record["further"]]


def _mixed_polarity(test: Gold) -> NDArray[np.bool_]:
    differs = [len(set(item.stances)) > 1 for item in test.articles]
    return np.array([differs[owner] for owner in test.owners], dtype=bool)


def _on_mixed(runs: StanceRuns, mixed: NDArray[np.bool_], seed: int) -> list[Figure]:
    if not mixed.any():
        return []
    less = {name: ablated.where(mixed) for name, ablated in runs.ablations.items()}
    quality = measure(Outcome(None, runs.outcome.where(mixed)), CODEBOOK, ablations=less, seed=seed)
    wanted = (
        "stance/macro_f1",
        *(f"stance/{name}/macro_f1" for name in less),
        *(f"stance/gain_over_{name}/macro_f1" for name in less),
    )
    return [
        Figure(figure.name.replace("stance/", "stance/mixed/", 1), figure.estimate, figure.count)
        for figure in quality.figures
        if figure.name in wanted
    ]


if __name__ == "__main__":
    run(
        "newsmtsc",
        "Stance toward targets in English news sentences, macro-F1.",
        measure_stances,
        models=("linear", "encoder"),
    )
