"""Speed of the encoder beside the usual way with transformers: same articles, same machine, same threads, one run.

Each article is asked about its frames and about four of the actors it names. Our model finds where they are named and
reads the article once. The usual way gets these places, and the sentences around them, for nothing.
"""

import tempfile
from argparse import Namespace
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import asdict, dataclass, replace
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from benchmarks.asked_articles import N_ACTORS, Asked, asked_articles, predict
from benchmarks.encoder_sides import Kept, Lessons, Sides, both_sides
from benchmarks.newsmtsc import read as read_targets
from benchmarks.peak_memory import ENCODER, PIPELINE, PRODUCT, peak_memory
from benchmarks.side_by_side import Pace, in_turns, machine, seconds
from benchmarks.usual_calls import HEADLINE, WAYS, Call, calls
from benchmarks.usual_encoder import Setting
from models.encoder_news_model import EncoderNewsModel
from models.encoder_processor import this_processor
from models.news_model import NewsModel
from models.processors import n_processors
from standpoint.errors import InputError
from training.gold import Gold

FRAMES = "frames"
TASKS = (FRAMES, *WAYS)
BATCH_SIZES = (1, 8, 32)
SOME_ACTORS = (1, 4, 8, 12)
"""The cost of one more actor is that of asking the same articles about so many of the actors they name."""

N_TRIED, N_TIMED = 24, 96
"""So many articles are used to choose a batch size, and for one turn."""

Best = Mapping[tuple[str, str], Setting]
"""The setting that was fastest, by precision and task."""


def measure(parts: Sequence[tuple[Gold, Gold]], options: Namespace) -> dict[str, Any]:
    """Train both sides, compare their answers, and time them.

    Args:
        parts: what frames are learned from and what they are tested on, fold by fold.
        options: those of `benchmarks.speed`.

    Raises:
        InputError: the encoder, the stances or the folds are missing, or no article can be asked.
    """
    if options.encoder is None or options.stances is None or options.test is not None or len(parts) < 2:
        raise InputError(
            "--model encoder needs --encoder FOLDER, a pretrained encoder, --stances FOLDER, NewsMTSC, and folds in "
            "--data; it takes no --test."
        )
    articles = [item.article for _, test in parts for item in test.articles]
    asked, crowded = asked_articles(articles), asked_articles(articles, max(SOME_ACTORS))
    stances = read_targets(options.stances / "train.jsonl"), read_targets(options.stances / "test_mt.jsonl")
    with nullcontext(options.models) if options.models else tempfile.TemporaryDirectory() as folder:
        kept = Kept(Path(folder), options.encoder, options.seed)
        sides, agreement = both_sides(Lessons(parts, stances), kept)
        torch.set_num_threads(n_processors())  # as many as our model has
        return {
            **{task: found.to_json() for task, found in agreement.items()},
            **_timed(sides, asked[:N_TRIED], asked[:N_TIMED], options.turns),
            "one_more_actor": _one_more_actor(sides.model, crowded[:N_TIMED], options.turns),
            "memory": [
                asdict(peak_memory(options.data, ENCODER, n_articles, kept.ours(len(parts) - 1)))
                for n_articles in options.articles
            ],
            "runtime": sides.model.encoder.runtime.name if isinstance(sides.model, EncoderNewsModel) else None,
            "machine": machine(torch.get_num_threads())
            | {library: version(library) for library in ("torch", "transformers")},
        }


@dataclass(frozen=True)
class UsualWork:
    """What the usual way does to articles: the texts it calls frames of, and its calls for stances by way."""

    sides: Sides
    texts: Sequence[str]
    calls: Mapping[str, Sequence[Call]]

    @classmethod
    def of(cls, sides: Sides, asked: Sequence[Asked]) -> "UsualWork":
        """Prepare everything that the pipelines are not asked for."""
        return cls(sides, [one.article.text for one in asked], {way: calls(asked, way) for way in WAYS})

    def run(self, task: str, setting: Setting) -> NDArray[Any]:
        """Call the frames, (n_articles, n_frames), or by one of `WAYS` the stances, (n_actors,)."""
        if task == FRAMES:
            return self.sides.frames.choose(self.sides.frames.predict_proba(self.texts, setting))
        stances: NDArray[Any] = self.sides.stances.predict_proba(self.calls[task], setting).argmax(axis=1)
        return stances


