"""How far a project is: tasks and answers, who gave them, suggestions, and whether it is in step with the codebook."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from labeling.codebook_history import history_of
from labeling.studio_annotation import annotator_names
from labeling.studio_client import Raw, Studio
from labeling.studio_project import differing, wanted_settings
from standpoint.codebook import Codebook


@dataclass(slots=True)
class AnnotatorCount:
    """What one person did: answers, skips, and the seconds that the answers took where the server timed them."""

    answers: int = 0
    skips: int = 0
    seconds: list[float] = field(default_factory=list)


@dataclass(slots=True)
class ProjectStatus:
    """How far a project is.

    `by_answers`: how many tasks have so many answers (skips do not count). `versions`: predictions by model version,
    `shown_version` the one that annotators see. `asked`: the codebook in force there, `differences`: the settings that
    are not as the codebook in hand asks for. `n_foreign`: tasks that no push made.
    """

    project_id: int
    title: str
    wanted_answers: int
    asked: str | None
    differences: tuple[str, ...]
    shown_version: str | None
    versions: dict[str, int] = field(default_factory=dict)
    n_tasks: int = 0
    n_skipped: int = 0
    n_drafted: int = 0
    n_blind: int = 0
    n_foreign: int = 0
    by_answers: Counter[int] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)
    draws: Counter[str] = field(default_factory=Counter)
    annotators: dict[str, AnnotatorCount] = field(default_factory=dict)


def project_status(
    studio: Studio, project: Raw, codebook: Codebook, *, progress: Callable[[int], None] = lambda n_tasks: None
) -> ProjectStatus:
    """Count what is in a project; `progress` is told how many more tasks were read."""
    status = ProjectStatus(
        project_id=project["id"],
        title=project["title"],
        wanted_answers=project["maximum_annotations"],
        asked=history_of(project["description"] or "")[-1].reference,
        differences=differing(project, wanted_settings(codebook)),
        shown_version=project["model_version"] or None,
        versions=studio.prediction_versions(project["id"]),
        n_drafted=len(studio.drafted_ids(project["id"])),
    )
    for task in studio.task_states(project["id"]):
        _count(status, task)
        progress(1)
    names = annotator_names(studio.users())
    for task in studio.answered_tasks(project["id"]):
        _count_annotators(status.annotators, task["annotations"], names)
    return status


def _count(status: ProjectStatus, task: Mapping[str, Any]) -> None:
    data = task["data"]
    status.n_tasks += 1
    status.by_answers[task["total_annotations"]] += 1
    status.n_skipped += bool(task["cancelled_annotations"])
    status.n_blind += bool(data.get("blind"))
    status.n_foreign += "article_id" not in data
    status.languages[str(data.get("language") or "unknown")] += 1
    if data.get("draw"):
        status.draws[str(data["draw"])] += 1


def _count_annotators(
    counts: dict[str, AnnotatorCount], annotations: Iterable[Mapping[str, Any]], names: Mapping[int, str]
) -> None:
    for annotation in annotations:
        person = annotation["completed_by"]
        name = names.get(person, f"user-{person}")
        count = counts.setdefault(name, AnnotatorCount())
        if annotation["was_cancelled"]:
            count.skips += 1
        else:
            count.answers += 1
            count.seconds += [annotation["lead_time"]] if annotation["lead_time"] else []
