"""Frames of English climate news: Narrative Frames (Frermann et al., ACL 2023), macro-F1 over five frames.

Not an official protocol: cross-validation over the folds of the articles file, or training on all of it and
testing on the file given with `--test`. Thresholds are tuned inside the training part only. `--model encoder` adds
the frame head on a frozen encoder's sentence states, alone and blended with the linear model.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.command import Options, Report, not_installed, protocol, run
from models.news_model import NewsModel
from standpoint.annotation import Annotation
from standpoint.article import make_article
from standpoint.codebook import Codebook, Frame, Words
from standpoint.jsonl import read_jsonl
from training.fitting import FitConfig, fit_news_model
from training.gold import Gold, make_gold
from training.outcome import cross_validated
from training.quality import Quality, measure
from training.splits import Indices

NAMES = {"co": "conflict", "ec": "economic", "hi": "human interest", "mo": "morality", "re": "resolution"}
CODEBOOK = Codebook(
    id="narrative-frames",
    name=Words("Narrative frames", "叙事框架"),
    frames=tuple(Frame(id, Words(name, ""), Words(name, "")) for id, name in NAMES.items()),
)


def read(path: Path) -> tuple[Gold, list[int]]:
    """Return the articles of a file as gold, and the fold of each (0 where the file names none)."""
    records = list(read_jsonl(path, dict[str, Any]))
    articles = [
        make_article("", record["text"], id=str(record["id"]), published=record.get("date")) for record in records
    ]
    annotations = [
        Annotation(str(record["id"]), "gold", CODEBOOK.reference, _frames(record["labels"])) for record in records
    ]
    return make_gold(articles, annotations, CODEBOOK), [int(record.get("fold", 0)) for record in records]


def measure_frames(options: Options) -> Report:
    """Measure the default frame model, or what a frozen encoder adds to it."""
    gold, folds = read(options.data / "articles.jsonl")
    if options.test is None:
        numbers = np.array(folds)
        splits = [(np.flatnonzero(numbers != fold), np.flatnonzero(numbers == fold)) for fold in np.unique(numbers)]
        notes = [f"not an official protocol: {len(splits)} folds of {len(gold)} articles"]
    else:
        test, _ = read(options.test)
        notes = protocol(gold, test, "articles", len)
        splits = [(np.arange(len(gold)), np.arange(len(gold), len(gold) + len(test)))]
        gold = Gold(CODEBOOK, [*gold.articles, *test.articles])

    def fit(part: Gold) -> NewsModel:
        return fit_news_model(part, FitConfig(seed=options.seed))

    if options.model == "encoder":
        quality, more = _encoder(gold, splits, fit, options)
    else:
        quality, more = measure(cross_validated(gold, splits, fit), CODEBOOK, seed=options.seed), []
    return Report("frames", "frames/macro_f1", quality, CODEBOOK.frame_ids, [*notes, *more])


def _encoder(
    gold: Gold, splits: Sequence[tuple[Indices, Indices]], fit: Callable[[Gold], NewsModel], options: Options
) -> tuple[Quality, list[str]]:
    try:
        from benchmarks.encoder_frames import measure_encoder
    except ModuleNotFoundError as error:
        raise not_installed(error) from None
    return measure_encoder(gold, splits, fit, options)


def _frames(labels: Mapping[str, int]) -> frozenset[str]:
    return frozenset(name.lower() for name, present in labels.items() if present)


if __name__ == "__main__":
    run(
        "narrative_frames",
        "Frames of English climate news, macro-F1 over five frames.",
        measure_frames,
        models=("linear", "encoder"),
    )
