"""Speed and memory beside a plain scikit-learn pipeline: same texts, same machine, same thresholds, one run.

The frame models are compared out of sample over the dataset's folds, then timed turn by turn on all texts, on one
thread each. The whole product, with stances and evidence, is timed on the sample corpus beside one pipeline for
frames and one per actor, which are given for nothing where each actor is named.
"""

import argparse
import json
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # ships no types

from benchmarks.command import versions
from benchmarks.narrative_frames import read
from benchmarks.peak_memory import PIPELINE, PRODUCT, PeakMemory, peak_memory
from benchmarks.plain_pipeline import PlainFrames, PlainStances
from measurement.classification import binary_counts, macro_f1
from measurement.intervals import Estimate, group_bootstrap, paired_difference
from models.folder import save_model
from models.news_model import NewsModel
from standpoint.article import Article
from standpoint.codebook_file import load_codebook
from standpoint.errors import StandpointError
from standpoint.jsonl import replacing
from training.fitting import FitConfig, fit_news_model
from training.gold import Gold, read_gold

_MOST_FOR_PIPELINE = 10_000
_SAMPLE, _SAMPLE_CODEBOOK = Path("examples/rare-earths"), Path("codebooks/rare-earths.toml")


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
    """Macro-F1 over frames of both sides on articles neither had seen, and their paired difference over articles."""

    product: Estimate
    pipeline: Estimate
    difference: Estimate


def main() -> None:
    """Measure, print and write the JSON; exit 2 with one line where that cannot be."""
    options = _parse()
    started = time.perf_counter()
    try:
        with threadpool_limits(1):
            found = _measured(options)
        found |= {"seconds": round(time.perf_counter() - started, 1), "seed": options.seed, "versions": versions()}
        if options.json is not None:
            with replacing(options.json) as file:
                json.dump(found, file, indent=1, ensure_ascii=False)
    except StandpointError as error:
        Console(stderr=True).print(f"benchmarks.speed: {error}", markup=False, highlight=False)
        raise SystemExit(2) from None
    _show(found)


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed", description="Speed and memory.")
    parser.add_argument("--data", type=Path, required=True, help="folder of the Narrative Frames dataset")
    parser.add_argument("--test", type=Path, help="another file to compare the F1 on, of the dataset's format")
    parser.add_argument("--model", choices=["linear"], default="linear", help="which model to measure")
    parser.add_argument("--seed", type=int, default=0, help="seed of folds and bootstrap (default 0)")
    parser.add_argument("--json", type=Path, help="file to write the figures to")
    parser.add_argument("--turns", type=int, default=9, help="how often each side is timed (default 9)")
    sizes = [1_000, 10_000, 100_000]
    parser.add_argument("--articles", type=int, nargs="*", default=sizes, help=f"how many to stream (default {sizes})")
    return parser.parse_args()


def _measured(options: argparse.Namespace) -> dict[str, Any]:
    gold, _ = read(options.data / "articles.jsonl")
    agreement, model, plain = _compared(_parts(options), options.seed)
    articles = [item.article for item in gold.articles]
    pace = _paced(lambda: _call(model, articles), lambda: plain.call(gold.texts), len(gold), options.turns)
    with tempfile.TemporaryDirectory() as folder:
        save_model(model, Path(folder) / "model")
        memory = [
            peak_memory(options.data, path, n_articles, Path(folder) / "model")
            for path in (PRODUCT, PIPELINE)
            for n_articles in options.articles
            if path == PRODUCT or n_articles <= _MOST_FOR_PIPELINE
        ]
    return {
        "macro_f1": agreement.product.value,
        "ci95": [agreement.product.low, agreement.product.high],
        "pipeline_macro_f1": agreement.pipeline.to_json(),
        "difference": agreement.difference.to_json(),
        **pace.to_json(),
        "memory": [asdict(row) for row in memory],
        "whole_product": _whole_product(options),
        "machine": {
            "processor": _processor(),
            "cores": os.cpu_count(),
            "threads": 1,
            "load_average": [round(load, 1) for load in os.getloadavg()],
        },
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
    product, pipeline = (np.concatenate(side) for side in counts)
    stories = [story for _, test in parts for story in test.stories]
    agreement = Agreement(
        group_bootstrap(product, stories, macro_f1, seed=seed),
        group_bootstrap(pipeline, stories, macro_f1, seed=seed),
        paired_difference(product, pipeline, stories, macro_f1, seed=seed),
    )
    return agreement, model, plain


def _call(model: NewsModel, articles: Sequence[Article]) -> list[list[bool]]:
    """Take articles all the way to called frames, as `standpoint score --no-evidence` does."""
    return [[frame.present for frame in found.frames] for found in model.predict(articles, evidence=False)]


def _paced(product: Callable[[], object], pipeline: Callable[[], object], n_articles: int, turns: int) -> Pace:
    """Time both sides turn by turn, after one round that does not count."""
    seconds = [(_seconds(product), _seconds(pipeline)) for _ in range(turns + 1)][1:]
    return Pace(*(tuple(n_articles / taken for taken in side) for side in zip(*seconds, strict=True)))


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


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
        f"evidence_{shown}".lower(): _paced(
            lambda shown=shown: model.predict(articles, evidence=shown),  # type: ignore[misc]
            pipelines,
            len(articles),
            options.turns,
        ).to_json()
        for shown in (True, False)
    }


def _processor() -> str:
    """Return the processor's name as Linux tells it."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "unknown")


def _show(found: dict[str, Any]) -> None:
    console = Console()
    table = Table(title="articles per second, median", title_justify="left")
    for column in ("what", PRODUCT, PIPELINE, "ratio (lowest to highest)"):
        table.add_column(column, justify="left" if column == "what" else "right")
    rows = {"frames": found, **{f"whole product, {name}": row for name, row in found["whole_product"].items()}}
    for name, row in rows.items():
        pace, ratio = row["articles_per_second"], row["ratio"]
        spread = f"{ratio['median']} ({ratio['low']} to {ratio['high']})"
        table.add_row(name, str(pace[PRODUCT]), str(pace[PIPELINE]), spread)
    console.print(table)
    memory = Table(title="peak memory in MB, a process each", title_justify="left")
    for column in ("path", "articles", "model ready", "after scoring", "seconds"):
        memory.add_column(column, justify="left" if column == "path" else "right")
    for row in (PeakMemory(**row) for row in found["memory"]):
        memory.add_row(row.path, str(row.n_articles), str(row.ready_mb), str(row.peak_mb), str(row.seconds))
    console.print(memory)
    difference = found["difference"]
    console.print(f"macro-F1 {found['macro_f1']:.3f}, pipeline {found['pipeline_macro_f1']['value']:.3f}", end="; ")
    console.print("difference {:+.3f} [{:+.3f}, {:+.3f}]".format(difference["value"], *difference["ci95"]))
    console.print(f"{found['machine']}; {found['seconds']:.0f} s", highlight=False)


if __name__ == "__main__":
    main()
