"""An actor that scores shards in a process of a Ray cluster; Ray itself is not needed to make one."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from serving.batch.scorer import ShardScorer, task_from_json
from serving.batch.spool import begun
from serving.model_process import failure


class ShardActor:
    """Scores spooled shards; the model is loaded once."""

    def __init__(self, task: Mapping[str, Any]) -> None:
        self._scorer: ShardScorer | None = None
        self._task = task_from_json(task)

    def __call__(self, batch: Mapping[str, Any]) -> dict[str, list[str]]:
        """Score the shard at the batch's one place; answer with its receipt, or with an error, in JSON."""
        try:
            shard = begun(Path(str(batch["place"][0])))
            answer = self._loaded().score(shard).to_json()
        except Exception as error:  # the command ends with it; Ray would try again
            answer = failure(error)
        return {"answer": [json.dumps(answer)]}

    def _loaded(self) -> ShardScorer:
        if self._scorer is None:
            self._scorer = ShardScorer(self._task)
        return self._scorer
