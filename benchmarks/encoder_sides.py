"""The encoder and the usual way, trained on the same gold, and how well each answers what it has not seen."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from benchmarks.side_by_side import Agreement
from benchmarks.usual_calls import gold_calls
from benchmarks.usual_encoder import UsualFrames, UsualStances
from measurement.classification import binary_counts, confusion_counts, macro_f1, macro_f1_of_confusion
from models.encoder_news_model import EncoderNewsModel
from models.encoder_training import TrainingConfig
from models.folder import load_model, save_model
from models.news_model import NewsModel
from standpoint.errors import InputError
from training.encoder_fitting import EncoderConfig, fit_frame_pair
from training.encoder_recipe import EncoderRecipe
from training.fitting import FitConfig, in_silence
from training.gold import Gold

Called = NDArray[Any]
Usual = TypeVar("Usual", UsualFrames, UsualStances)


@dataclass(frozen=True)
class Lessons:
    """Gold to learn from and gold to be tested on: frames fold by fold, stances once."""

    frames: Sequence[tuple[Gold, Gold]]
    stances: tuple[Gold, Gold]


@dataclass(frozen=True)
class Kept:
    """The folder that trained models are kept in, those that are there being read, and what they start from."""

    folder: Path
    encoder: Path
    seed: int = 0

    def ours(self, fold: int) -> Path:
        """Return the folder of our model that was not shown this fold's frames."""
        return self.folder / f"ours-{fold}"


@dataclass(frozen=True)
class Sides:
    """Our model, and the two models of the usual way; frames are learned from all folds but the last."""

    model: NewsModel
    frames: UsualFrames
    stances: UsualStances


def fit_ours(frames: Sequence[Gold], stances: Gold, encoder: Path, *, seed: int) -> Iterator[NewsModel]:
    """Yield a model for each gold of frames; all have the encoder that was trained on the stances."""
    codebook = replace(frames[0].codebook, stances=stances.codebook.stances)
    config = EncoderConfig(encoder, TrainingConfig(seed=seed))
    recipe = EncoderRecipe(FitConfig(seed=seed), config)
    trained = recipe.fit(stances, progress=in_silence)
    if not isinstance(trained, EncoderNewsModel):
        raise InputError("there are too few stances to train the encoder on. Give --stances a folder with more.")
    for part in frames:
        model = EncoderNewsModel(codebook, trained.encoder, stances=trained.stances)
        pair = fit_frame_pair(model.encoder, part, config)
        model.frames = pair.blended(pair.rule().blend.weight)
        recipe.finish(model, Gold(codebook, stances.articles), progress=in_silence)
        yield model


def both_sides(lessons: Lessons, kept: Kept) -> tuple[Sides, dict[str, Agreement]]:
    """Return both sides, trained, and the macro-F1 of each for frames and for stances.

    Raises:
        InputError: there are no stances to compare.
    """
    frames, usual_frames_called = _usual_frames(lessons.frames, kept)
    stances, usual_stances_called = _usual_stances(*lessons.stances, kept)
    model, frames_called, stances_called = _ours(lessons, kept)
    return Sides(model, frames, stances), {
        "frames": _frames_compared([test for _, test in lessons.frames], frames_called, usual_frames_called, kept.seed),
        "stances": _stances_compared(lessons.stances[1], stances_called, usual_stances_called, kept.seed),
    }


def _ours(lessons: Lessons, kept: Kept) -> tuple[NewsModel, Called, Called]:
    """Return the model of the last fold, the frames called of all test parts, and the stances it called."""
    train, asked = lessons.stances
    folders = [kept.ours(number) for number in range(len(lessons.frames))]
    if not folders[-1].exists():
        with _told("ours"):
            models = fit_ours([learn for learn, _ in lessons.frames], train, kept.encoder, seed=kept.seed)
            for folder, model in zip(folders, models, strict=True):
                if not folder.exists():
                    save_model(model, folder)
    frames = []
    for folder, (_, test) in zip(folders, lessons.frames, strict=True):
        model = load_model(folder)
        predictions = model.predict([item.article for item in test.articles], evidence=False)
        frames.append([[frame.present for frame in found.frames] for found in predictions])
    answers = model.answer([item.asked for item in asked.articles]).stances
    if answers is None:
        raise InputError("there are no stances to compare. Give --stances a folder with some in each file.")
    return model, np.concatenate(frames), answers.chosen


def _usual_frames(parts: Sequence[tuple[Gold, Gold]], kept: Kept) -> tuple[UsualFrames, Called]:
    """Return the model of the last fold, and the frames called of all test parts.

    A fold's calibration and thresholds are learned on what the models of the other folds said of theirs. This errs on
    the usual way's side, for those models have seen the fold that is called, and it saves most of the training.
    """
    models = [_usual(f"usual-frames-{number}", UsualFrames, learn, kept) for number, (learn, _) in enumerate(parts)]
    tests = [test for _, test in parts]
    proba = [model.predict_proba(test.texts) for model, test in zip(models, tests, strict=True)]
    for number, model in enumerate(models):
        others = [other for other in range(len(models)) if other != number]
        model.tune(*(np.concatenate([of[other] for other in others]) for of in (proba, [one.present for one in tests])))
    return models[-1], np.concatenate([model.choose(said) for model, said in zip(models, proba, strict=True)])


def _usual_stances(train: Gold, test: Gold, kept: Kept) -> tuple[UsualStances, Called]:
    model = _usual("usual-stances", UsualStances, train, kept)
    return model, model.predict_proba(gold_calls(test)).argmax(axis=1)


def _usual(name: str, kind: type[Usual], gold: Gold, kept: Kept) -> Usual:
    """Read a model of the usual way where it is kept, else fine-tune and keep it."""
    folder = kept.folder / name
    is_kept = folder.exists()
    model = kind(folder if is_kept else kept.encoder, gold.codebook, seed=kept.seed)
    if not is_kept:
        with _told(name):
            model.fit(gold)
        model.classifier.save(folder)
    return model


@contextmanager
def _told(name: str) -> Iterator[None]:
    """Tell how long the training of a model took."""
    started = time.perf_counter()
    yield
    words = f"{name}: trained in {time.perf_counter() - started:.0f} s"
    Console(stderr=True).print(words, highlight=False, soft_wrap=True)


def _frames_compared(tests: Sequence[Gold], ours: Called, usual: Called, seed: int) -> Agreement:
    truth = np.concatenate([test.present for test in tests])
    stories = [story for test in tests for story in test.stories]
    return Agreement.of([binary_counts(truth, called) for called in (ours, usual)], stories, macro_f1, seed=seed)


def _stances_compared(test: Gold, ours: Called, usual: Called, seed: int) -> Agreement:
    counts = [confusion_counts(test.stances, called, len(test.codebook.stances)) for called in (ours, usual)]
    stories = [test.stories[owner] for owner in test.owners]
    return Agreement.of(counts, stories, macro_f1_of_confusion, seed=seed)
