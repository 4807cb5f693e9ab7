"""An annotation: what one person said of one article under one codebook."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from standpoint.article import Article
from standpoint.codebook import Codebook
from standpoint.errors import CodebookMismatchError, RecordError, unknown
from standpoint.fields import Fields


@dataclass(frozen=True, slots=True)
class Evidence:
    """A span of the article's text that shows a label; code points, end exclusive."""

    label: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Annotation:
    """One person's answer for one article.

    `stances` maps an actor's id to a stance label; an actor that is absent got no stance.
    `seconds`, `inclusion_proba` (above 0, at most 1), `created` and `updated` (ISO 8601) are None where unknown.
    The article came into the work with `inclusion_proba` in the draw named `draw`. `suggested`: a model's answer was
    shown; `blind`: the article had been drawn to be shown without one. `skipped`: the person declined to answer.
    `problems` say why an answer cannot be used as it is (frames left open, a stance not chosen).

    One answer made of several people's keeps what they said: `frame_shares` maps every frame that anyone marked to
    the share of them who did, `stance_shares` every actor that anyone gave a stance to the share behind each label
    (above 0, at most 1; an actor's sum to less than 1 where some gave none). None where they are not recorded.
    """

    article_id: str
    annotator: str
    codebook: str
    frames: frozenset[str]
    stances: dict[str, str] = field(default_factory=dict)
    evidence: tuple[Evidence, ...] = ()
    seconds: float | None = None
    suggested: bool = False
    inclusion_proba: float | None = None
    created: str | None = None
    updated: str | None = None
    draw: str | None = None
    blind: bool = False
    skipped: bool = False
    note: str | None = None
    problems: tuple[str, ...] = ()
    frame_shares: dict[str, float] | None = None
    stance_shares: dict[str, dict[str, float]] | None = None

    @property
    def is_usable(self) -> bool:
        """Whether this is an answer: neither skipped nor left with a problem."""
        return not (self.skipped or self.problems)

    def to_json(self) -> dict[str, Any]:
        """Return the record as it is written to JSON Lines; what only some annotations have is left out of others."""
        rare = {
            "updated": self.updated,
            "draw": self.draw,
            "blind": self.blind,
            "skipped": self.skipped,
            "note": self.note,
            "problems": list(self.problems),
        }
        shares = {"frame_shares": self.frame_shares, "stance_shares": self.stance_shares}
        return {
            "article_id": self.article_id,
            "annotator": self.annotator,
            "codebook": self.codebook,
            "frames": sorted(self.frames),
            "stances": dict(sorted(self.stances.items())),
            "evidence": [{"label": item.label, "start": item.start, "end": item.end} for item in self.evidence],
            "seconds": self.seconds,
            "suggested": self.suggested,
            "inclusion_proba": self.inclusion_proba,
            "created": self.created,
            **{name: value for name, value in rare.items() if value},
            **{name: value for name, value in shares.items() if value is not None},
        }


def annotation_from_json(value: Any) -> Annotation:  # noqa: ANN401 - parsed JSON may be anything
    """Read an annotation; `check_annotation` holds it against a codebook.

    Raises:
        RecordError: a field is missing or has the wrong type.
    """
    fields = Fields(value)
    return Annotation(
        article_id=fields.text("article_id"),
        annotator=fields.text("annotator"),
        codebook=fields.text("codebook"),
        frames=frozenset(fields.texts("frames")),
        stances={actor: Fields({actor: stance}).text(actor) for actor, stance in fields.mapping("stances").items()},
        evidence=tuple(_evidence(item) for item in fields.items("evidence")),
        seconds=fields.number("seconds"),
        suggested=fields.flag("suggested", default=False),
        inclusion_proba=inclusion_proba_of(fields),
        created=fields.optional_text("created"),
        updated=fields.optional_text("updated"),
        draw=fields.optional_text("draw"),
        blind=fields.flag("blind", default=False),
        skipped=fields.flag("skipped", default=False),
        note=fields.optional_text("note"),
        problems=fields.texts("problems"),
        frame_shares=None if value.get("frame_shares") is None else _shares(fields, "frame_shares"),
        stance_shares=None if value.get("stance_shares") is None else _stance_shares(fields),
    )


def inclusion_proba_of(fields: Fields) -> float | None:
    """Read the probability with which an article was drawn; None where it is not recorded.

    Raises:
        RecordError: it is not above 0 and at most 1.
    """
    value = fields.number("inclusion_proba")
    if value is not None and not 0 < value <= 1:
        raise RecordError(f"inclusion_proba {value} is not above 0 and at most 1. Leave it out if unknown.")
    return value


def check_annotation(annotation: Annotation, codebook: Codebook, *, actors: Collection[str] = ()) -> None:
    """Hold an annotation against a codebook; `actors` are allowed beside those of the codebook.

    Raises:
        CodebookMismatchError: it was made under another codebook or revision.
        RecordError: it names a frame, an actor or a stance that the codebook does not have.
    """
    if annotation.codebook != codebook.reference:
        raise CodebookMismatchError(
            f"annotation of article '{annotation.article_id}' was made under codebook '{annotation.codebook}', "
            f"but '{codebook.reference}' is in use. Use the codebook it was made with, or annotate again."
        )
    owner = f"codebook '{codebook.id}'"
    remedy = "Add it to the codebook or fix the record."
    stance_shares = annotation.stance_shares or {}
    stances = {*annotation.stances.values(), *chain.from_iterable(stance_shares.values())}
    for kind, values, known in (
        ("frame", sorted(annotation.frames.union(annotation.frame_shares or ())), codebook.frame_ids),
        ("actor", sorted({*annotation.stances, *stance_shares}.difference(actors)), codebook.actor_ids),
        ("stance", sorted(stances), codebook.stance_ids),
        (
            "evidence label",
            sorted({item.label for item in annotation.evidence}),
            codebook.frame_ids + codebook.actor_ids,
        ),
    ):
        for value in values:
            if value not in known:
                raise RecordError(unknown(kind, value, known, owner, remedy=remedy))


def check_evidence(annotation: Annotation, article: Article) -> None:
    """Check that every evidence span lies inside the article's text.

    Raises:
        RecordError: a span is empty, reversed or outside the text.
    """
    for item in annotation.evidence:
        if not 0 <= item.start < item.end <= len(article.text):
            raise RecordError(
                f"evidence for '{item.label}' spans {item.start} to {item.end}, but article '{article.id}' has "
                f"{len(article.text)} characters. Count code points of title, blank line and body."
            )


def annotators(annotations: Iterable[Annotation]) -> tuple[str, ...]:
    """Return the names of everyone who annotated, sorted."""
    return tuple(sorted({annotation.annotator for annotation in annotations}))


def _evidence(value: Any) -> Evidence:  # noqa: ANN401 - parsed JSON may be anything
    fields = Fields(value)
    return Evidence(fields.text("label"), fields.integer("start"), fields.integer("end"))


def _stance_shares(fields: Fields) -> dict[str, dict[str, float]]:
    actors = Fields(fields.mapping("stance_shares"))
    return {actor: _shares(actors, actor) for actor in fields.mapping("stance_shares")}


def _shares(fields: Fields, name: str) -> dict[str, float]:
    shares = Fields(fields.mapping(name))
    return {label: _share(shares, label) for label in fields.mapping(name)}


def _share(shares: Fields, label: str) -> float:
    value = shares.number(label)
    if value is None or not 0 < value <= 1:
        raise RecordError(f"share {value} of '{label}' is not above 0 and at most 1. Leave out what nobody said.")
    return value
