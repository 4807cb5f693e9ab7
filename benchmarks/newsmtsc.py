"""Stance toward people and groups in English news sentences: NewsMTSC (Hamborg and Donnay, EACL 2021).

Not the official protocol: trained on the training file alone, tested on `test_mt.jsonl` (two or more targets a
sentence) or on the file given with `--test`.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.command import Options, Report, protocol, run
from benchmarks.stance_data import read_stances, stance_codebook
from models.stance_model import NAMED_STANCE_VIEWS
from training.ablations import ablated_stances
from training.fitting import FitConfig, fit_news_model
from training.gold import Gold
from training.outcome import Outcome, StanceOutcome, held_out
from training.quality import Figure, Quality, measure

CODEBOOK = stance_codebook("newsmtsc", ["negative", "neutral", "positive"])
PUBLISHED = "published, test-rw / test-mt: BERT-base SPC 80.1 / 73.7, RoBERTa LCF 81.4 / 81.2, GRU-TSC 83.1 / 82.5"


def measure_stances(options: Options) -> Report:
    """Measure the linear stance model and its ablations."""
    train, test = _read(options, "train.jsonl"), _read(options, None)
    config = FitConfig(seed=options.seed, stance_views=NAMED_STANCE_VIEWS)
    outcome = held_out(fit_news_model(train, config), train, test)
    ablations = ablated_stances(train, test, config)
    quality = measure(outcome, CODEBOOK, ablations=ablations, seed=options.seed)
    mixed = _mixed_polarity(test)
    figures = [*quality.figures, *_on_mixed(outcome, ablations, mixed, options.seed)]
    notes = [
        *protocol(train, test, "targets", lambda gold: len(gold.stances)),
        PUBLISHED,
        f"mixed: the {int(mixed.sum())} targets in sentences whose targets differ in gold stance",
    ]
    return Report("stance", "stance/macro_f1", Quality(tuple(figures)), CODEBOOK.stance_ids, notes)


def _read(options: Options, name: str | None) -> Gold:
    path = options.data / name if name else options.test or options.data / "test_mt.jsonl"
    return read_stances(path, CODEBOOK, _sentence, _spans, lambda record: list(record["others"]))


def _sentence(record: dict[str, Any]) -> str:
    return str(record["sid"])


def _spans(record: dict[str, Any]) -> list[list[int]]:
    return [[record["start"], record["end"]], *record["further"]]


def _mixed_polarity(test: Gold) -> NDArray[np.bool_]:
    differs = [len(set(item.stances)) > 1 for item in test.articles]
    return np.array([differs[owner] for owner in test.owners], dtype=bool)


def _on_mixed(
    outcome: Outcome, ablations: dict[str, StanceOutcome], mixed: NDArray[np.bool_], seed: int
) -> list[Figure]:
    if outcome.stances is None or not mixed.any():
        return []
    less = {name: ablated.where(mixed) for name, ablated in ablations.items()}
    quality = measure(Outcome(None, outcome.stances.where(mixed)), CODEBOOK, ablations=less, seed=seed)
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
    run("newsmtsc", "Stance toward targets in English news sentences, macro-F1.", measure_stances)
