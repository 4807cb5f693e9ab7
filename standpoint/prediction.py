"""A prediction: the frames, stances and evidence a model found in one article."""

from dataclasses import dataclass
from typing import Any


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
