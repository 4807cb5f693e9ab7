"""Ray: the shards of a job scored on a cluster, by as many actors as it has processors."""

import json
import logging
import os
import shutil
import socket
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import ray
import ray.data
from ray.data import ActorPoolStrategy, DataContext

from models.folder import identify_model
from serving.batch.engines import told
from serving.batch.scorer import ShardScorer, Task, task_from_json
from serving.batch.shard import Receipt, Shard, receipt_from_json, shard_from_json
from serving.model_process import failure
from standpoint.errors import OutputError, StandpointError
from standpoint.jsonl import write_jsonl

_SPOOL, _MODEL = ".spool", "model"
_PATIENCE_SECONDS = 10
_QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
}


class RayEngine:
    """Scores shards on a Ray cluster; what a worker or a machine that dies had in hand is scored again.

    All machines have to share the output folder and have Standpoint installed: shards and model lie below the folder
    while the job runs.
    """

    def __init__(self, address: str | None = None) -> None:
        """Use the cluster at `address`; None: one that is started on this machine and ends with the job."""
        self._address = address

    def run(self, task: Task, shards: Iterable[Shard]) -> Iterator[Receipt]:
        """Spool the shards, then yield a receipt for each as soon as its files are in place, in any order.

        Raises:
            StandpointError: a shard cannot be scored, or the cluster cannot be reached.
        """
        spool = Path(task.folder) / _SPOOL
        shutil.rmtree(spool, ignore_errors=True)
        try:
            paths = [_spooled(shard, spool) for shard in shards]
            if not paths:
                return
            shutil.copytree(task.model_folder, spool / _MODEL)
            task = _with_runtime(replace(task, model_folder=str(spool / _MODEL)))
            with _connected(self._address):
                yield from _receipts(task, paths)
        except OSError as error:
            raise OutputError(f"{spool}: cannot be written ({error.strerror}). Mend that and run again.") from error
        finally:
            shutil.rmtree(spool, ignore_errors=True)


class _Actor:
    """Scores shards in a process of the cluster; the model is loaded once."""

    def __init__(self, task: Mapping[str, Any]) -> None:
        self._scorer: ShardScorer | None = None
        self._task = task_from_json(task)

    def __call__(self, batch: Mapping[str, Any]) -> dict[str, list[str]]:
        """Score the shard at the batch's one path; answer with its receipt, or with an error, in JSON."""
        try:
            self._scorer = self._scorer or ShardScorer(self._task)
            shard = shard_from_json(json.loads(Path(str(batch["path"][0])).read_bytes()))
            answer = self._scorer.score(shard).to_json()
        except Exception as error:  # the command ends with it; Ray would try again
            answer = failure(error)
        return {"answer": [json.dumps(answer)]}


def _spooled(shard: Shard, spool: Path) -> str:
    path = spool / f"{shard.name}.json"
    write_jsonl(path, [shard.to_json()])
    return str(path)


def _with_runtime(task: Task) -> Task:
    """Return the task with the runtime that is quickest here, where an encoder has several and none is wanted."""
    if task.runtime is None and identify_model(Path(task.model_folder)).kind == "encoder":
        return replace(task, runtime=ShardScorer(task).model.runtime)
    return task


@contextmanager
def _connected(address: str | None) -> Iterator[None]:
    """Be connected to a cluster; nothing of what it says gets among what the command says."""
    os.environ.update(_QUIET)
    if address is not None:
        _check_reachable(address)
    here: dict[str, Any] = {"include_dashboard": False, "_node_ip_address": "127.0.0.1"}
    try:
        ray.init(
            address=address or "local",
            **({} if address else here),
            log_to_driver=False,
            logging_level=logging.ERROR,
            runtime_env={"env_vars": {**_QUIET, "OMP_NUM_THREADS": "1"}},
        )
    except (ConnectionError, RuntimeError, ValueError) as error:
        raise _no_cluster(address, error) from error
    try:
        yield
    finally:
        ray.shutdown()


def _check_reachable(address: str) -> None:
    """Try whether anybody listens at HOST:PORT; Ray itself would try for minutes."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if not (host and port.isdigit()):
        return
    try:
        with socket.create_connection((host, int(port)), timeout=_PATIENCE_SECONDS):
            return
    except OSError as error:
        raise _no_cluster(address, error) from error


def _no_cluster(address: str | None, error: Exception) -> StandpointError:
    return StandpointError(f"--ray-address {address}: no Ray cluster answers there ({error}). Check host and port.")


def _receipts(task: Task, paths: list[str]) -> Iterator[Receipt]:
    context = DataContext.get_current()
    context.enable_progress_bars = False
    logging.getLogger("ray.data").setLevel(logging.ERROR)
    resources: dict[str, float] = ray.cluster_resources()  # type: ignore[no-untyped-call]  # Ray's own
    n_actors = max(1, int(resources.get("CPU", 1)))
    answers = ray.data.from_items([{"path": path} for path in paths], override_num_blocks=len(paths)).map_batches(
        _Actor,
        fn_constructor_args=(task.to_json(),),
        batch_size=1,
        num_cpus=1,
        compute=ActorPoolStrategy(min_size=1, max_size=n_actors),
    )
    for row in answers.iter_rows():
        answer = json.loads(row["answer"])
        if "error" in answer:
            raise told(answer)
        yield receipt_from_json(answer)
