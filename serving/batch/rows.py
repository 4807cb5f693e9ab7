"""Rows: a prediction and its article as rows of tables, nested for programs and long for spreadsheets."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from serving.batch.shard import Copy, text_hash
from standpoint.article import Article
from standpoint.prediction import Prediction, ScoredSpan

Row = dict[str, Any]


@dataclass(frozen=True)
class Scored:
    """An article and what the model says of it."""

    article: Article
    prediction: Prediction

    @property
    def story(self) -> str:
        """The article's story; an article that was not grouped is the first of its own."""
        return self.article.story or self.article.id

    @cached_property
    def text_hash(self) -> str:
        """The hash of the article's text."""
        return text_hash(self.article.text)


def prediction_rows(scored: Iterable[Scored]) -> Iterator[Row]:
    """Yield a row per article: the prediction as JSON Lines has it, and what is known of the article."""
    for item in scored:
        article = item.article
        yield {
            **item.prediction.to_json(),
            "story": item.story,
            "text_hash": item.text_hash,
            "title": article.title,
            "source": article.source,
            "published": article.published,
            "url": article.url,
        }


def article_rows(scored: Iterable[Scored]) -> Iterator[Row]:
    """Yield a row per article, flat: frames that are present and `actor=stance`, each parted by semicolons."""
    for row in prediction_rows(scored):
        frames, stances = row.pop("frames"), row.pop("stances")
        yield {
            **row,
            "frames": ";".join(frame["id"] for frame in frames if frame["present"]),
            "stances": ";".join(f"{stance['actor']}={stance['stance']}" for stance in stances),
        }


def frame_rows(scored: Iterable[Scored]) -> Iterator[Row]:
    """Yield a row per article and frame."""
    for item in scored:
        about = _about(item)
        for frame in item.prediction.frames:
            yield {
                **about,
                "frame": frame.id,
                "proba": round(frame.proba, 4),
                "present": frame.present,
                **_strongest(frame.evidence),
            }


def stance_rows(scored: Iterable[Scored]) -> Iterator[Row]:
    """Yield a row per article and actor it names; `proba_LABEL` is the probability of each stance."""
    for item in scored:
        about = _about(item)
        for stance in item.prediction.stances:
            yield {
                **about,
                "actor": stance.actor,
                "stance": stance.stance,
                **{f"proba_{label}": round(value, 4) for label, value in stance.proba.items()},
                "n_mentions": len(stance.mentions),
                **_strongest(stance.evidence),
            }


def copy_rows(copies: Iterable[Copy]) -> Iterator[Row]:
    """Yield a row per copy: the article whose text it has, and the story of both."""
    for copy in copies:
        article = copy.article
        yield {
            "article_id": article.id,
            "copy_of": copy.copy_of,
            "story": article.story,
            "text_hash": text_hash(article.text),
            "language": article.language,
            "title": article.title,
            "source": article.source,
            "published": article.published,
            "url": article.url,
        }


def _about(item: Scored) -> Row:
    article = item.article
    return {
        "article_id": article.id,
        "story": item.story,
        "text_hash": item.text_hash,
        "language": article.language,
        "source": article.source,
        "published": article.published,
    }


def _strongest(evidence: Sequence[ScoredSpan]) -> Row:
    """Return where the sentence stands that speaks most for the label; code points of the text, end exclusive."""
    return {
        "evidence_start": evidence[0].start if evidence else None,
        "evidence_end": evidence[0].end if evidence else None,
    }
