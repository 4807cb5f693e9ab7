"""Whether evidence is faithful: its sentences are taken out of the articles, and the model is asked again.

Not an official protocol. A model learns on all folds but one and answers the articles of that one. For every frame it
calls, the probability without the evidence is held against the probability without as many random sentences of the
article. Stances are measured on the sample corpus, since public stance data come as single sentences; there the random
ones are of those that name the actor, for without any other sentence the answer stays much as it is.
"""

import argparse
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table
from rich.text import Text

from benchmarks.annotator_shares import read_sample
from benchmarks.command import Options, not_installed, versions
from benchmarks.narrative_frames import read
from benchmarks.removed_sentences import Trial, tried
from measurement.faithfulness import Faithfulness, faithfulness
from models.news_model import NewsModel
from standpoint.errors import InputError, StandpointError
from standpoint.jsonl import replacing
from training.fitting import FitConfig, fit_news_model
from training.gold import Gold
from training.splits import Indices, story_folds

ALL_FRAMES, ALL_STANCES = "frames", "stances"
NOTES = (
    "answers: what the model calls in held-out articles; the sample's intervals are by story, the others by article",
    "beats random: share of random draws without which the probability falls less, equal falls counting half",
    "characters: how many the evidence has, and a random draw on average",
)
STANCES = "stances: evidence and random draws are both of the sentences that name the actor"

Fit = Callable[[Gold], NewsModel]
Splits = Sequence[tuple[Indices, Indices]]


@dataclass(frozen=True)
class Trying(Options):
    """What the benchmark was asked to do: how many folds are held out, how many random draws, and whether stances."""

    n_folds: int = 1
    n_draws: int = 10
    stances: bool = False


@dataclass(frozen=True)
class Figure:
    """How faithful the evidence of one label is; `n_characters`: of the evidence and of a random draw, on average."""

    name: str
    found: Faithfulness
    n_characters: tuple[float, float]

    def to_json(self) -> dict[str, Any]:
        """Return the figure as it is written to JSON."""
        return self.found.to_json() | {"n_characters": [round(value, 1) for value in self.n_characters]}


def main() -> None:
    """Measure, print and write the JSON; exit 2 with one line where that cannot be."""
    options = _parse()
    started = time.perf_counter()
    try:
        figures, notes = measured(options)
        seconds = time.perf_counter() - started
        if options.json is not None:
            asked = {name: getattr(options, name) for name in ("model", "n_folds", "n_draws", "seed")}
            about = asked | {"notes": notes, "seconds": round(seconds, 2), "versions": versions()}
            with replacing(options.json) as file:
                json.dump({"faithfulness": {one.name: one.to_json() for one in figures}} | about, file, indent=1)
    except StandpointError as error:
        Console(stderr=True).print(f"benchmarks.faithfulness: {error}", markup=False, highlight=False, soft_wrap=True)
        raise SystemExit(2) from None
    _show(figures, notes, seconds)


def measured(options: Trying) -> tuple[list[Figure], list[str]]:
    """Measure frames on Narrative Frames and, where asked, all answers on the sample corpus; say what was left out.

    Raises:
        InputError: the data cannot be read, an encoder or what it needs is missing, or nothing is called.
    """
    fit = _fit(options)
    gold, numbers = read(options.data / "articles.jsonl")
    inside = [np.array(numbers) == fold for fold in sorted(set(numbers))]
    splits: Splits = [(np.flatnonzero(~test), np.flatnonzero(test)) for test in inside]
    figures, notes = _of_corpus("narrative_frames", gold, splits, fit, options)
    if not options.stances:
        return figures, [*notes, "stances: not measured; --stances measures them on the sample corpus"]
    sample = read_sample().gold
    splits = list(story_folds(sample.stories, seed=options.seed))
    more, said = _of_corpus("sample", sample, splits, fit, options)
    return [*figures, *more], [*notes, *said, STANCES]


def _fit(options: Trying) -> Fit:
    """Return what fits a model the way `standpoint train` does."""
    if options.model == "linear":
        return lambda gold: fit_news_model(gold, FitConfig(seed=options.seed))
    try:
        from models.encoder_training import TrainingConfig
        from training.encoder_fitting import EncoderConfig, fit_encoder
    except ModuleNotFoundError as error:
        raise not_installed(error) from None
    config = EncoderConfig(options.encoder_folder(), TrainingConfig(seed=options.seed))
    return lambda gold: fit_encoder(gold, config).model


