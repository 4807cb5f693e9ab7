"""What a project holds already: its tasks by article, without their texts."""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from labeling.studio_client import Studio

KEPT = ("inclusion_proba", "draw", "question", "blind")
"""What a task knows of how its article was chosen; a push that does not say keeps it."""


@dataclass(frozen=True, slots=True)
class Held:
    """A task that the server holds; `kept` are its values of `KEPT`, `is_answered` counts skips too."""

    task_id: int
    text_sha256: str
    digest: bytes
    kept: dict[str, Any]
    is_answered: bool

    @property
    def is_blind(self) -> bool:
        """Whether it is shown without suggestions."""
        return bool(self.kept["blind"])


@dataclass(frozen=True, slots=True)
class Duplicates:
    """Several tasks of one article: those that can go, and those that cannot because people answered them."""

    article_id: str
    removable: tuple[int, ...]
    answered: tuple[int, ...]


class Index:
    """The tasks of a project by the article they show, oldest first; memory grows with their number, not with texts."""

    def __init__(self, tasks: Iterable[Mapping[str, Any]] = ()) -> None:
        """Take tasks as the server lists them; those without an article id are somebody else's."""
        self._held: dict[str, list[Held]] = {}
        for task in tasks:
            article_id = task["data"].get("article_id")
            if isinstance(article_id, str):
                self._held.setdefault(article_id, []).append(_held(task))

    def get(self, article_id: str) -> Held | None:
        """Return the task to keep of an article: an answered one if there is one, else the oldest."""
        tasks = self._held.get(article_id, [])
        return next((task for task in tasks if task.is_answered), tasks[0] if tasks else None)

    def duplicates(self, drafted: Collection[int]) -> list[Duplicates]:
        """Return the articles with more than one task; a task with a draft counts as answered."""
        found = []
        for article_id, tasks in self._held.items():
            if len(tasks) > 1:
                answered = [task.task_id for task in tasks if task.is_answered or task.task_id in drafted]
                keep = answered or [tasks[0].task_id]
                removable = tuple(task.task_id for task in tasks if task.task_id not in keep)
                found.append(Duplicates(article_id, removable, tuple(answered)))
        return found

    def has_duplicates(self) -> bool:
        """Whether an article has more than one task."""
        return any(len(tasks) > 1 for tasks in self._held.values())


def index_of(studio: Studio, project_id: int) -> Index:
    """List a project's tasks."""
    return Index(studio.task_states(project_id))


def digest_of(data: Mapping[str, Any]) -> bytes:
    """Return a hash of a task's whole data."""
    canonical = json.dumps(data, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(canonical.encode()).digest()[:16]


def _held(task: Mapping[str, Any]) -> Held:
    data = task["data"]
    return Held(
        task_id=task["id"],
        text_sha256=str(data.get("text_sha256")),
        digest=digest_of(data),
        kept={name: data.get(name) for name in KEPT},
        is_answered=bool(task["total_annotations"] or task["cancelled_annotations"]),
    )
