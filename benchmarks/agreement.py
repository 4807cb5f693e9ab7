"""Krippendorff's alpha per question of Narrative Frames, held against two independent ways to compute it.

Ours sums coincidences over articles, which lets the bootstrap resample whole articles. It is compared with the
`krippendorff` library and with the textbook formula written out here: observed over expected disagreement, pair by
pair in exact fractions. The frames pool their questions: a frame is present where any of them is answered yes.
"""

import argparse
import json
import math
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import permutations
from pathlib import Path
from typing import Any

import krippendorff
import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table
from rich.text import Text

from benchmarks.command import versions
from measurement.agreement import alpha_interval, prevalence, raw_agreement
from measurement.intervals import Estimate
from standpoint.errors import InputError, RecordError, StandpointError
from standpoint.fields import Fields
from standpoint.jsonl import read_jsonl, replacing

FRAMES = {
    "CO": ("co1", "co2", "co3"),
    "EC": ("ec1", "ec2", "ec3"),
    "HI": ("hi1", "hi2", "hi5"),
    "MO": ("mo1", "mo2"),
    "RE": ("re1", "re5"),
}
"""The yes/no questions whose any-of makes each frame."""

REFERENCE = {"co1": 0.45, "ec2": 0.70, "hi1": 0.06, "CO": 0.58, "EC": 0.53, "MO": 0.50, "HI": 0.26}
"""Figures known beforehand, two decimals, to be found inside their interval."""

LARGEST_ALLOWED = 0.02

_NOT_SEEN = -1


@dataclass(frozen=True)
class Question:
    """Alpha of one question by three ways, NaN where it is not defined; the interval is over articles."""

    name: str
    alpha: Estimate
    library: float
    textbook: float
    raw: float
    prevalence: float
    n_articles: int

    @property
    def difference(self) -> float:
        """The larger distance of ours from the others; 0 where none is defined, infinite where only some are."""
        others = (self.library, self.textbook)
        undefined = [math.isnan(value) for value in (self.alpha.value, *others)]
        if any(undefined):
            return 0.0 if all(undefined) else math.inf
        return max(abs(self.alpha.value - other) for other in others)

    def to_json(self) -> dict[str, Any]:
        """Return the figures, null where they are not defined."""
        figures = {"library": self.library, "textbook": self.textbook, "same_answer": self.raw, "yes": self.prevalence}
        shown = {name: value if math.isfinite(value) else None for name, value in figures.items()}
        return self.alpha.to_json() | shown | {"reference": REFERENCE.get(self.name), "n_articles": self.n_articles}


def main() -> None:
    """Measure, print and write the JSON; exit 1 where ways differ by more than is allowed, 2 where nothing can be."""
    options = _parse()
    started = time.perf_counter()
    try:
        path = options.test or options.data / "annotators.jsonl"
        questions = list(measured(read_answers(path), options.seed))
        if options.json is not None:
            with replacing(options.json) as file:
                json.dump(_as_json(questions, options, time.perf_counter() - started), file, indent=1)
    except StandpointError as error:
        Console(stderr=True).print(f"benchmarks.agreement: {error}", markup=False, highlight=False, soft_wrap=True)
        raise SystemExit(2) from None
    _show(questions, time.perf_counter() - started)
    if largest_difference(questions) > LARGEST_ALLOWED:
        raise SystemExit(1)


def read_answers(path: Path) -> dict[str, NDArray[np.float64]]:
    """Read every question's answers, `(n_annotators, n_articles)`: 0 no, 1 yes, 2 and on other words, NaN not seen.

    Raises:
        InputError: the file cannot be read or is empty, or an answer is no word.
    """
    records = list(read_jsonl(path, _record))
    if not records:
        raise InputError(f"{path}: holds no answers. Give the dataset's annotators.jsonl.")
    questions = dict.fromkeys(name for record in records for name in record)
    n_annotators = max(len(given) for record in records for given in record.values())
    words = dict.fromkeys(word for record in records for given in record.values() for word in given if word)
    numbers = {word: float(number) for number, word in enumerate(dict.fromkeys(("no", "yes", *words)))}
    missing = (None,) * n_annotators

    def column(given: tuple[str | None, ...]) -> list[float]:
        return [math.nan if word is None else numbers[word] for word in (*given, *missing)[:n_annotators]]

    return {name: np.array([column(record.get(name, ())) for record in records]).T for name in questions}


def measured(answers: Mapping[str, NDArray[np.float64]], seed: int) -> Iterator[Question]:
    """Measure every question, then every frame all of whose questions were asked."""
    for name, ratings in answers.items():
        yield _question(name, ratings, seed)
    for frame, parts in FRAMES.items():
        if all(part in answers for part in parts):
            asked = np.array([answers[part] for part in parts])
            present = np.where(np.isnan(asked).any(axis=0), math.nan, (asked == 1).any(axis=0))
            yield _question(frame, present, seed)


