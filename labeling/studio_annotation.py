"""A task with its answers as Label Studio exports it, read as annotations."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from labeling.codebook_history import Revision, revision_at
from labeling.studio_result import labels_of
from labeling.studio_task import text_sha256
from standpoint.annotation import Annotation, inclusion_proba_of
from standpoint.errors import RecordError
from standpoint.fields import Fields

NOT_PUSHED = "its task has no article_id, text and text_sha256: it was not made by a push"
TEXT_CHANGED = "the text of its task is no longer the one that was pushed"
NOT_READ = "inclusion_proba, draw or blind of its task cannot be read"
NOBODY = "nobody is named as its annotator"
NO_TIME = "the time of its last change cannot be read"
ANSWERED_AGAIN = "the same person answered again later"

_KEPT = ("id", "completed_by", "was_cancelled", "created_at", "updated_at", "lead_time", "result")
"""What is kept of an answer set aside: nothing personal, and nothing that changes while `updated_at` does not."""


@dataclass(frozen=True, slots=True)
class Context:
    """What a task does not say itself: who the accounts are, and which codebook was in force when (not empty)."""

    names: Mapping[int, str]
    history: tuple[Revision, ...]


@dataclass(frozen=True, slots=True)
class Quarantined:
    """An answer, or a part of one, that is not among the annotations: why, and as it came."""

    task: int
    article_id: str | None
    annotator: str | None
    reason: str
    value: Any

    def to_json(self) -> dict[str, Any]:
        """Return the record as it is written to JSON Lines."""
        return {
            "article_id": self.article_id,
            "annotator": self.annotator,
            "task": self.task,
            "reason": self.reason,
            "value": self.value,
        }


@dataclass(frozen=True, slots=True)
class Answers:
    """What was answered on one task; `article_id` is None where it does not say of which article.

    `n_raw` counts the answers and skips on the server, `n_moved` the evidence spans found elsewhere than they said.
    """

    task: int
    article_id: str | None
    annotations: tuple[Annotation, ...]
    quarantined: tuple[Quarantined, ...]
    n_raw: int
    n_moved: int


def annotator_names(users: Mapping[int, str]) -> dict[int, str]:
    """Name each account by what stands before the @ of its e-mail address: the address itself is personal data.

    Of two accounts with the same name the older one (lower id) keeps it; the other one's has its id added.

    >>> annotator_names({1: "ana@example.com", 2: "ana@example.org"})
    {1: 'ana', 2: 'ana-2'}
    """
    names: dict[int, str] = {}
    for id, address in sorted(users.items()):
        name = address.partition("@")[0] or "user"
        names[id] = f"{name}-{id}" if name in names.values() else name
    return names


def answers_of(task: Mapping[str, Any], context: Context) -> Answers:
    """Read the answers on an exported task; what is no annotation is quarantined, and nothing is raised.

    Of several answers by one person, skips included, the last changed counts.
    """
    pushed = _pushed(task)
    reading = _Reading(pushed, context)
    raw_answers = task.get("annotations") or []
    answers = [answer for raw in raw_answers if (answer := reading.answer(raw))]
    answers.sort(key=lambda answer: (answer.annotator, answer.updated, answer.id))
    for _, of_one in groupby(answers, key=lambda answer: answer.annotator):
        *earlier, last = of_one
        for answer in earlier:
            reading.put_aside(answer.annotator, ANSWERED_AGAIN, _kept(answer.raw))
        reading.add(last)
    return Answers(
        task=pushed.id,
        article_id=pushed.article_id,
        annotations=tuple(reading.annotations),
        quarantined=tuple(reading.quarantined),
        n_raw=len(raw_answers),
        n_moved=reading.n_moved,
    )


@dataclass(frozen=True, slots=True)
class _Pushed:
    """What a task holds of a work item; `fault` says why its answers cannot be used."""

    id: int
    article_id: str | None = None
    fault: str | None = None
    text: str = ""
    inclusion_proba: float | None = None
    draw: str | None = None
    blind: bool = False


def _pushed(task: Mapping[str, Any]) -> _Pushed:
    data = task.get("data")
    fields = Fields({key: value for key, value in data.items() if value is not None} if isinstance(data, dict) else {})
    try:
        article_id, text, digest = (fields.text(name) for name in ("article_id", "text", "text_sha256"))
    except RecordError:
        return _Pushed(task["id"], fault=NOT_PUSHED)
    if text_sha256(text) != digest:
        return _Pushed(task["id"], article_id, TEXT_CHANGED)
    try:
        proba, draw, blind = (
            inclusion_proba_of(fields),
            fields.optional_text("draw"),
            fields.flag("blind", default=False),
        )
    except RecordError:
        return _Pushed(task["id"], article_id, NOT_READ)
    return _Pushed(task["id"], article_id, None, text, proba, draw, blind)


@dataclass(frozen=True, slots=True)
class _Answer:
    """An answer of which is known whose it is, and from when."""

    annotator: str
    updated: datetime
    id: int
    raw: Mapping[str, Any]


class _Reading:
    """What was found so far in the answers on a task."""

    def __init__(self, pushed: _Pushed, context: Context) -> None:
        self.pushed, self.context = pushed, context
        self.annotations: list[Annotation] = []
        self.quarantined: list[Quarantined] = []
        self.n_moved = 0

    def answer(self, raw: Any) -> _Answer | None:  # noqa: ANN401 - a server may hold anything
        """Return the answer, or put it aside."""
        raw = raw if isinstance(raw, dict) else {"result": raw}
        annotator, updated = self._annotator(raw.get("completed_by")), _time(raw.get("updated_at"))
        if self.pushed.fault or annotator is None or updated is None:
            reason = self.pushed.fault or (NOBODY if annotator is None else NO_TIME)
            self.put_aside(annotator, reason, _kept(raw))
            return None
        return _Answer(annotator, updated, raw["id"] if isinstance(raw.get("id"), int) else 0, raw)

    def add(self, answer: _Answer) -> None:
        """Add an answer's annotation, and put aside the parts of it that are no labels."""
        raw, labels = answer.raw, labels_of(answer.raw.get("result"), self.pushed.text)
        for part in labels.set_aside:
            self.put_aside(answer.annotator, part.reason, part.value)
        self.n_moved += labels.n_moved
        skipped = raw.get("was_cancelled") is True
        was_shown = bool(raw.get("prediction")) and not self.pushed.blind
        created = _time(raw.get("created_at"))
        revision = revision_at(self.context.history, answer.updated)
        annotation = Annotation(
            article_id=self.pushed.article_id or "",
            annotator=answer.annotator,
            codebook=revision.reference if revision else "",
            frames=labels.frames,
            stances=labels.stances,
            evidence=labels.evidence,
            seconds=_seconds(raw.get("lead_time")),
            suggested=was_shown or raw.get("parent_prediction") is not None,
            inclusion_proba=self.pushed.inclusion_proba,
            created=_written(created) if created else None,
            updated=_written(answer.updated),
            draw=self.pushed.draw,
            blind=self.pushed.blind,
            skipped=skipped,
            note=labels.note,
            problems=() if skipped else labels.problems,
        )
        self.annotations.append(annotation)

    def put_aside(self, annotator: str | None, reason: str, value: Any) -> None:  # noqa: ANN401 - as it came
        """Quarantine an answer or a part of one."""
        item = Quarantined(self.pushed.id, self.pushed.article_id, annotator, reason, _storable(value))
        self.quarantined.append(item)

    def _annotator(self, account: Any) -> str | None:  # noqa: ANN401 - a server may hold anything
        id = account.get("id") if isinstance(account, dict) else account
        return self.context.names.get(id, f"user-{id}") if isinstance(id, int) else None


def _kept(raw: Mapping[str, Any]) -> dict[str, Any]:
    return {key: raw[key] for key in _KEPT if key in raw}


def _storable(value: Any) -> Any:  # noqa: ANN401 - parsed JSON may be anything
    """Return the value, or as a text what no file of JSON can hold (half a surrogate pair, not a number)."""
    try:
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except ValueError:
        return json.dumps(value)
    return value


def _time(value: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
        return moment and moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _written(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def _seconds(value: object) -> float | None:
    """Return a number of seconds, or None for what is none."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e9:
        return None
    return float(value)
