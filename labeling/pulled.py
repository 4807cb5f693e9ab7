"""What is known of a project's answers after a pull, and how newly fetched tasks change it."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from labeling.studio_annotation import ANSWERED_AGAIN, Answers, Quarantined
from standpoint.annotation import Annotation


@dataclass(frozen=True, slots=True)
class Pulled:
    """All that is known of a project after a pull, or of some tasks after they were fetched.

    `watermark`: the newest change of a task among them (ISO 8601), None where there is none. `tasks` maps each task to
    its article (None where it does not say) and its number of answers. `n_moved` counts spans that were re-anchored.
    """

    watermark: str | None = None
    tasks: Mapping[int, tuple[str | None, int]] = field(default_factory=dict)
    annotations: tuple[Annotation, ...] = ()
    quarantined: tuple[Quarantined, ...] = ()
    n_moved: int = 0

    def updated_by(self, fetched: "Pulled") -> "Pulled":
        """Replace all that is known of the fetched tasks; what comes out is in the order it is written in."""
        touched = self._articles(fetched.tasks) | fetched._articles(fetched.tasks)
        annotations = [one for one in self.annotations if one.article_id not in touched]
        quarantined = [item for item in self.quarantined if item.task not in fetched.tasks]
        return Pulled(
            watermark=fetched.watermark or self.watermark,
            tasks={id: known for id, known in {**self.tasks, **fetched.tasks}.items() if known[1]},
            annotations=tuple(sorted((*annotations, *fetched.annotations), key=_annotation_order)),
            quarantined=tuple(sorted((*quarantined, *fetched.quarantined), key=_quarantine_order)),
        )

    def shortfall(self, fetched: "Pulled", *, n_answers: int) -> str | None:
        """Say why the fetched tasks are not enough, if they are not; `n_answers`: how many the server has in all."""
        others = self._articles(self.tasks.keys() - fetched.tasks.keys())
        if others & (self._articles(fetched.tasks) | fetched._articles(fetched.tasks)):
            return "an article has several tasks"
        n_known = sum(count for _, count in {**self.tasks, **fetched.tasks}.values())
        return None if n_known == n_answers else "tasks with answers were deleted"

    def _articles(self, tasks: Iterable[int]) -> set[str]:
        return {article for id in tasks if (article := self.tasks.get(id, (None, 0))[0]) is not None}


def fetched_tasks(changes: Mapping[int, str], answers: Iterable[Answers]) -> Pulled:
    """Gather the answers on some tasks; `changes` maps each task, answered or not, to its last change (ISO 8601).

    Of several answers that one person gave to one article on several tasks, the last changed counts.
    """
    tasks: dict[int, tuple[str | None, int]] = dict.fromkeys(changes, (None, 0))
    made: list[tuple[str, int, Annotation]] = []
    quarantined: list[Quarantined] = []
    n_moved = 0
    for one in answers:
        tasks[one.task] = one.article_id, one.n_raw
        made += [(annotation.updated or "", one.task, annotation) for annotation in one.annotations]
        quarantined += one.quarantined
        n_moved += one.n_moved
    latest: dict[tuple[str, str], Annotation] = {}
    for _, task, annotation in sorted(made, key=lambda each: each[:2], reverse=True):
        key = annotation.article_id, annotation.annotator
        if latest.setdefault(key, annotation) is not annotation:
            quarantined.append(Quarantined(task, *key, ANSWERED_AGAIN, annotation.to_json()))
    watermark = max(changes.values(), key=datetime.fromisoformat, default=None)
    return Pulled(watermark, tasks, tuple(latest.values()), tuple(quarantined), n_moved)


def _annotation_order(annotation: Annotation) -> tuple[str, str]:
    return annotation.article_id, annotation.annotator


def _quarantine_order(item: Quarantined) -> tuple[str, str, int, str, str]:
    value = json.dumps(item.value, sort_keys=True)
    return item.article_id or "", item.annotator or "", item.task, item.reason, value
