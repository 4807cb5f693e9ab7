"""Suggestions: a model's predictions, shown to annotators as a start; checked before they are sent, counted after."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from labeling.studio_client import Raw, Studio
from labeling.studio_index import index_of
from labeling.suggestion import check_prediction, suggestion, version_of
from standpoint.codebook import Codebook
from standpoint.errors import RecordError, StudioError
from standpoint.prediction import Prediction

_OURS = re.compile(r" \S+@[0-9a-f]{8}$")


@dataclass(frozen=True, slots=True)
class Refused:
    """A prediction that was not sent, or that the server dropped, and why."""

    article_id: str
    reason: str


@dataclass(slots=True)
class SuggestionReport:
    """What became of the predictions: each counts once as created, present, blind, elsewhere or refused.

    `version`: the model version they have in Label Studio, None where there was no prediction. `present`: the task
    has this version already. `blind`: the article is shown without suggestions. `elsewhere`: the project does not have
    the article. `replaced`: versions deleted.
    """

    version: str | None = None
    created: int = 0
    present: int = 0
    blind: int = 0
    elsewhere: int = 0
    refused: list[Refused] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)


def push_suggestions(
    studio: Studio,
    project_id: int,
    predictions: Iterable[Prediction],
    codebook: Codebook,
    *,
    batch_size: int = 1000,
    progress: Callable[[int], None] = lambda n_predictions: None,
) -> SuggestionReport:
    """Give every task that is not blind the model's suggestion, show these to annotators, and delete older ones.

    All predictions must be of one model; one that is not, or does not fit codebook or text, is refused. Run again, it
    sends only what is missing. `progress` is told how many more predictions are done. Large batches are much faster:
    with each, the server counts anew on every task of the project.

    Raises:
        StudioError: the server stopped answering; pushing again completes it.
    """
    sender = _Sender(studio, project_id, codebook)
    stream = iter(predictions)
    try:
        while batch := list(islice(stream, batch_size)):
            sender.send(batch)
            progress(len(batch))
        sender.finish()
    except StudioError as error:
        raise StudioError(
            f"{error} {sender.report.created} suggestions were sent by then. "
            "Run the same command again: it goes on from there."
        ) from None
    return sender.report


class _Sender:
    """One push of suggestions under way."""

    def __init__(self, studio: Studio, project_id: int, codebook: Codebook) -> None:
        self.report = SuggestionReport()
        self._studio, self._project_id, self._codebook = studio, project_id, codebook
        self._index = index_of(studio, project_id)
        self._model = ""
        self._have: set[int] = set()

    def send(self, batch: Sequence[Prediction]) -> None:
        if self.report.version is None:
            self._begin(batch[0])
        wanted = {task_id: prediction for prediction in batch if (task_id := self._task_for(prediction))}
        texts = self._studio.task_states(self._project_id, ids=wanted) if wanted else ()
        ready = [raw for task in texts if (raw := self._checked(task, wanted[task["id"]]))]
        if ready:
            created = self._studio.import_predictions(self._project_id, ready, missing=self._missing)
            self.report.created += created
            self._have |= {raw["task"] for raw in ready}
            if created != len(ready):
                self._name_dropped({raw["task"]: wanted[raw["task"]].article_id for raw in ready})

    def finish(self) -> None:
        """Show the new version, and delete the older ones of ours."""
        version = self.report.version
        if version is None or not (self.report.created or self.report.present):
            return
        if self._studio.project(self._project_id)["model_version"] != version:
            self._studio.update_project(self._project_id, {"model_version": version})
        for older in self._studio.prediction_versions(self._project_id):
            if older != version and _OURS.search(older):
                self._studio.delete_predictions(self._project_id, older)
                self.report.replaced.append(older)

    def _begin(self, prediction: Prediction) -> None:
        self._model = prediction.model
        self.report.version = version_of(prediction, self._codebook)
        self._have = self._studio.predicted_ids(self._project_id, self.report.version)

    def _task_for(self, prediction: Prediction) -> int | None:
        """Return the task that shall get the prediction, or count why none shall."""
        held = self._index.get(prediction.article_id)
        if prediction.model != self._model:
            self._refuse(prediction, f"it is of model '{prediction.model}', the first one of '{self._model}'")
        elif held is None:
            self.report.elsewhere += 1
        elif held.is_blind:
            self.report.blind += 1
        elif held.task_id in self._have:
            self.report.present += 1
        else:
            return held.task_id
        return None

    def _checked(self, task: Mapping[str, Any], prediction: Prediction) -> Raw | None:
        text = task["data"]["text"]
        try:
            check_prediction(prediction, self._codebook, text)
        except RecordError as error:
            self._refuse(prediction, str(error))
            return None
        return suggestion(prediction, task["id"], str(self.report.version), text)

    def _missing(self, predictions: Sequence[Raw]) -> list[Raw]:
        have = self._studio.predicted_ids(self._project_id, str(self.report.version))
        return [raw for raw in predictions if raw["task"] not in have]

    def _name_dropped(self, article_ids: Mapping[int, str]) -> None:
        """Find which suggestions the server dropped: it only says how many it took."""
        have = self._studio.predicted_ids(self._project_id, str(self.report.version))
        for task_id in article_ids.keys() - have:
            reason = "the server dropped it; run `standpoint label setup`, then push again"
            self.report.refused.append(Refused(article_ids[task_id], reason))

    def _refuse(self, prediction: Prediction, reason: str) -> None:
        self.report.refused.append(Refused(prediction.article_id, reason))