def _timed(sides: Sides, tried: Sequence[Asked], asked: Sequence[Asked], turns: int) -> dict[str, Any]:
    """Choose the batch sizes of the usual way, and time both sides turn by turn."""
    best, settings = _best_settings(UsualWork.of(sides, tried))
    work, n_articles = UsualWork.of(sides, asked), len(asked)
    usual = {f"{precision} {task}": partial(work.run, task, setting) for (precision, task), setting in best.items()}
    times = in_turns({PRODUCT: partial(predict, sides.model, asked), **usual}, turns)

    def pace(precision: str, way: str) -> dict[str, Any]:
        together = times[f"{precision} {FRAMES}"] + times[f"{precision} {way}"]
        return Pace(tuple(n_articles / times[PRODUCT]), tuple(n_articles / together)).to_json()

    paces = {precision: {way: pace(precision, way) for way in WAYS} for precision in _precisions()}
    return {
        "asked": {
            "articles": n_articles,
            "words": round(float(np.mean([len(text.split()) for text in work.texts]))),
            "actors": N_ACTORS,
            "calls_for_stances": {way: round(len(made) / n_articles, 2) for way, made in work.calls.items()},
        },
        "settings": settings,
        "pace": paces,
        "headline": _headline(paces),
        "same_calls_in_bf16": _same_calls(work, best),
    }


def _headline(paces: Mapping[str, Mapping[str, dict[str, Any]]]) -> dict[str, Any]:
    """Return the pace beside the usual way that reads all that is said of an actor, in its fastest precision."""
    fastest = max(paces, key=lambda precision: paces[precision][HEADLINE]["articles_per_second"][PIPELINE])
    return {"precision": fastest, "way": HEADLINE, **paces[fastest][HEADLINE]}


def _precisions() -> dict[str, bool]:
    """Return the precisions that are worth trying, and whether each is half; bf16 is slow where no unit computes it."""
    return {"fp32": False, "bf16": True} if this_processor().has_bf16 else {"fp32": False}


def _best_settings(work: UsualWork) -> tuple[Best, list[dict[str, Any]]]:
    """Time every task at every setting, and return the fastest of each precision, and the times."""
    best: dict[tuple[str, str], Setting] = {}
    rows = []
    for precision, half in _precisions().items():
        for task in TASKS:
            settings = [Setting(size, half) for size in BATCH_SIZES]
            work.run(task, settings[0])
            taken = {setting: seconds(partial(work.run, task, setting)) for setting in settings}
            best[precision, task] = min(taken, key=lambda setting: taken[setting])
            rows += [
                {
                    "task": task,
                    "precision": precision,
                    "batch_size": setting.batch_size,
                    "articles_per_second": round(len(work.texts) / time, 2),
                    "is_best": setting == best[precision, task],
                }
                for setting, time in taken.items()
            ]
    return best, rows


def _same_calls(work: UsualWork, best: Best) -> dict[str, float]:
    """Return the share of calls that bf16 does not change, by task; nothing where it was not tried."""
    return {
        task: round(float(np.mean(work.run(task, setting) == work.run(task, best["fp32", task]))), 4)
        for (precision, task), setting in best.items()
        if precision == "bf16" and task in (FRAMES, HEADLINE)
    }


def _one_more_actor(model: NewsModel, asked: Sequence[Asked], turns: int) -> dict[str, Any]:
    works = {
        str(number): partial(predict, model, [replace(one, actors=one.actors[:number]) for one in asked])
        for number in SOME_ACTORS
    }
    times = in_turns(works, turns)
    return {"articles": len(asked)} | actor_cost(np.array([times[name] / len(asked) for name in works]))


def actor_cost(times: NDArray[np.float64]) -> dict[str, Any]:
    """Return what one more actor adds to the cost of an article that is asked about `N_ACTORS`.

    Args:
        times: seconds an article with each of `SOME_ACTORS`, in each turn: (4, turns).

    Returns:
        The median milliseconds an article, and the slope of a line through them, in percent; that of each turn alone
        gives its range.
    """
    slopes = np.polyfit(SOME_ACTORS, times, 1)[0]
    shares = 100 * slopes / times[SOME_ACTORS.index(N_ACTORS)]
    milliseconds = 1000 * np.median(times, axis=1)
    return {
        "milliseconds": {
            number: round(float(value), 2) for number, value in zip(SOME_ACTORS, milliseconds, strict=True)
        },
        "percent": {
            name: round(float(of(shares)), 2) for name, of in (("median", np.median), ("low", np.min), ("high", np.max))
        },
    }
