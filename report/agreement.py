"""Agreement of annotators, label by label, from their annotations."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from measurement.agreement import alpha_interval, masi_alpha, prevalence, raw_agreement
from measurement.intervals import Estimate
from standpoint.annotation import Annotation, annotators
from standpoint.codebook import Codebook


@dataclass(frozen=True)
class AgreementRow:
    """How far annotators agree on one label: alpha with its interval, raw agreement and share present (0 to 1)."""

    label: str
    alpha: Estimate
    raw: float
    prevalence: float
    n_items: int


@dataclass(frozen=True)
class Agreement:
    """Agreement on every frame, on the frame set as a whole (alpha with MASI distance) and on stances."""

    frames: tuple[AgreementRow, ...]
    frame_set: float
    stances: tuple[AgreementRow, ...]
    n_annotators: int


def agreement(annotations: Sequence[Annotation], stories: Mapping[str, str], codebook: Codebook) -> Agreement:
    """Measure agreement over the articles that at least two people annotated.

    Stance has two rows: whether an actor got one at all, and which, where two people gave one.

    Args:
        annotations: at most one per person and article.
        stories: the story of each article by its id; articles without one are their own story.
        codebook: the labels.
    """
    people = annotators(annotations)
    by_article: dict[str, dict[str, Annotation]] = {}
    for annotation in annotations:
        by_article.setdefault(annotation.article_id, {})[annotation.annotator] = annotation
    articles = [article for article, answers in by_article.items() if len(answers) > 1]
    groups = [stories.get(article, article) for article in articles]
    answers = [[by_article[article].get(person) for article in articles] for person in people]

    def rate(ask: Callable[[Annotation], float]) -> NDArray[np.float64]:
        return np.array([[np.nan if item is None else ask(item) for item in row] for row in answers])

    def frame_row(id: str) -> AgreementRow:
        return _row(id, rate(lambda item: float(id in item.frames)), groups)

    sets = [[None if item is None else item.frames for item in row] for row in answers]
    return Agreement(
        frames=tuple(frame_row(id) for id in codebook.frame_ids),
        frame_set=masi_alpha(*sets),
        stances=tuple(_stance_rows(answers, groups, codebook)),
        n_annotators=len(people),
    )


def _stance_rows(
    answers: Sequence[Sequence[Annotation | None]], groups: Sequence[str], codebook: Codebook
) -> list[AgreementRow]:
    numbers = {stance: float(index) for index, stance in enumerate(codebook.stance_ids)}
    columns, owners = [], []
    for article, group in enumerate(groups):
        given = [row[article] for row in answers]
        for actor in codebook.actor_ids:
            column = [np.nan if item is None else numbers.get(item.stances.get(actor, ""), -1.0) for item in given]
            columns.append(column)
            owners.append(group)
    if not columns:
        return []
    ratings = np.array(columns).T
    named = np.where(np.isnan(ratings), np.nan, ratings >= 0)
    rows = [_row("given one, any actor", named, owners)]
    taken = np.where(ratings >= 0, ratings, np.nan)
    both = (~np.isnan(taken)).sum(axis=0) > 1
    if both.any():
        kept = [group for group, is_kept in zip(owners, both, strict=True) if is_kept]
        rows.append(_row("which one, where both gave one", taken[:, both], kept))
    return rows


def _row(label: str, ratings: NDArray[np.float64], groups: Sequence[str]) -> AgreementRow:
    return AgreementRow(
        label, alpha_interval(ratings, groups), raw_agreement(ratings), prevalence(ratings), len(groups)
    )
