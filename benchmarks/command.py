"""The one shape of all benchmarks: their options, the table they print and the JSON they write."""

import argparse
import json
import platform
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from standpoint.errors import InputError, StandpointError
from standpoint.jsonl import replacing
from training.gold import Gold
from training.quality import Quality


@dataclass(frozen=True)
class Options:
    """What a benchmark was asked to do."""

    data: Path
    test: Path | None
    model: str
    seed: int
    json: Path | None
    encoder: Path | None = None
    n_seeds: int = 1

    def encoder_folder(self) -> Path:
        """Return the folder of the pretrained encoder.

        Raises:
            InputError: none was named.
        """
        if self.encoder is None:
            words = "--model encoder needs --encoder FOLDER: config.json, model.safetensors and tokenizer.json."
            raise InputError(words)
        return self.encoder


@dataclass(frozen=True)
class Report:
    """What a benchmark found: the name of its main figure, all figures, and what else belongs in the JSON."""

    task: str
    main: str
    quality: Quality
    labels: Sequence[str]
    notes: Sequence[str] = ()


def run(
    name: str, description: str, measure: Callable[[Options], Report], *, models: Sequence[str] = ("linear",)
) -> None:
    """Read the command line, measure, print a table and write the JSON; exit 2 with one line where that cannot be.

    `models` are the kinds that the benchmark can measure.
    """
    options = _parse(name, description, models)
    started = time.perf_counter()
    try:
        report = measure(options)
        seconds = time.perf_counter() - started
        if options.json is not None:
            with replacing(options.json) as file:
                json.dump(_as_json(report, options, seconds), file, indent=1, ensure_ascii=False)
    except StandpointError as error:
        Console(stderr=True).print(f"benchmarks.{name}: {error}", markup=False, highlight=False, soft_wrap=True)
        raise SystemExit(2) from None
    _show(report, seconds)


def not_installed(error: ModuleNotFoundError) -> InputError:
    """Return the error, in words, of a benchmark for which the extra `encoder` is missing."""
    return InputError(f"--model encoder needs {error.name}. Install it: pip install 'standpoint[encoder]'.")


def protocol(train: Gold, test: Gold, rows: str, count: Callable[[Gold], int]) -> list[str]:
    """Say what was trained and tested on, and whether any text is on both sides."""
    notes = [f"not the official protocol: trained on {count(train)} {rows}, tested on {count(test)}"]
    n_shared = len(set(test.texts) & set(train.texts))
    if n_shared:
        notes.append(f"CAUTION: {n_shared} texts of the test file were trained on; the figure is too good")
    return notes


def _parse(name: str, description: str, models: Sequence[str]) -> Options:
    parser = argparse.ArgumentParser(prog=f"python -m benchmarks.{name}", description=description)
    parser.add_argument("--data", type=Path, required=True, help="folder with the dataset as JSON Lines")
    parser.add_argument("--test", type=Path, help="another file to test on, of the same format as the dataset's")
    parser.add_argument("--model", choices=models, default="linear", help="which model to measure")
    parser.add_argument("--seed", type=int, default=0, help="seed of folds and bootstrap (default 0)")
    parser.add_argument("--json", type=Path, help="file to write the figures to")
    if "encoder" in models:
        parser.add_argument("--encoder", type=Path, help="folder of the pretrained encoder, for --model encoder")
        parser.add_argument("--n-seeds", type=int, default=1, help="how many seeds the encoder is trained with")
    return Options(**vars(parser.parse_args()))


def _as_json(report: Report, options: Options, seconds: float) -> dict[str, Any]:
    main = report.quality[report.main].estimate
    task = report.task
    return {
        "macro_f1": main.value,
        "ci95": [main.low, main.high],
        "per_label": {label: report.quality[f"{task}/{label}/f1"].estimate.to_json() for label in report.labels},
        "ablations": {
            figure.name.removeprefix(f"{task}/"): figure.estimate.to_json()
            for figure in report.quality.figures
            if not any(figure.name.startswith(f"{task}/{label}/") for label in report.labels)
        },
        "notes": list(report.notes),
        "model": options.model,
        "seed": options.seed,
        "test": str(options.test) if options.test else None,
        "seconds": round(seconds, 2),
        "versions": versions(),
    }


def versions() -> dict[str, str]:
    """Return the versions that figures depend on."""
    names = ("standpoint", "scikit-learn", "numpy", "scipy")
    return {"python": platform.python_version(), **{name: version(name) for name in names}}


def _show(report: Report, seconds: float) -> None:
    table = Table(title=f"{report.main} {report.quality[report.main].estimate}", title_justify="left")
    table.add_column("figure")
    table.add_column("value [95 % interval]", justify="right")
    table.add_column("rows", justify="right")
    for figure in report.quality.figures:
        if figure.name.rsplit("/", 1)[-1] in ("macro_f1", "micro_f1", "f1", "accuracy"):
            table.add_row(figure.name, str(figure.estimate), str(figure.count))
    console = Console()
    console.print(table)
    for note in report.notes:
        console.print(f"• {note}", highlight=False)
    console.print(f"{seconds:.0f} s", highlight=False)
