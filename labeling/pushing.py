"""Pushing: articles become tasks, each article one task, however often and from wherever it is pushed."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from labeling.blind import DEFAULT_BLIND_SHARE
from labeling.studio_client import Raw, Studio
from labeling.studio_index import Duplicates, Held, digest_of, index_of
from labeling.studio_task import task_data
from labeling.work_item import WorkItem
from standpoint.codebook import Codebook
from standpoint.errors import StudioError
from standpoint.mentions import MentionFinder

MAX_CHARACTERS = 2_000_000
"""How much text goes into one request, unless one article alone has more."""


@dataclass(frozen=True, slots=True)
class PushOptions:
    """How to push: `blind_share` (0 to 1) of the articles are never shown with suggestions.

    `replace_text`: a changed text may take the place of one that nobody has answered. `batch_size`: tasks a request.
    """

    blind_share: float = DEFAULT_BLIND_SHARE
    replace_text: bool = False
    batch_size: int = 200


@dataclass(frozen=True, slots=True)
class ChangedText:
    """An article whose text is not the one that annotators see; `task_id` is None where the file has two texts."""

    article_id: str
    task_id: int | None
    is_answered: bool = False


@dataclass(slots=True)
class PushReport:
    """What became of the articles: each counts once as created, unchanged, refreshed, replaced or changed text.

    `refreshed`: the same text with something else about it; `repeated`: lines of the file that came before.
    `answered_twice`: articles of which several tasks have answers, so that none could be removed.
    """

    created: int = 0
    unchanged: int = 0
    refreshed: int = 0
    replaced: int = 0
    repeated: int = 0
    changed_text: list[ChangedText] = field(default_factory=list)
    duplicates_removed: int = 0
    answered_twice: list[Duplicates] = field(default_factory=list)

    @property
    def n_done(self) -> int:
        """How many articles have been dealt with."""
        return self.created + self.unchanged + self.refreshed + self.replaced + len(self.changed_text)


def push(
    studio: Studio,
    project_id: int,
    items: Iterable[WorkItem],
    codebook: Codebook,
    *,
    options: PushOptions | None = None,
    progress: Callable[[int], None] = lambda n_articles: None,
) -> PushReport:
    """Make one task of every article that has none yet, and bring the others in step; run again, it changes nothing.

    `progress` is told how many more articles are done.

    Raises:
        StudioError: the server stopped answering; the message says how far the push came. Pushing again completes it.
    """
    options = options or PushOptions()
    pusher = _Pusher(studio, project_id, codebook, options)
    try:
        for batch in _batches(items, options.batch_size):
            pusher.push(batch)
            progress(len(batch))
        pusher.remove_duplicates()
    except StudioError as error:
        raise StudioError(
            f"{error} {pusher.report.n_done} articles were done by then. "
            "Run the same command again: it goes on from there and makes no duplicates."
        ) from None
    return pusher.report


class _Pusher:
    """One push under way."""

    def __init__(self, studio: Studio, project_id: int, codebook: Codebook, options: PushOptions) -> None:
        self.report = PushReport()
        self._studio, self._project_id, self._codebook, self._options = studio, project_id, codebook, options
        self._finder = MentionFinder(codebook.actors)
        self._index = index_of(studio, project_id)
        self._seen: dict[str, str] = {}

    def push(self, batch: Sequence[WorkItem]) -> None:
        """Create or update the tasks of some articles."""
        new = []
        for item in batch:
            data = task_data(item, self._codebook, self._finder, blind_share=self._options.blind_share)
            held = self._index.get(item.article.id)
            if item.article.id in self._seen:
                self._repeat(data)
            elif held is None:
                new.append({"data": data})
            else:
                self._bring_in_step(held, item, data)
            self._seen.setdefault(item.article.id, data["text_sha256"])
        if new:
            self._studio.import_tasks(self._project_id, new, missing=self._missing)
            self.report.created += len(new)

    def remove_duplicates(self) -> None:
        """Look again: another machine may have pushed the same articles meanwhile."""
        index = index_of(self._studio, self._project_id) if self.report.created else self._index
        if not index.has_duplicates():
            return
        found = index.duplicates(self._studio.drafted_ids(self._project_id))
        removable = self._unanswered({task_id for duplicates in found for task_id in duplicates.removable})
        self._studio.delete_tasks(self._project_id, removable)
        self.report.duplicates_removed = len(removable)
        self.report.answered_twice = [duplicates for duplicates in found if len(duplicates.answered) > 1]

    def _repeat(self, data: Raw) -> None:
        """Count an article that the file has twice."""
        if self._seen[data["article_id"]] == data["text_sha256"]:
            self.report.repeated += 1
        else:
            self.report.changed_text.append(ChangedText(data["article_id"], None))

    def _bring_in_step(self, held: Held, item: WorkItem, data: Raw) -> None:
        data = data | _kept(held, item)
        if held.text_sha256 != data["text_sha256"]:
            self._replace_text(held, data)
        elif held.digest == digest_of(data):
            self.report.unchanged += 1
        else:
            self._studio.update_task(held.task_id, data)
            if data["blind"] and not held.is_blind:
                self._studio.delete_task_predictions(self._project_id, [held.task_id])
            self.report.refreshed += 1

    def _replace_text(self, held: Held, data: Raw) -> None:
        """Put a changed text in place of one that nobody has answered, if that was asked for; report it otherwise."""
        is_free = self._options.replace_text and not held.is_answered and held.task_id not in self._drafted
        if is_free and self._unanswered({held.task_id}):
            self._studio.delete_task_predictions(self._project_id, [held.task_id])
            self._studio.update_task(held.task_id, data)
            self.report.replaced += 1
        else:
            changed = ChangedText(data["article_id"], held.task_id, held.is_answered)
            self.report.changed_text.append(changed)

    def _unanswered(self, ids: set[int]) -> set[int]:
        """Return those of the tasks that are there and have no answer at this moment."""
        states = self._studio.task_states(self._project_id, ids=ids)
        return {task["id"] for task in states if not (task["total_annotations"] or task["cancelled_annotations"])}

    def _missing(self, tasks: Sequence[Raw]) -> list[Raw]:
        """Return those of the tasks whose article the project does not have."""
        index = index_of(self._studio, self._project_id)
        return [task for task in tasks if index.get(task["data"]["article_id"]) is None]

    @cached_property
    def _drafted(self) -> set[int]:
        return self._studio.drafted_ids(self._project_id)


def _kept(held: Held, item: WorkItem) -> dict[str, Any]:
    """Return what the task knows and the item does not say; under answers its draw and its blindness stay."""
    is_drawn = item.inclusion_proba is not None or item.draw is not None
    says = {"inclusion_proba": is_drawn, "draw": is_drawn, "blind": item.blind is not None}
    told = {"question"} if item.question is not None else set()
    if not held.is_answered:
        told |= {name for name, is_said in says.items() if is_said}
    return {name: value for name, value in held.kept.items() if name not in told and value is not None}


def _batches(items: Iterable[WorkItem], size: int) -> Iterator[list[WorkItem]]:
    """Yield at most so many articles at a time, and no more text than a request may have."""
    batch: list[WorkItem] = []
    n_characters = 0
    for item in items:
        n_characters += len(item.article.body)
        if batch and (len(batch) == size or n_characters > MAX_CHARACTERS):
            yield batch
            batch, n_characters = [], len(item.article.body)
        batch.append(item)
    if batch:
        yield batch
