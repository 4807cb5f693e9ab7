"""The result of one article as the explorer page shows it: rows of frames and actors, and the marked text."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from models.news_model import NewsModel
from serving.marked_text import Line, Mark, marked_lines
from standpoint.article import Article
from standpoint.codebook import Actor, Frame, StanceLabel
from standpoint.prediction import FramePrediction, Prediction, StancePrediction


@dataclass(frozen=True)
class FrameRow:
    """One frame: its probability, its threshold (None: it is never called), and how many sentences show it."""

    frame: Frame
    proba: float
    threshold: float | None
    is_present: bool
    n_evidence: int


@dataclass(frozen=True)
class Share:
    """The probability of one stance, and where its part of the bar begins, from 0 to 1."""

    stance: StanceLabel
    tone: str
    proba: float
    start: float


@dataclass(frozen=True)
class ActorRow:
    """One actor that the article names, and the stance toward it; `tone` is its place on the scale: low, high."""

    actor: Actor
    chosen: Share
    shares: tuple[Share, ...]
    n_mentions: int
    n_evidence: int


@dataclass(frozen=True)
class Result:
    """What the page shows of one article; frames that are present come first, those of higher probability before.

    `others` are the actors asked for beside the codebook's.
    """

    model: NewsModel
    article: Article
    others: tuple[Actor, ...]
    frames: tuple[FrameRow, ...]
    actors: tuple[ActorRow, ...]
    title: list[Line]
    body: list[Line]

    @property
    def present(self) -> list[FrameRow]:
        """The frames that are present."""
        return [row for row in self.frames if row.is_present]

    @property
    def unnamed(self) -> list[Actor]:
        """The other actors that are not found in the text."""
        named = [row.actor for row in self.actors]
        return [actor for actor in self.others if actor not in named]

    @property
    def has_weighed_stance(self) -> bool:
        """Whether a stance is called that is not the most probable one: models may weigh rare stances up."""
        return any(row.chosen.proba < max(share.proba for share in row.shares) for row in self.actors)

    @property
    def hidden(self) -> str:
        """The name of a character that is shown by name, empty where there is none."""
        pieces = (piece for line in (*self.title, *self.body) for piece in line.pieces)
        return next((part.names for piece in pieces for part in piece.parts if part.names), "")


def result_of(article: Article, prediction: Prediction, model: NewsModel, others: tuple[Actor, ...] = ()) -> Result:
    """Return what the page shows of an article, given the prediction, the model that made it, and other actors."""
    codebook, text = model.codebook, article.text
    thresholds = [] if model.thresholds is None else model.thresholds.tolist()
    found = zip(codebook.frames, prediction.frames, thresholds, strict=True) if prediction.frames else ()
    frames = sorted(found, key=lambda item: (not item[1].present, -item[1].proba))
    marks = [
        Mark("frame", label, number, span.start, span.end)
        for label, (_, predicted, _) in enumerate(frames)
        for number, span in enumerate(predicted.evidence)
    ]
    marks += _stance_marks(prediction.stances)
    actors = {actor.id: actor for actor in (*codebook.actors, *others)}
    n_title = len(article.title)
    return Result(
        model=model,
        article=article,
        others=others,
        frames=tuple(_frame_row(*item) for item in frames),
        actors=tuple(_actor_row(stance, actors[stance.actor], codebook.stances) for stance in prediction.stances),
        title=marked_lines(text, marks, (0, n_title)),
        body=marked_lines(text, marks, (n_title + 2, len(text))),
    )


def _frame_row(frame: Frame, predicted: FramePrediction, threshold: float) -> FrameRow:
    reachable = threshold if threshold <= 1 else None
    return FrameRow(frame, predicted.proba, reachable, predicted.present, len(predicted.evidence))


def _stance_marks(stances: Sequence[StancePrediction]) -> Iterator[Mark]:
    for label, stance in enumerate(stances):
        for number, span in enumerate(stance.evidence):
            yield Mark("actor", label, number, span.start, span.end)
        for number, (start, end) in enumerate(stance.mentions):
            yield Mark("mention", label, number, start, end)


def _actor_row(predicted: StancePrediction, actor: Actor, scale: Sequence[StanceLabel]) -> ActorRow:
    tones = {scale[0].id: "low", scale[-1].id: "high"} if len(scale) > 1 else {}
    probas = [predicted.proba[stance.id] for stance in scale]
    starts = accumulate(probas[:-1], initial=0.0)
    shares = tuple(
        Share(stance, tones.get(stance.id, "middle"), proba, start)
        for stance, proba, start in zip(scale, probas, starts, strict=True)
    )
    chosen = next(share for share in shares if share.stance.id == predicted.stance)
    return ActorRow(actor, chosen, shares, len(predicted.mentions), len(predicted.evidence))
