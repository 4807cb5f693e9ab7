"""Load on an HTTP server by wrk: so many connections, each asking again as soon as it is answered."""

import json
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from standpoint.errors import StandpointError

_SCRIPT = Path(__file__).with_name("load.lua")


@dataclass(frozen=True)
class Load:
    """What is asked of a server: where, the bodies to send in turn, how many connections, and for how long."""

    url: str
    bodies: Sequence[str]
    n_connections: int = 32
    seconds: float = 10.0
    read_answers: bool = False
    """Whether to count the answers by the model that signed them, which costs the load some of its speed."""


@dataclass(frozen=True)
class Outcome:
    """What came back; `n_wrong_status` counts answers that are errors, `n_broken` connections that gave none."""

    seconds: float
    n_requests: int
    n_wrong_status: int
    n_broken: int
    p50_ms: float
    p99_ms: float
    max_ms: float
    models: dict[str, int] = field(default_factory=dict)

    @property
    def per_second(self) -> float:
        """Requests answered a second."""
        return self.n_requests / self.seconds

    @property
    def n_failed(self) -> int:
        """Requests that got no good answer."""
        return self.n_wrong_status + self.n_broken


def put_load(load: Load) -> Outcome:
    """Put load on a server until its time is over.

    Raises:
        StandpointError: wrk is missing, or failed.
    """
    with under_load(load) as running:
        return running.outcome()


@contextmanager
def under_load(load: Load) -> "Iterator[RunningLoad]":
    """Put load on a server meanwhile.

    Raises:
        StandpointError: wrk is missing, or failed.
    """
    executable = shutil.which("wrk")
    if executable is None:
        raise StandpointError("wrk is missing, which puts load on the server: `apt-get install wrk` brings it.")
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as bodies:
        bodies.write("\n".join(load.bodies))
        bodies.flush()
        options = ("-t1", f"-c{load.n_connections}", f"-d{load.seconds:.0f}s", "--timeout", "30s", "-s", str(_SCRIPT))
        environment = {**os.environ, "BODIES": bodies.name} | ({"LABELS": "1"} if load.read_answers else {})
        command = [executable, *options, load.url]
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment, text=True
        ) as process:
            try:
                yield RunningLoad(process)
            finally:
                process.kill()


class RunningLoad:
    """A load that is being put on a server."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def end(self) -> None:
        """Let it end before its time."""
        self._process.send_signal(signal.SIGINT)

    def outcome(self) -> Outcome:
        """Wait until it ends; return what came back.

        Raises:
            StandpointError: wrk failed.
        """
        said, _ = self._process.communicate()
        last = said.rstrip().rpartition("\n")[2]
        if self._process.returncode or not last.startswith("{"):
            raise StandpointError(f"wrk failed: {said[-500:]}")
        return Outcome(**json.loads(last))
