"""Training: gold in; out come a model fitted on all of it and its quality on articles it had not seen."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count

from models.canaries import canary_answers
from models.frame_model import MIN_ARTICLES
from models.news_model import NewsModel
from standpoint.article import Article
from standpoint.errors import TrainingError
from training.ablations import ablated_stances
from training.fitting import MIN_TARGETS, FitConfig, Progress, in_silence
from training.gold import Gold
from training.outcome import Outcome, StanceOutcome, cross_validated, held_out
from training.quality import Quality, all_scalars, measure
from training.recipe import Recipe
from training.splits import Indices, story_folds, temporal_split

TEMPORAL, CROSS_VALIDATED = "temporal", "cross_validated"
"""The two ways quality is measured, both on stories never trained on: after a day, and over random folds."""


@dataclass(frozen=True)
class Trained:
    """A model, and how models made like it did on held-out articles."""

    model: NewsModel
    qualities: Mapping[str, Quality]
    outcomes: Mapping[str, Outcome]
    notes: tuple[str, ...]


def train(gold: Gold, recipe: Recipe, *, progress: Progress = in_silence) -> Trained:
    """Measure on held-out stories, then fit on everything.

    The model remembers what it was trained on, its figures, and how it answers the canaries; its folder keeps them.
    `notes` say what could not be done: a frame with too few articles, a split that the dates do not allow.

    Raises:
        TrainingError: nothing can be learned from this gold.
    """
    notes = _rare_labels(gold)
    measured: dict[str, tuple[Outcome, Quality]] = {}
    for name, splits in ((TEMPORAL, _temporal), (CROSS_VALIDATED, _folds)):
        try:
            measured[name] = _measured(gold, splits(gold, recipe.linear), recipe, _below(name, progress))
        except TrainingError as error:
            notes.append(f"{name} quality was not measured: {error}")
    qualities = {name: quality for name, (_, quality) in measured.items()}
    model = recipe.fit(gold, progress=_below("final", progress))
    tolerance = recipe.finish(model, gold, progress=_below("final", progress))
    model.training |= {
        "trained_on": sorted(text_hash(item.article) for item in gold.articles),
        "figures": all_scalars(qualities),
        "canaries": canary_answers(model, tolerance=tolerance),
    }
    return Trained(
        model=model,
        qualities=qualities,
        outcomes={name: outcome for name, (outcome, _) in measured.items()},
        notes=(*notes, *recipe.notes),
    )


def evaluate(model: NewsModel, gold: Gold) -> tuple[Quality, int]:
    """Measure a model on the articles of `gold` that it was not trained on; return their number too.

    Raises:
        TrainingError: it was trained on all of them.
    """
    seen = set(model.training.get("trained_on", ()))
    fresh = gold.select(index for index, item in enumerate(gold.articles) if text_hash(item.article) not in seen)
    if not len(fresh):
        raise TrainingError(
            f"the model was trained on all {len(gold)} of these articles, and a figure on training data says nothing. "
            "Evaluate on other articles."
        )
    return measure(held_out(model, fresh, fresh), gold.codebook), len(fresh)


def text_hash(article: Article) -> str:
    """Return a short hash of an article's text, by which a model remembers what it was trained on."""
    return hashlib.sha256(article.text.encode()).hexdigest()[:12]


def _rare_labels(gold: Gold) -> list[str]:
    notes = []
    for label, n_present in zip(gold.codebook.frame_ids, gold.present.sum(axis=0), strict=True):
        if min(n_present, len(gold) - n_present) < MIN_ARTICLES:
            notes.append(
                f"frame '{label}' is present in {n_present} of {len(gold)} articles: it is not learned and never "
                f"called. Annotate until at least {MIN_ARTICLES} articles have it and {MIN_ARTICLES} lack it."
            )
    n_kinds = len(set(gold.stances.tolist()))
    if gold.codebook.actors and (len(gold.stances) < MIN_TARGETS or n_kinds < 2):
        notes.append(
            f"stance is given {len(gold.stances)} times, in {n_kinds} of {len(gold.codebook.stances)} kinds: it is not "
            f"learned and never called. Annotate until there are at least {MIN_TARGETS} stances of two kinds."
        )
    return notes


def _temporal(gold: Gold, _: FitConfig) -> list[tuple[Indices, Indices]]:
    return [temporal_split(gold)]


def _folds(gold: Gold, config: FitConfig) -> list[tuple[Indices, Indices]]:
    return list(story_folds(gold.stories, n_folds=config.n_folds, seed=config.seed))


def _measured(
    gold: Gold, splits: Sequence[tuple[Indices, Indices]], recipe: Recipe, progress: Progress
) -> tuple[Outcome, Quality]:
    numbers = count(1)

    def fit(part: Gold) -> NewsModel:
        return recipe.fit(part, progress=_below(f"part {next(numbers)} of {len(splits)}", progress))

    outcome = cross_validated(gold, splits, fit)
    ablations: dict[str, list[StanceOutcome]] = {}
    for learn, hold in splits:
        for name, ablated in ablated_stances(gold.select(learn), gold.select(hold), recipe.linear).items():
            ablations.setdefault(name, []).append(ablated)
    joined = {name: StanceOutcome.joined(parts) for name, parts in ablations.items()}
    return outcome, measure(outcome, gold.codebook, ablations=joined, seed=recipe.linear.seed)


def _below(heading: str, progress: Progress) -> Progress:
    def told(step: str) -> None:
        progress(f"{heading}: {step}")

    return told
