"""The Ray engine: has the shards of a job scored on a cluster, as many at a time as it has processors."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from queue import Empty, SimpleQueue
from secrets import token_hex
from threading import Thread
from typing import IO, Any

from serving.batch.engines import told
from serving.batch.scorer import ShardScorer, Task
from serving.batch.shard import Receipt, Shard, receipt_from_json
from serving.batch.spool import Spool
from serving.model_process import framed, next_message
from standpoint.errors import InputError, ModelError, StandpointError

_COMMAND = ("-P", "-m", "serving.batch.ray_driver")  # -P: the current folder may hold a `serving` of its own
_SPOOL = ".spool"
_MOST_WAITING = 256
"""Shards that lie in the spool at a time: two for each of a hundred processors."""
_PATIENCE_SECONDS = 10
_ENTRY_SECONDS = 60
"""How long a cluster may take to let us in; on a busy one it takes some seconds."""
_SETTINGS = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
    "OMP_NUM_THREADS": "1",
}


class RayEngine:
    """Scores shards on a Ray cluster; what a worker or a machine that dies had in hand is scored again.

    All machines have to share the output folder and have Standpoint installed: shards and model lie below the folder
    while the job runs. A process of its own speaks to Ray, which prints what it likes and takes over signals.
    """

    def __init__(self, address: str | None = None, n_workers: int | None = None) -> None:
        """Use the cluster at `address`; None: one that is started on this machine and ends with the job.

        `n_workers` is how many processes score at most; None: one a processor of the cluster.

        Raises:
            InputError: Ray is not installed.
        """
        if find_spec("ray") is None:
            raise InputError("--engine ray needs ray. Install it: pip install 'standpoint[scale]'.")
        self._address = address
        self._n_workers = n_workers

    def run(self, task: Task, shards: Iterable[Shard]) -> Iterator[Receipt]:
        """Spool shards while there is room, and yield a receipt for each as soon as its files are in place.

        Raises:
            ModelError: a shard killed its process several times, or a machine of the cluster lacks Standpoint.
            OutputError: the output folder cannot be written, or a machine does not share it.
            StandpointError: a shard cannot be scored, or the cluster cannot be reached.
        """
        shards = iter(shards)
        first = next(shards, None)
        if first is None:
            return
        _check_reachable(self._address)
        spool = Spool(Path(task.folder).resolve() / _SPOOL)
        try:
            spool.put(first)
            job = {"task": _prepared(task, spool).to_json(), "spool": str(spool.folder)}
            with _driver(job | {"address": self._address, "n_workers": self._n_workers}) as answers:
                _await_cluster(answers, self._address)
                yield from _receipts(answers, spool, shards)
        finally:
            spool.remove()


class _Answers:
    """What comes out of a pipe; a thread reads it, so that the command can go on meanwhile."""

    def __init__(self, pipe: IO[bytes]) -> None:
        self._pipe = pipe
        self._queue: SimpleQueue[dict[str, Any] | None] = SimpleQueue()
        Thread(target=self._read, name="answers", daemon=True).start()

    def is_one_there(self) -> bool:
        """Say whether there is one without waiting."""
        return not self._queue.empty()

    def next(self, *, within: float | None = None) -> dict[str, Any]:
        """Wait for an answer, for so many seconds at most; the empty one is the last.

        Raises:
            StandpointError: it is an error.
            ModelError: none can come any more.
            Empty: none has come.
        """
        answer = self._queue.get(timeout=within)
        if answer is None:
            raise ModelError("the process that speaks to Ray died. Run the same command again.")
        if "error" in answer:
            raise told(answer)
        return answer

    def _read(self) -> None:
        answer: dict[str, Any] | None = {}
        while answer is not None:
            answer = next_message(self._pipe)
            self._queue.put(answer)


def _await_cluster(answers: _Answers, address: str | None) -> None:
    """Wait until the cluster has let us in; where something else listens, Ray would wait for many minutes."""
    try:
        answers.next(within=None if address is None else _ENTRY_SECONDS)
    except Empty:
        raise StandpointError(
            f"--ray-address {address}: what listens there does not answer like a Ray cluster. Check host and port."
        ) from None


def _receipts(answers: _Answers, spool: Spool, shards: Iterator[Shard]) -> Iterator[Receipt]:
    for shard in shards:
        spool.put(shard)
        while spool.n_waiting >= _MOST_WAITING or answers.is_one_there():
            yield from _done(answers.next(), spool)
    spool.end()
    while answer := answers.next():
        yield from _done(answer, spool)
    if spool.n_waiting:
        raise ModelError(f"Ray gave no answer to {spool.n_waiting} shards. Run the same command again.")


def _done(answer: Mapping[str, Any], spool: Spool) -> Iterator[Receipt]:
    receipt = receipt_from_json(answer)
    if spool.take_out(receipt):
        yield receipt


@contextmanager
def _driver(job: Mapping[str, Any]) -> Iterator[_Answers]:
    """Have a process speak to Ray, with a cluster of its own or another."""
    environment = {**os.environ, **_SETTINGS, **(_closed() if job["address"] is None else {})}
    pipe, nowhere = subprocess.PIPE, subprocess.DEVNULL
    process = subprocess.Popen([sys.executable, *_COMMAND], stdin=pipe, stdout=pipe, stderr=nowhere, env=environment)
    with process:
        try:
            if process.stdin is not None and process.stdout is not None:
                answers = _Answers(process.stdout)
                process.stdin.write(framed(dict(job)))
                process.stdin.flush()
                yield answers
        finally:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the process, which takes its cluster with it where it is its own."""
    process.terminate()
    try:
        process.wait(_PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()


def _closed() -> dict[str, str]:
    """Return settings that close a cluster to others: it listens on the loopback only, and asks for a token.

    On Linux it would listen everywhere, even with `_node_ip_address="127.0.0.1"`, and keep a token in the home folder.
    """
    return {
        "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",
        "RAY_AUTH_MODE": "token",
        "RAY_AUTH_TOKEN": token_hex(32),
    }


def _prepared(task: Task, spool: Spool) -> Task:
    """Return the task with the model in the spool, a thread a process, and the runtime that is quickest here.

    Only an encoder has several runtimes; one that is wanted stays.
    """
    task = replace(task, model_folder=str(spool.add_model(Path(task.model_folder))), n_threads=1)
    if task.needs_runtime:
        return replace(task, runtime=ShardScorer(task).model.runtime)
    return task


def _check_reachable(address: str | None) -> None:
    """Try whether anybody listens at HOST:PORT; Ray itself would try for minutes."""
    host, _, port = (address or "").rpartition(":")
    if not (host and port.isdigit()):
        return
    try:
        with socket.create_connection((host, int(port)), timeout=_PATIENCE_SECONDS):
            return
    except OSError as error:
        raise StandpointError(
            f"--ray-address {address}: no Ray cluster answers there ({error}). Check host and port."
        ) from error
