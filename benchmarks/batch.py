"""Batch scoring of many articles beside the loop a user would write, in one run on the same articles.

`standpoint score` with one process and with several, and `mlflow.pyfunc` on chunks of a data frame, each as a command
of its own, turn by turn; then how much memory few and many articles take. Everything is written: predictions with
evidence by both sides.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.command import versions
from benchmarks.made_up_news import write_news
from benchmarks.process_memory import PeakWatch
from benchmarks.served_model import NAME, register, sample_gold
from benchmarks.side_by_side import machine
from models.processors import n_processors
from standpoint.errors import StandpointError
from standpoint.jsonl import replacing

ONE, MANY, LOOP = "standpoint score --workers 1", "standpoint score", "mlflow.pyfunc on chunks"


@dataclass(frozen=True)
class Timed:
    """One command over so many articles: seconds from start to end, and the largest memory of all its processes."""

    side: str
    n_articles: int
    seconds: float
    peak_mb: float

    @property
    def rate(self) -> float:
        """Articles a second, start included."""
        return self.n_articles / self.seconds


def main() -> None:
    """Measure, print and write the JSON; exit 2 with one line where that cannot be."""
    options = _parse()
    started = time.perf_counter()
    try:
        with tempfile.TemporaryDirectory(dir=options.scratch) as folder:
            found = _measured(options, Path(folder))
        found |= {"seconds": round(time.perf_counter() - started), "versions": versions()}
        found["machine"] = machine(n_processors())
        if options.json is not None:
            with replacing(options.json) as file:
                json.dump(found, file, indent=1)
    except StandpointError as error:
        Console(stderr=True).print(f"benchmarks.batch: {error}", markup=False, highlight=False, soft_wrap=True)
        raise SystemExit(2) from None
    _show(found)


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.batch", description=__doc__)
    parser.add_argument("--model", help="registered model or model folder (default: a linear one of the sample corpus)")
    parser.add_argument("--encoder", type=Path, help="folder of a pretrained encoder to train such a model on instead")
    parser.add_argument("--sides", nargs="*", default=[ONE, MANY, LOOP], help="which sides are timed (default all)")
    parser.add_argument("--turns", type=int, default=3, help="how often each side is timed (default 3)")
    parser.add_argument("--turn-articles", type=int, default=20_000, help="articles of a turn (default 20000)")
    parser.add_argument(
        "--articles", type=int, nargs="*", default=[20_000, 200_000], help="how many memory is watched over"
    )
    parser.add_argument("--seed", type=int, default=0, help="seed of the articles (default 0)")
    parser.add_argument("--scratch", type=Path, help="folder for articles and predictions (default: the system's)")
    parser.add_argument("--json", type=Path, help="file to write the figures to")
    return parser.parse_args()


def _measured(options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    environment = {**os.environ, "PYTHONPATH": os.getcwd()}
    model = options.model
    if model is None:
        environment["MLFLOW_TRACKING_URI"] = uri = f"sqlite:///{folder.resolve()}/mlflow.db"
        model = _trained(options.encoder, folder / "model", uri)
    work = _Work(model, folder, environment)
    turns = [
        work.timed(side, options.turn_articles, options.seed) for _ in range(options.turns) for side in options.sides
    ]
    sizes = [work.timed(MANY, n_articles, options.seed) for n_articles in options.articles]
    return {
        "turns": [_as_json(item) for item in turns],
        "ratios": _ratios(turns),
        "sizes": [_as_json(item) for item in sizes],
        "bytes_per_article": work.bytes_per_article,
    }


def _trained(encoder: Path | None, folder: Path, uri: str) -> str:
    """Register a model of the sample corpus, on an encoder where there is one; return its name."""
    _tell(f"training {'a linear model' if encoder is None else f'a head on {encoder}'}")
    if encoder is None:
        register(sample_gold(), folder, uri)
    else:
        from benchmarks.served_encoder import register_encoder

        register_encoder(encoder, folder, uri)
    return f"models:/{NAME}/1"


class _Work:
    """Runs each side as a command over made-up articles."""

    def __init__(self, model: str, folder: Path, environment: Mapping[str, str]) -> None:
        self._model, self._folder, self._environment = model, folder, environment
        self.bytes_per_article: dict[str, float] = {}

    def timed(self, side: str, n_articles: int, seed: int) -> Timed:
        """Run one side over so many articles and remove what it wrote.

        Raises:
            StandpointError: the command failed.
        """
        articles = self._folder / f"news-{n_articles}.jsonl"
        if not articles.exists():
            _tell(f"making up {n_articles:,} articles")
            write_news(articles, n_articles, seed=seed)
        with tempfile.TemporaryDirectory(dir=self._folder) as place:
            out = Path(place) / "out"
            found = self._run(side, articles, out, n_articles)
            self.bytes_per_article = {
                "articles": round(articles.stat().st_size / n_articles),
                **{item.name: round(_size(item) / n_articles) for item in sorted(out.glob("*")) if item.is_dir()},
                **({"kept": round(_size(out / ".parts") / n_articles)} if out.is_dir() else {}),
            } | ({} if out.is_dir() else self.bytes_per_article)
        _tell(f"{side}, {n_articles:,} articles: {found.rate:.0f}/s, {found.peak_mb:.0f} MB")
        return found

    def _run(self, side: str, articles: Path, out: Path, n_articles: int) -> Timed:
        command = [sys.executable, "-m", *_command(side, self._model, articles, out)]
        started = time.perf_counter()
        process = subprocess.Popen(
            command, env=self._environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        with PeakWatch(process.pid) as watch:
            _, said = process.communicate()
        if process.returncode:
            raise StandpointError(f"`{' '.join(command)}` failed: {said[-500:]}")
        return Timed(side, n_articles, time.perf_counter() - started, watch.peak_mb)


def _command(side: str, model: str, articles: Path, out: Path) -> list[str]:
    if side == LOOP:
        return ["benchmarks.chunked_loop", model, str(articles), str(out)]
    one = ["--workers", "1"] if side == ONE else []
    return ["cli.main", "score", str(articles), "--model", model, "--out", str(out), "--quiet", *one]


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _ratios(turns: Sequence[Timed]) -> dict[str, Any]:
    """Return how many times as many articles a second `MANY` takes as each other side, turn by turn."""
    rates = {side: np.array([item.rate for item in turns if item.side == side]) for side in (ONE, MANY, LOOP)}
    return {
        side: {"median": float(np.median(ratio)), "low": float(ratio.min()), "high": float(ratio.max())}
        for side in (ONE, LOOP)
        if len(rates[side]) and len(ratio := rates[MANY] / rates[side])
    }


def _as_json(item: Timed) -> dict[str, Any]:
    return {**asdict(item), "seconds": round(item.seconds, 2), "articles_per_second": round(item.rate, 1)}


def _show(found: Mapping[str, Any]) -> None:
    table = Table("command", "articles", "articles/s", "peak MB", title="Batch scoring", title_justify="left")
    for item in (*found["turns"], *found["sizes"]):
        rate, peak = f"{item['articles_per_second']:.0f}", f"{item['peak_mb']:.0f}"
        table.add_row(item["side"], f"{item['n_articles']:,}", rate, peak)
    console = Console()
    console.print(table)
    for side, ratio in found["ratios"].items():
        times = f"{ratio['median']:.2f} times ({ratio['low']:.2f} to {ratio['high']:.2f})"
        console.print(f"`{MANY}` has {times} the articles a second of `{side}`", highlight=False)
    console.print(f"{found['seconds']} s", highlight=False)


def _tell(step: str) -> None:
    Console(stderr=True).print(step, style="dim", highlight=False)


if __name__ == "__main__":
    main()