def _of_corpus(name: str, gold: Gold, splits: Splits, fit: Fit, options: Trying) -> tuple[list[Figure], list[str]]:
    generator, n_left_out = np.random.default_rng(options.seed), 0
    found: dict[str, list[tuple[str, Trial]]] = {}
    console = Console(stderr=True)
    for train, test in splits[: options.n_folds]:
        model = fit(gold.select(train))
        for row in track(test, name, console=console, transient=True, disable=not console.is_terminal):
            item = gold.articles[row]
            trials, n_untried = tried(model, item.article, n_draws=options.n_draws, generator=generator)
            n_left_out += n_untried
            for trial in trials:
                for label in _labels(trial):
                    found.setdefault(label, []).append((item.story, trial))
    if not found:
        words = f"no answer could be tried, {n_left_out} have no sentence beside their evidence. Give longer articles."
        raise InputError(f"{name}: {words}")
    order = [ALL_FRAMES, *gold.codebook.frame_ids, ALL_STANCES]
    figures = [_figure(f"{name}/{label}", found[label], options.seed) for label in order if label in found]
    n_articles = sum(len(test) for _, test in splits[: options.n_folds])
    return figures, [
        f"{name}: {n_articles} articles held out in {min(options.n_folds, len(splits))} of {len(splits)} folds; "
        f"{n_left_out} answers left out, for no sentence to choose from would be left"
    ]


def _labels(trial: Trial) -> tuple[str, ...]:
    return (ALL_FRAMES, trial.called.label) if trial.called.stance is None else (ALL_STANCES,)


def _figure(name: str, found: Sequence[tuple[str, Trial]], seed: int) -> Figure:
    trials = [trial for _, trial in found]
    faithful = faithfulness(
        [trial.whole for trial in trials],
        [trial.without_evidence for trial in trials],
        [trial.without_random for trial in trials],
        [story for story, _ in found],
        seed=seed,
    )
    return Figure(name, faithful, tuple(np.mean([trial.n_characters for trial in trials], axis=0).tolist()))


def _parse() -> Trying:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.faithfulness", description="Evidence taken away.")
    parser.add_argument("--data", type=Path, required=True, help="folder of Narrative Frames")
    parser.add_argument("--model", choices=("linear", "encoder"), default="linear", help="which model to try")
    parser.add_argument("--encoder", type=Path, help="folder of the pretrained encoder, for --model encoder")
    parser.add_argument("--n-folds", type=int, default=1, help="how many of the folds are held out in turn (default 1)")
    parser.add_argument("--n-draws", type=int, default=10, help="random draws beside each evidence (default 10)")
    parser.add_argument(
        "--stances",
        action=argparse.BooleanOptionalAction,
        help="measure the sample corpus, with stances (default: only of the linear model, for an encoder must be one "
        "that reads Chinese)",
    )
    parser.add_argument("--seed", type=int, default=0, help="seed of folds, draws and bootstrap (default 0)")
    parser.add_argument("--json", type=Path, help="file to write the figures to")
    given = vars(parser.parse_args())
    for name in ("n_folds", "n_draws"):
        if given[name] < 1:
            parser.error(f"--{name.replace('_', '-')} is {given[name]}, but at least 1 is needed. Leave it out.")
    if given["stances"] is None:
        given["stances"] = given["model"] == "linear"
    return Trying(test=None, **given)


def _show(figures: Sequence[Figure], notes: Sequence[str], seconds: float) -> None:
    table = Table(title="Fall of the probability without the evidence, and without as many random sentences")
    table.title_justify = "left"
    table.add_column("", overflow="fold")
    for heading in ("evidence", "random", "difference [95 %]", "beats random", "answers", "characters"):
        table.add_column(heading, justify="right", no_wrap=True)
    for one in figures:
        found, sizes = one.found, " / ".join(f"{value:.0f}" for value in one.n_characters)
        values = (f"{found.top.value:.3f}", f"{found.random.value:.3f}", Text(str(found.difference)))
        table.add_row(one.name, *values, f"{found.share_above.value:.2f}", str(found.n_answers), sizes)
    console = Console()
    console.print(table)
    for note in [*NOTES, *notes]:
        console.print(f"• {note}", highlight=False)
    console.print(f"{seconds:.0f} s", highlight=False)


if __name__ == "__main__":
    main()
