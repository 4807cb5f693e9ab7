"""Speed and memory beside a plain scikit-learn pipeline: same texts, same machine, same thresholds, one run.

The frame models are compared out of sample over the dataset's folds, then timed turn by turn on all texts, on one
thread each. The whole product, with stances and evidence, is timed on the sample corpus beside one pipeline for
frames and one per actor, which are given for nothing where each actor is named. `--model encoder` measures the
encoder beside transformers' pipelines: see `benchmarks.encoder_speed`.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # ships no types

from benchmarks.command import not_installed, versions
from benchmarks.narrative_frames import read
from benchmarks.peak_memory import PIPELINE, PRODUCT, peak_memory
from benchmarks.plain_pipeline import PlainFrames, PlainStances
from benchmarks.side_by_side import Agreement, machine, paced
from benchmarks.speed_tables import show_encoder, show_linear
from measurement.classification import binary_counts, macro_f1
from models.folder import save_model
from models.news_model import NewsModel
from standpoint.article import Article
from standpoint.codebook_file import load_codebook
from standpoint.errors import StandpointError
from standpoint.jsonl import replacing
from training.fitting import FitConfig, fit_news_model
from training.gold import Gold, read_gold

_MOST_FOR_PIPELINE = 10_000
_TURNS = {"linear": 9, "encoder": 5}
_SIZES = {"linear": [1_000, 10_000, 100_000], "encoder": [1_000, 4_000]}
_SAMPLE, _SAMPLE_CODEBOOK = Path("examples/rare-earths"), Path("codebooks/rare-earths.toml")


def main() -> None:
    """Measure, print and write the JSON; exit 2 with one line where that cannot be."""
    options = _parse()
    started = time.perf_counter()
    try:
        found = _encoder(options) if options.model == "encoder" else _linear(options)
        found |= {"seconds": round(time.perf_counter() - started, 1), "seed": options.seed, "versions": versions()}
        if options.json is not None:
            with replacing(options.json) as file:
                json.dump(found, file, indent=1, ensure_ascii=False)
    except StandpointError as error:
        Console(stderr=True).print(f"benchmarks.speed: {error}", markup=False, highlight=False, soft_wrap=True)
        raise SystemExit(2) from None
    (show_encoder if options.model == "encoder" else show_linear)(found)


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed", description="Speed and memory.")
    parser.add_argument("--data", type=Path, required=True, help="folder of the Narrative Frames dataset")
    parser.add_argument("--test", type=Path, help="another file to compare the F1 on, of the dataset's format")
    parser.add_argument("--model", choices=["linear", "encoder"], default="linear", help="which model to measure")
    parser.add_argument("--encoder", type=Path, help="folder of the pretrained encoder, for --model encoder")
    parser.add_argument("--stances", type=Path, help="folder of the NewsMTSC dataset, for --model encoder")
    parser.add_argument("--models", type=Path, help="folder to keep what --model encoder trains; kept models are used")
    parser.add_argument("--seed", type=int, default=0, help="seed of folds and bootstrap (default 0)")
    parser.add_argument("--json", type=Path, help="file to write the figures to")
    parser.add_argument("--turns", type=int, help=f"how often each side is timed (default {_TURNS})")
    parser.add_argument("--articles", type=int, nargs="*", help=f"how many to stream (default {_SIZES})")
    options = parser.parse_args()
    options.turns = _TURNS[options.model] if options.turns is None else options.turns
    options.articles = _SIZES[options.model] if options.articles is None else options.articles
    return options


def _encoder(options: argparse.Namespace) -> dict[str, Any]:
    try:
        from benchmarks.encoder_speed import measure
    except ModuleNotFoundError as error:
        raise not_installed(error) from None
    return measure(_parts(options), options)


def _linear(options: argparse.Namespace) -> dict[str, Any]:
    with threadpool_limits(1):
        return _measured(options)


def _measured(options: argparse.Namespace) -> dict[str, Any]:
    gold, _ = read(options.data / "articles.jsonl")
    agreement, model, plain = _compared(_parts(options), options.seed)
    articles = [item.article for item in gold.articles]
    pace = paced(lambda: _call(model, articles), lambda: plain.call(gold.texts), len(gold), options.turns)
    with tempfile.TemporaryDirectory() as folder:
        save_model(model, Path(folder) / "model")
        memory = [
            peak_memory(options.data, path, n_articles, Path(folder) / "model")
            for path in (PRODUCT, PIPELINE)
            for n_articles in options.articles
            if path == PRODUCT or n_articles <= _MOST_FOR_PIPELINE
        ]
    return {
        **agreement.to_json(),
        **pace.to_json(),
        "memory": [asdict(row) for row in memory],
        "whole_product": _whole_product(options),
        "machine": machine(1),
    }


def _parts(options: argparse.Namespace) -> list[tuple[Gold, Gold]]:
    """Return what is learned from and what is tested on: each fold in turn, or everything and the file named."""
    gold, folds = read(options.data / "articles.jsonl")
    if options.test is not None:
        return [(gold, read(options.test)[0])]
    numbers = np.array(folds)
    return [
        (gold.select(np.flatnonzero(numbers != fold)), gold.select(np.flatnonzero(numbers == fold)))
        for fold in np.unique(numbers)
    ]


def _compared(parts: Sequence[tuple[Gold, Gold]], seed: int) -> tuple[Agreement, NewsModel, PlainFrames]:
    """Return how well both sides do on the test parts, and the two models of the last one."""
    counts: list[list[np.ndarray[Any, Any]]] = [[], []]
    for train, test in parts:
        model, plain = fit_news_model(train, FitConfig(seed=seed)), PlainFrames().fit(train, seed=seed)
        called = _call(model, [item.article for item in test.articles])
        counts[0].append(binary_counts(test.present, called))
        counts[1].append(binary_counts(test.present, plain.call(test.texts)))
    sides = [np.concatenate(side) for side in counts]
    stories = [story for _, test in parts for story in test.stories]
    return Agreement.of(sides, stories, macro_f1, seed=seed), model, plain


def _call(model: NewsModel, articles: Sequence[Article]) -> list[list[bool]]:
    """Take articles all the way to called frames, as `standpoint score --no-evidence` does."""
    return [[frame.present for frame in found.frames] for found in model.predict(articles, evidence=False)]


def _whole_product(options: argparse.Namespace) -> dict[str, Any]:
    """Time frames and stances on the sample corpus, with evidence and without."""
    gold = read_gold(_SAMPLE / "articles.jsonl", _SAMPLE / "gold.jsonl", load_codebook(_SAMPLE_CODEBOOK))
    model = fit_news_model(gold, FitConfig(seed=options.seed))
    frames, stances = PlainFrames().fit_pipeline(gold), PlainStances().fit(gold)
    articles = [item.article for item in gold.articles]
    named: dict[str, list[str]] = {}
    for question in gold.questions:
        named.setdefault(question.target.actor, []).append(question.scene.text)

    def pipelines() -> None:
        frames.call(gold.texts)
        stances.call(named)

    return {
        f"evidence_{shown}".lower(): paced(
            lambda shown=shown: model.predict(articles, evidence=shown),  # type: ignore[misc]
            pipelines,
            len(articles),
            options.turns,
        ).to_json()
        for shown in (True, False)
    }


if __name__ == "__main__":
    main()
