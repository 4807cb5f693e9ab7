"""A prediction: the frames, stances and evidence a model found in one article."""

from dataclasses import dataclass
from typing import Any

from standpoint.errors import RecordError
from standpoint.fields import Fields


@dataclass(frozen=True, slots=True)
class ScoredSpan:
    """A sentence of the text and how strongly it speaks for a label (log-odds; code points, end exclusive)."""

    start: int
    end: int
    score: float

    def to_json(self) -> dict[str, Any]:
        """Return the span as it is written to JSON."""
        return {"start": self.start, "end": self.end, "score": round(self.score, 4)}


@dataclass(frozen=True, slots=True)
class FramePrediction:
    """One frame: its calibrated probability, whether it is called present, and the sentences that show it."""

    id: str
    proba: float
    present: bool
    evidence: tuple[ScoredSpan, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the frame as it is written to JSON."""
        return {
            "id": self.id,
            "proba": round(self.proba, 4),
            "present": self.present,
            "evidence": [span.to_json() for span in self.evidence],
        }


@dataclass(frozen=True, slots=True)
class StancePrediction:
    """The stance toward one actor; `proba` maps every stance label to its probability (they sum to 1)."""

    actor: str
    stance: str
    proba: dict[str, float]
    mentions: tuple[tuple[int, int], ...] = ()
    evidence: tuple[ScoredSpan, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the stance as it is written to JSON."""
        return {
            "actor": self.actor,
            "stance": self.stance,
            "proba": {label: round(value, 4) for label, value in self.proba.items()},
            "mentions": [list(mention) for mention in self.mentions],
            "evidence": [span.to_json() for span in self.evidence],
        }


@dataclass(frozen=True, slots=True)
class Prediction:
    """What one model says of one article; frames in the codebook's order, stances only for actors it names."""

    article_id: str
    story: str | None
    language: str
    model: str
    codebook: str
    characters_read: int
    frames: tuple[FramePrediction, ...] = ()
    stances: tuple[StancePrediction, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the record as it is written to JSON Lines."""
        return {
            "article_id": self.article_id,
            "story": self.story,
            "language": self.language,
            "model": self.model,
            "codebook": self.codebook,
            "characters_read": self.characters_read,
            "frames": [frame.to_json() for frame in self.frames],
            "stances": [stance.to_json() for stance in self.stances],
        }


def prediction_from_json(value: Any) -> Prediction:  # noqa: ANN401 - parsed JSON may be anything
    """Read a prediction as `standpoint score` writes it.

    Raises:
        RecordError: a field is missing or has the wrong type, or a probability is not between 0 and 1.
    """
    fields = Fields(value)
    return Prediction(
        article_id=fields.text("article_id"),
        story=fields.optional_text("story"),
        language=fields.text("language"),
        model=fields.text("model"),
        codebook=fields.text("codebook"),
        characters_read=fields.integer("characters_read"),
        frames=tuple(_frame(item) for item in fields.items("frames")),
        stances=tuple(_stance(item) for item in fields.items("stances")),
    )


def _frame(value: Any) -> FramePrediction:  # noqa: ANN401 - parsed JSON may be anything
    fields = Fields(value)
    return FramePrediction(
        fields.text("id"), _proba(fields, "proba"), fields.flag("present", default=False), _spans(fields)
    )


def _stance(value: Any) -> StancePrediction:  # noqa: ANN401 - parsed JSON may be anything
    fields = Fields(value)
    proba = Fields(fields.mapping("proba"))
    return StancePrediction(
        actor=fields.text("actor"),
        stance=fields.text("stance"),
        proba={label: _proba(proba, label) for label in fields.mapping("proba")},
        mentions=tuple(_mention(item) for item in fields.items("mentions")),
        evidence=_spans(fields),
    )


def _spans(fields: Fields) -> tuple[ScoredSpan, ...]:
    spans = map(Fields, fields.items("evidence"))
    return tuple(ScoredSpan(span.integer("start"), span.integer("end"), span.number("score") or 0.0) for span in spans)


def _mention(value: Any) -> tuple[int, int]:  # noqa: ANN401 - parsed JSON may be anything
    if not (isinstance(value, list) and len(value) == 2 and all(type(number) is int for number in value)):
        raise RecordError(f"a mention must be [start, end], two whole numbers, found {str(value)[:40]!r}.")
    return value[0], value[1]


def _proba(fields: Fields, name: str) -> float:
    value = fields.number(name)
    if value is None or not 0 <= value <= 1:
        raise RecordError(f"probability '{name}' must be a number from 0 to 1, found {value}.")
    return value
