"""Gold: articles joined with their adjudicated annotations, ready to learn from and to measure on."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import datasets
import numpy as np
from numpy.typing import NDArray

from models.cast import cast_by_sentence
from models.news_model import AskedArticle, names_of, scene_of
from models.stance_model import TargetInText
from models.targets import Scene, Target
from standpoint.annotation import Annotation, Evidence, annotation_from_json, check_annotation, check_evidence
from standpoint.article import Article, article_from_json
from standpoint.codebook import Codebook
from standpoint.errors import CodebookMismatchError, InputError, RecordError
from standpoint.jsonl import read_jsonl
from standpoint.mentions import MentionFinder


@dataclass(frozen=True)
class GoldArticle:
    """One article with its gold answer: the frames it uses, and its targets with the number of each one's stance.

    `cast` describes who stands in each sentence, whether or not gold has a stance toward them: see `models.cast`.
    `frame_shares` and `stance_shares` are those of the annotation, None where it has none.
    """

    article: Article
    scene: Scene
    cast: Sequence[str]
    frames: frozenset[str]
    targets: tuple[Target, ...]
    stances: tuple[int, ...]
    evidence: tuple[Evidence, ...] = ()
    frame_shares: Mapping[str, float] | None = None
    stance_shares: Mapping[str, Mapping[str, float]] | None = None

    @property
    def story(self) -> str:
        """The story the article belongs to; an article that was never grouped is a story of its own."""
        return self.article.story or self.article.id

    @property
    def asked(self) -> AskedArticle:
        """The article as a model is asked about it: toward the targets that gold has a stance for."""
        return AskedArticle(self.scene, self.targets, self.cast)


class Gold:
    """Gold articles under one codebook; selecting some of them gives another `Gold`."""

    def __init__(self, codebook: Codebook, articles: Iterable[GoldArticle]) -> None:
        self.codebook = codebook
        self.articles = tuple(articles)

    def __len__(self) -> int:
        """Return the number of articles."""
        return len(self.articles)

    def select(self, indices: Iterable[int]) -> "Gold":
        """Return the articles at these positions, in this order."""
        return Gold(self.codebook, [self.articles[int(index)] for index in indices])

    @cached_property
    def texts(self) -> list[str]:
        """The articles' texts."""
        return [item.scene.text for item in self.articles]

    @cached_property
    def casts(self) -> list[str]:
        """What stands in the articles for the frame model beside their texts: see `models.cast`."""
        return [" | ".join(item.cast) for item in self.articles]

    @cached_property
    def stories(self) -> list[str]:
        """The articles' stories."""
        return [item.story for item in self.articles]

    @cached_property
    def present(self) -> NDArray[np.bool_]:
        """Which frames each article uses, shape (n_articles, n_frames)."""
        rows = [[frame in item.frames for frame in self.codebook.frame_ids] for item in self.articles]
        return np.array(rows, dtype=bool).reshape(len(self.articles), len(self.codebook.frames))

    @cached_property
    def questions(self) -> list[TargetInText]:
        """Every target of every article, article by article."""
        return [TargetInText(item.scene, target) for item in self.articles for target in item.targets]

    @cached_property
    def stances(self) -> NDArray[np.int64]:
        """The number of the stance toward each of `questions`."""
        return np.array([stance for item in self.articles for stance in item.stances], dtype=np.int64)

    @property
    def has_shares(self) -> bool:
        """Whether any article has the shares of annotators behind its labels."""
        return any(item.frame_shares is not None or item.stance_shares is not None for item in self.articles)

    @cached_property
    def frame_shares(self) -> NDArray[np.float64]:
        """The share of annotators who saw each frame, (n_articles, n_frames); gold's 0 or 1 where not recorded."""
        shares = self.present.astype(np.float64)
        for row, item in enumerate(self.articles):
            if item.frame_shares is not None:
                shares[row] = [item.frame_shares.get(frame, 0.0) for frame in self.codebook.frame_ids]
        return shares

    @cached_property
    def stance_shares(self) -> NDArray[np.float64]:
        """The share of each stance toward each of `questions` among the annotators who gave one, rows sum to 1.

        Shape (n_questions, n_stances); gold's 0 or 1 where no annotator gave one, or it is not recorded.
        """
        labels = self.codebook.stance_ids
        shares = np.eye(len(labels))[self.stances]
        actors = ((item, target.actor) for item in self.articles for target in item.targets)
        for row, (item, actor) in enumerate(actors):
            given = (item.stance_shares or {}).get(actor)
            if given:
                shares[row] = [given.get(label, 0.0) / sum(given.values()) for label in labels]
        return shares

    @cached_property
    def owners(self) -> NDArray[np.int64]:
        """The position of the article that each of `questions` belongs to."""
        return np.repeat(np.arange(len(self.articles)), [len(item.targets) for item in self.articles])

    def to_dataset(self) -> datasets.Dataset:
        """Return a table with one row per article: text, story, language, day, frames and stances."""
        labels = self.codebook.stance_ids
        rows = [
            {
                "article_id": item.article.id,
                "story": item.story,
                "language": item.article.language,
                "published": item.article.published,
                "text": item.scene.text,
                "frames": sorted(item.frames),
                "stances": [
                    {"actor": target.actor, "stance": labels[stance]}
                    for target, stance in zip(item.targets, item.stances, strict=True)
                ],
            }
            for item in self.articles
        ]
        return datasets.Dataset.from_list(rows)


