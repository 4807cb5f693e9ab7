"""A process that has shards scored by Ray: reads a job from standard input, writes receipts to standard output.

Messages are framed as those of `serving/model_process.py`. The job is a task, a spool, an address and how many
processes score at most. The first answer says that the cluster let us in; then an answer is a receipt, or an error,
which is the last one, or empty where all went well.
"""

import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]  # pyarrow ships no types
import ray
import ray.data
from ray.data import ActorPoolStrategy, DataContext, Dataset, Datasource
from ray.data.block import BlockMetadata
from ray.data.datasource import ReadTask
from ray.exceptions import RayError
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from models.processors import n_processors
from serving.batch.ray_actor import ShardActor
from serving.batch.spool import arrivals
from serving.model_process import answers_pipe, failure, framed, next_message
from standpoint.errors import ModelError, StandpointError

_OBJECT_STORE_BYTES = 100_000_000
"""What a cluster of one job takes; only places and receipts go through it."""

_PATIENCE_SECONDS = 10
"""How long Ray may take to end what it started."""


def main() -> None:
    """Answer one job, and end at once where the command that started this is gone."""
    answers = answers_pipe()
    job = next_message(sys.stdin.buffer)
    if job is None:
        return
    Thread(target=_end_with_command, daemon=True).start()
    os.chdir(job["spool"])  # workers import from the current folder, where anything may lie
    for answer in _answered(job):
        answers.write(framed(answer))
        answers.flush()


def _end_with_command() -> None:
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)  # Ray has it end the cluster that it started
    time.sleep(_PATIENCE_SECONDS)
    os._exit(1)


def _answered(job: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the answers, down to the last one."""
    try:
        with _connected(job["address"], job["n_workers"]):
            yield {"ray": ray.__version__}
            batches = _scored(job).iter_batches(batch_size=None, prefetch_batches=0)  # ahead, they would come late
            yield from (json.loads(answer) for batch in batches for answer in batch["answer"])
        yield {}
    except RayError as error:
        yield failure(
            ModelError(f"the cluster cannot score ({_cause(error)}). Install the same Standpoint and Ray on it.")
        )
    except Exception as error:  # it is told to the command, which ends
        yield failure(error)


@contextmanager
def _connected(address: str | None, n_workers: int | None) -> Iterator[None]:
    try:
        if address is None:
            ray.init(
                address="local",
                num_cpus=n_workers or n_processors(),
                object_store_memory=_OBJECT_STORE_BYTES,
                include_dashboard=False,
                log_to_driver=False,
            )
        else:
            ray.init(address=address, log_to_driver=False)
    except (ConnectionError, RuntimeError, ValueError) as error:
        raise _no_cluster(address, error) from error
    try:
        yield
    finally:
        ray.shutdown()


def _no_cluster(address: str | None, error: Exception) -> StandpointError:
    if address is None:
        return StandpointError(f"Ray cannot be started here ({error}). Mend that, or use --engine local.")
    return StandpointError(
        f"--ray-address {address}: no Ray cluster lets this command in ({error}). Check host and port; where the "
        "cluster asks for a token, set RAY_AUTH_MODE=token."
    )


def _scored(job: dict[str, Any]) -> Dataset:
    """Return the answers to the shards of a spool; they are made when they are asked for."""
    context = DataContext.get_current()
    context.enable_progress_bars = False
    context.target_max_block_size = 1  # each row is a block, which goes on as soon as it is there
    places = ray.data.read_datasource(
        _Places(Path(job["spool"])),
        override_num_blocks=1,
        num_cpus=0,
        ray_remote_args={"scheduling_strategy": _this_machine()},
    )
    n_actors = job["n_workers"] or _n_processors()
    pool = ActorPoolStrategy(min_size=1, max_size=n_actors)
    answers: Dataset = places.map_batches(
        ShardActor, fn_constructor_args=(job["task"],), batch_size=1, num_cpus=1, compute=pool
    )
    return answers


class _Places(Datasource):
    """The places of shards as they are put into a spool."""

    def __init__(self, spool: Path) -> None:
        self._spool = spool

    def estimate_inmemory_data_size(self) -> int | None:
        """Say that the size is not known."""
        return None

    def get_read_tasks(self, parallelism: int, *_: object, **__: object) -> list[ReadTask]:
        """Return one task, which goes on until the spool is ended."""
        spool = self._spool
        unknown = BlockMetadata(num_rows=None, size_bytes=None, exec_stats=None, input_files=None)
        return [ReadTask(lambda: (pa.table({"place": [str(place)]}) for place in arrivals(spool)), unknown)]


def _this_machine() -> NodeAffinitySchedulingStrategy:
    """Return that a task runs here: another machine may see what is new in a shared folder half a minute later."""
    return NodeAffinitySchedulingStrategy(ray.get_runtime_context().get_node_id(), soft=False)


def _n_processors() -> int:
    resources: dict[str, float] = ray.cluster_resources()  # type: ignore[no-untyped-call]  # Ray's own
    return max(1, int(resources.get("CPU", 1)))


def _cause(error: RayError) -> str:
    """Return the last line of what Ray says, which is the first error of all."""
    lines = str(error).strip().splitlines()
    return lines[-1] if lines else type(error).__name__


if __name__ == "__main__":
    main()