def textbook_alpha(ratings: NDArray[np.float64]) -> float:
    """Return nominal alpha as one minus observed over expected disagreement, every pair of ratings on its own.

    Source: Krippendorff 2011, Computing Krippendorff's Alpha-Reliability.
    """
    units = [[value for value in unit if not math.isnan(value)] for unit in ratings.T.tolist()]
    pairable = [unit for unit in units if len(unit) > 1]
    values = [value for unit in pairable for value in unit]
    n = len(values)
    observed = sum(
        (Fraction(sum(a != b for a, b in permutations(unit, 2)), len(unit) - 1) for unit in pairable), Fraction()
    )
    unequal = n * n - sum(values.count(value) ** 2 for value in set(values))
    return float(1 - observed * (n - 1) / unequal) if unequal else math.nan


def largest_difference(questions: Sequence[Question]) -> float:
    """Return how far ours is at most from the other ways, over all questions."""
    return max(question.difference for question in questions)


def _question(name: str, ratings: NDArray[np.float64], seed: int) -> Question:
    shared = ratings[:, (~np.isnan(ratings)).sum(axis=0) > 1]
    if not shared.size:
        return Question(name, Estimate(math.nan, math.nan, math.nan), math.nan, math.nan, math.nan, math.nan, 0)
    varied = len(np.unique(shared[~np.isnan(shared)])) > 1
    return Question(
        name=name,
        alpha=alpha_interval(shared, np.arange(shared.shape[1]), seed=seed),
        library=float(krippendorff.alpha(shared, level_of_measurement="nominal")) if varied else math.nan,
        textbook=textbook_alpha(shared),
        raw=raw_agreement(shared),
        prevalence=prevalence(shared),
        n_articles=shared.shape[1],
    )


def _record(value: Any) -> dict[str, tuple[str | None, ...]]:  # noqa: ANN401 - parsed JSON may be anything
    answers = {name: Fields({name: given}).items(name) for name, given in Fields(value).mapping("answers").items()}
    if not answers:
        raise RecordError("field 'answers' is missing. Expected each question with a list of answers, -1 if not seen.")
    return {name: tuple(_answer(name, item) for item in given) for name, given in answers.items()}


def _answer(name: str, value: Any) -> str | None:  # noqa: ANN401 - parsed JSON may be anything
    return None if value == _NOT_SEEN else Fields({name: value}).text(name)


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.agreement", description="Alpha of yes/no questions.")
    parser.add_argument("--data", type=Path, required=True, help="folder with annotators.jsonl of Narrative Frames")
    parser.add_argument("--test", type=Path, help="another file to measure instead, of the same format")
    parser.add_argument("--seed", type=int, default=0, help="seed of the bootstrap (default 0)")
    parser.add_argument("--json", type=Path, help="file to write the figures to")
    return parser.parse_args()


def _as_json(questions: Sequence[Question], options: argparse.Namespace, seconds: float) -> dict[str, Any]:
    largest, from_reference = largest_difference(questions), _from_reference(questions)
    return {
        "alpha": {question.name: question.to_json() for question in questions},
        "largest_difference": largest if math.isfinite(largest) else None,
        "largest_difference_from_reference": from_reference if math.isfinite(from_reference) else None,
        "seed": options.seed,
        "test": str(options.test) if options.test else None,
        "seconds": round(seconds, 2),
        "versions": versions(),
    }


def _from_reference(questions: Sequence[Question]) -> float:
    known = [abs(item.alpha.value - REFERENCE[item.name]) for item in questions if item.name in REFERENCE]
    return max((value for value in known if math.isfinite(value)), default=math.nan)


def _show(questions: Sequence[Question], seconds: float) -> None:
    title = "Krippendorff's alpha per question, then per frame (any of its questions)"
    table = Table(title=title, title_justify="left")
    table.add_column("")
    for heading in ("alpha [95 % interval]", "library", "textbook", "reference", "same answer", "yes", "articles"):
        table.add_column(heading, justify="right")
    for item in questions:
        table.add_row(item.name, Text(str(item.alpha)), *_figures(item))
    console = Console()
    console.print(table)
    largest = largest_difference(questions)
    lines = [f"{largest:.2g} largest difference from an independent way ({LARGEST_ALLOWED} allowed)"]
    compared = [item for item in questions if item.name in REFERENCE]
    if compared:
        n_inside = sum(item.alpha.low <= REFERENCE[item.name] <= item.alpha.high for item in compared)
        lines.append(f"{_from_reference(questions):.3f} largest difference from the reference")
        lines.append(f"{n_inside} of {len(compared)} reference figures inside their interval")
    console.print("\n".join([*lines, f"{seconds:.1f} s"]), markup=False, highlight=False, soft_wrap=True)


def _figures(item: Question) -> tuple[str, ...]:
    reference = f"{REFERENCE[item.name]:.2f}" if item.name in REFERENCE else ""
    shares = (f"{item.raw:.2f}", f"{item.prevalence:.2f}")
    return f"{item.library:.3f}", f"{item.textbook:.3f}", reference, *shares, f"{item.n_articles:,}"


if __name__ == "__main__":
    main()