def read_gold(articles: Path, annotations: Path, codebook: Codebook) -> Gold:
    """Read articles and one annotation for each of them.

    Raises:
        InputError: a file cannot be read or is empty, or a record is not valid; the message names file and line.
        CodebookMismatchError: an annotation was made under another codebook; the message names file and article.
    """
    by_id = _unique(read_jsonl(articles, article_from_json), articles)
    annotated: set[str] = set()

    def parse(value: object) -> Annotation:
        annotation = annotation_from_json(value)
        check_annotation(annotation, codebook)
        _refuse_second(annotation, annotated)
        annotated.add(annotation.article_id)
        article = by_id.get(annotation.article_id)
        if article is None:
            raise RecordError(
                f"article '{annotation.article_id}' is not in {articles}. Add the article or remove the annotation."
            )
        check_evidence(annotation, article)
        return annotation

    try:
        gold = list(read_jsonl(annotations, parse))
    except CodebookMismatchError as error:
        raise CodebookMismatchError(f"{annotations}: {error}") from None
    if not gold:
        raise InputError(f"{annotations}: holds no annotation. Write one JSON object a line.")
    return make_gold(by_id.values(), gold, codebook)


def make_gold(
    articles: Iterable[Article],
    annotations: Iterable[Annotation],
    codebook: Codebook,
    *,
    targets: Mapping[str, Sequence[Target]] | None = None,
) -> Gold:
    """Join articles with their annotations; articles without one are left out.

    Args:
        articles: articles with different ids.
        annotations: at most one per article.
        codebook: what the annotations were made with.
        targets: by article id, targets that are not among the codebook's actors, with their own spans.

    Raises:
        RecordError: an article is annotated twice, or an annotation does not fit the codebook.
    """
    finder = MentionFinder(codebook.actors)
    names = names_of(codebook.actors)
    by_article: dict[str, Annotation] = {}
    for annotation in annotations:
        _refuse_second(annotation, by_article)
        extra = {target.actor for target in (targets or {}).get(annotation.article_id, ())}
        check_annotation(annotation, codebook, actors=extra)
        by_article[annotation.article_id] = annotation
    items = []
    for article in articles:
        if article.id in by_article:
            extra_targets = (targets or {}).get(article.id, ())
            scene, found = scene_of(article.text, finder, names, extra_targets)
            items.append(_gold_article(article, scene, found, by_article[article.id], codebook, names))
    return Gold(codebook, items)


def _refuse_second(annotation: Annotation, annotated: Container[str]) -> None:
    if annotation.article_id in annotated:
        raise RecordError(
            f"article '{annotation.article_id}' has two annotations. "
            "Gold holds one per article: adjudicate first, or remove one."
        )


def _gold_article(
    article: Article,
    scene: Scene,
    found: Sequence[Target],
    annotation: Annotation,
    codebook: Codebook,
    names: Mapping[str, tuple[str, ...]],
) -> GoldArticle:
    by_actor = {target.actor: target for target in found}
    targets = [by_actor.get(actor) or Target(actor, names.get(actor, ())) for actor in annotation.stances]
    stances = [codebook.stance_ids.index(stance) for stance in annotation.stances.values()]
    return GoldArticle(
        article=article,
        scene=scene,
        cast=cast_by_sentence(scene, found, codebook.actor_ids),
        frames=annotation.frames,
        targets=tuple(targets),
        stances=tuple(stances),
        evidence=annotation.evidence,
        frame_shares=annotation.frame_shares,
        stance_shares=annotation.stance_shares,
    )


def _unique(articles: Iterable[Article], path: Path) -> dict[str, Article]:
    by_id: dict[str, Article] = {}
    for article in articles:
        other = by_id.setdefault(article.id, article)
        if other is not article and other.text != article.text:
            raise RecordError(
                f"{path}: id '{article.id}' stands for two articles with different texts "
                f"('{other.title[:40]}', '{article.title[:40]}'). Give one of them another id."
            )
    if not by_id:
        raise InputError(f"{path}: holds no article. Read articles into it with `standpoint import`.")
    return by_id
