"""Fixtures: a Label Studio that is only a dictionary."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

import pytest

from labeling.studio_client import Raw, Studio


@pytest.fixture
def shelf() -> dict[int, Raw]:
    """Return the tasks that `memory_studio` holds, by id; a test may answer one by counting up what it says."""
    return {}


@pytest.fixture
def memory_studio(shelf: dict[int, Raw]) -> Studio:
    """Return a server that keeps its tasks on the shelf, and one project with the id 1."""
    return _MemoryStudio(shelf)


class _MemoryStudio(Studio):
    """The calls of a push, carried out on a dictionary; a task on the shelf has a draft where its `draft` is true."""

    def __init__(self, shelf: dict[int, Raw]) -> None:
        super().__init__("http://memory.test", "0" * 40)
        self._shelf = shelf
        self._projects: dict[int, Raw] = {}
        self._predictions: list[Raw] = []

    def projects(self) -> dict[int, str]:
        return {number: project["title"] for number, project in self._projects.items()}

    def project(self, project_id: int) -> Raw:
        return self._projects.get(project_id, {}) | {"task_number": len(self._shelf)}

    def create_project(self, settings: Mapping[str, object]) -> Raw:
        number = len(self._projects) + 1
        self._projects[number] = {"id": number, "model_version": ""} | dict(settings)
        return self._projects[number]

    def update_project(self, project_id: int, settings: Mapping[str, object]) -> Raw:
        project = self._projects.setdefault(project_id, {"id": project_id})
        project.update(settings)
        return project

    def answered_tasks(self, project_id: int) -> Iterator[Raw]:
        return iter(list(self._shelf.values()))

    def task_states(self, project_id: int, *, ids: Collection[int] | None = None) -> Iterator[Raw]:
        return iter([task for number, task in sorted(self._shelf.items()) if ids is None or number in ids])

    def drafted_ids(self, project_id: int) -> set[int]:
        return {number for number, task in self._shelf.items() if task.get("draft")}

    def predicted_ids(self, project_id: int, version: str) -> set[int]:
        return {one["task"] for one in self._predictions if version in one["model_version"]}

    def import_tasks(
        self, project_id: int, tasks: Sequence[Raw], *, missing: Callable[[Sequence[Raw]], Sequence[Raw]]
    ) -> None:
        for task in tasks:
            number = max(self._shelf, default=0) + 1
            counts = {"total_annotations": 0, "cancelled_annotations": 0, "annotations": []}
            self._shelf[number] = {"id": number, "data": task["data"]} | counts

    def update_task(self, task_id: int, data: Mapping[str, object]) -> None:
        self._shelf[task_id]["data"] = dict(data)

    def delete_tasks(self, project_id: int, ids: Collection[int]) -> None:
        for number in ids:
            self._shelf.pop(number, None)

    def import_predictions(
        self, project_id: int, predictions: Sequence[Raw], *, missing: Callable[[Sequence[Raw]], Sequence[Raw]]
    ) -> int:
        """Drop, as the server does, what it does not like: here every prediction with a score of 0."""
        taken = [one for one in predictions if one["score"]]
        self._predictions += taken
        return len(taken)

    def prediction_versions(self, project_id: int) -> dict[str, int]:
        return dict(Counter(one["model_version"] for one in self._predictions))

    def delete_predictions(self, project_id: int, version: str) -> None:
        self._predictions = [one for one in self._predictions if one["model_version"] != version]

    def delete_task_predictions(self, project_id: int, ids: Collection[int]) -> None:
        self._predictions = [one for one in self._predictions if one["task"] not in ids]
