"""Frames from a frozen encoder on public data: the frame head beside the linear model, and both blended."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from benchmarks.command import Options
from benchmarks.frame_questions import NOT_ASKED, RULES
from measurement.classification import binary_counts, macro_f1
from measurement.intervals import group_bootstrap, paired_difference
from models.blended_frames import BlendedFrames
from models.encoder_source import read_encoder
from models.encoder_stance_model import EncoderStanceModel
from models.news_model import FrameAnswers, NewsModel
from standpoint.errors import InputError, RecordError
from standpoint.fields import Fields
from standpoint.jsonl import read_jsonl
from training.encoder_fitting import states_of, states_of_texts
from training.encoder_frames import FrameArticles, FramePair
from training.gold import Gold
from training.outcome import FrameOutcome, Outcome, cross_validated, frame_outcome
from training.quality import Figure, Quality, measure
from training.splits import Indices

Floats = NDArray[np.float64]

DEFINITIONS = (
    "The parties disagree with each other.",
    "One group blames or attacks another.",
    "There are two sides to the dispute.",
    "There are winners and losers in this fight.",
    "It will lead to financial losses or gains.",
    "The costs and the expense involved are high.",
    "The economic consequences of acting or not acting.",
    "Jobs, prices, investment and economic growth.",
    "A human example puts a face on the issue.",
    "The story makes readers feel outrage, empathy, sympathy or compassion.",
    "A look into the private or personal life of someone.",
    "How individuals and families are affected by the problem.",
    "This is a moral message about right and wrong.",
    "God, religion, faith and morality.",
    "It is our duty to behave responsibly.",
    "We owe it to future generations.",
    "A solution to the problem is proposed.",
    "The government can do something to solve the problem.",
    "New measures and technology reduce emissions.",
    "Urgent action is needed on the problem.",
)
"""What the frames are about, after the questions of Semetko and Valkenburg (2000)."""

NOTES = (
    "the main figure is the blend by the rule: both where the gain's interval in training lies above zero, else the "
    "better one alone; the gain is the log-loss saved, as a share of the base rates'",
    "even_blend: half and half, not chosen by the rule; linear_soft: the linear part of the blend, learned from shares",
    "linear: the default model, as --model linear measures it; gains are over it",
)


def measure_encoder(
    gold: Gold, splits: Sequence[tuple[Indices, Indices]], fit: Callable[[Gold], NewsModel], options: Options
) -> tuple[Quality, list[str]]:
    """Measure the blend of the linear model and the head, each alone, and both at equal weights.

    `fit` fits the default linear model: gains are over it.

    Raises:
        InputError: no encoder was named, seeds were asked for, or the annotators' answers cannot be read.
        ModelFolderError: the encoder cannot be read.
    """
    encoder = options.encoder_folder()
    if options.n_seeds > 1:
        raise InputError("the encoder is frozen here: there is no training to repeat. Leave out --n-seeds.")
    reader = EncoderStanceModel(read_encoder(encoder), 1).encoder
    definitions = states_of_texts(reader, DEFINITIONS)
    states = states_of(reader, [item.scene for item in gold.articles])
    shared, learned = with_shares(gold, options.data / "annotators.jsonl")
    articles = FrameArticles(shared, states, shared.frame_shares, learned)
    linear = cast(FrameOutcome, cross_validated(gold, splits, fit).frames)  # every article has gold frames
    parts: list[dict[str, FrameOutcome]] = []
    notes = []
    for number, (train, test) in enumerate(splits, 1):
        pair, asked = FramePair.fit(articles.select(train), definitions, seed=options.seed), articles.select(test)
        rule = pair.rule()
        weights = {"blend": rule.blend.weight, "head": 1.0, "linear_soft": 0.0, "even_blend": 0.5}
        parts.append({name: _outcome(pair.blended(one), pair.articles.gold, asked) for name, one in weights.items()})
        notes.append(f"fold {number}: the head has weight {rule.blend.weight:.1f}, gain {rule.gain}")
    outcomes = {name: FrameOutcome.joined([part[name] for part in parts]) for name in parts[0]} | {"linear": linear}
    figures = measure(Outcome(outcomes["blend"], None), gold.codebook, seed=options.seed).figures
    return Quality((*figures, *_beside(outcomes, options.seed))), [*NOTES, *notes]


def with_shares(gold: Gold, path: Path) -> tuple[Gold, Floats]:
    """Return gold with the shares of annotators, and what the head learns; gold's own yes and no without answers.

    The head learns the mean of gold's answer, the share who saw the frame, and the share of yes to its questions.
    """
    answers = dict(read_jsonl(path, _answers)) if path.exists() else {}
    items = [
        replace(item, frame_shares=answers[item.article.id][0]) if item.article.id in answers else item
        for item in gold.articles
    ]
    shared = Gold(gold.codebook, items)
    agreed = shared.frame_shares.copy()
    for row, item in enumerate(items):
        if item.article.id in answers:
            agreed[row] = [answers[item.article.id][1][frame] for frame in gold.codebook.frame_ids]
    return shared, (gold.present + shared.frame_shares + agreed) / 3


def _outcome(frames: BlendedFrames, train: Gold, test: FrameArticles) -> FrameOutcome:
    proba = frames.predict_proba(test.gold.texts, test.gold.casts, test.states)
    return frame_outcome(FrameAnswers(proba, proba >= frames.thresholds_), train, test.gold)


def _beside(outcomes: Mapping[str, FrameOutcome], seed: int) -> Iterator[Figure]:
    """Yield macro-F1 of each outcome and its gain over the linear model."""
    stories = outcomes["linear"].stories
    counts = {name: binary_counts(outcome.truth, outcome.called) for name, outcome in outcomes.items()}
    for name, own in counts.items():
        gain = paired_difference(own, counts["linear"], stories, macro_f1, seed=seed)
        yield Figure(f"frames/{name}/macro_f1", group_bootstrap(own, stories, macro_f1, seed=seed), len(own))
        if name != "linear":
            yield Figure(f"frames/{name}/gain_over_linear/macro_f1", gain, len(own))


def _answers(value: Any) -> tuple[str, tuple[dict[str, float], dict[str, float]]]:  # noqa: ANN401 - parsed JSON
    """Return an article's id, and by frame the share of annotators who saw it and of yes among their answers."""
    given = Fields(Fields(value).mapping("answers"))
    seen, agreed = {}, {}
    for frame, (questions, n_needed) in RULES.items():
        words = [given.items(question) for question in questions]
        if len({len(of_all) for of_all in words}) > 1 or not any(word != NOT_ASKED for word in words[0]):
            raise RecordError(
                f"{', '.join(questions)} lack answers or differ in length. Give every annotator's, -1 if not asked."
            )
        people = [person for person in zip(*words, strict=True) if any(word != NOT_ASKED for word in person)]
        n_yes = np.array([person.count("yes") for person in people])
        seen[frame], agreed[frame] = float((n_yes >= n_needed).mean()), float(n_yes.mean() / len(questions))
    return Fields(value).text("id"), (seen, agreed)
