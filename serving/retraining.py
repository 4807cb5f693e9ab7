"""Retraining: annotations queue a run of the operator's command, one at a time and never in a request."""

import fcntl
import logging
import os
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Condition, Event, Thread
from typing import IO

from serving.request_log import LOGGER, log_failure
from serving.retraining_job import STOPPED, SUCCEEDED, RetrainingJob
from serving.retraining_state import JobResult, RetrainingState, read_state, write_state
from serving.secret_mask import SecretMask
from standpoint.errors import InputError

AGAIN_SECONDS = 5.0
"""How long to wait where another service's run holds the lock."""


@dataclass(frozen=True)
class RetrainingConfig:
    """What to run, and when: after so many annotations, or when none came for a while.

    `folder` holds the state and the lock that keeps runs of several services on this machine apart. After
    `timeout_seconds` a run is ended, and killed `stop_seconds` later.

    Raises:
        InputError: there is no such command, or a number is not positive.
    """

    command: tuple[str, ...]
    folder: Path
    after_annotations: int = 50
    quiet_seconds: float = 300.0
    timeout_seconds: float = 6 * 3600.0
    stop_seconds: float = 20.0

    def __post_init__(self) -> None:
        """Check what would otherwise fail only when the first annotation comes."""
        if not self.command or shutil.which(self.command[0]) is None:
            named = f"'{self.command[0]}' is no command that can be run" if self.command else "no command is given"
            raise InputError(f"retraining: {named}. Name one by its full path, as `standpoint label retrain ...`.")
        for name in ("after_annotations", "quiet_seconds", "timeout_seconds", "stop_seconds"):
            if not getattr(self, name) > 0:
                raise InputError(f"retraining: {name} is {getattr(self, name)}. It must be more than 0.")


@dataclass(frozen=True)
class RetrainingStatus:
    """How retraining is: its state, when the queued run begins at the latest, what the one under way writes."""

    state: RetrainingState
    due: datetime | None
    output: tuple[str, ...]


class Retraining:
    """Runs the command when annotations have come, in a thread that watches over it.

    Whatever becomes of a run, the model in service stays until the registry has a better one. What is queued or under
    way is in a file, so that another service goes on from there; a run that failed is not tried again until somebody
    annotates or orders it. All methods may be called from any thread and return at once, but `stop`.
    """

    def __init__(self, config: RetrainingConfig, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        """Take up what an earlier service left in the folder.

        Raises:
            InputError: the folder cannot be written.
        """
        self._config, self._clock = config, clock
        self._file = config.folder / "retraining.json"
        self._mask = SecretMask(os.environ)
        self._state = read_state(self._file, now=clock())
        write_state(self._file, self._state)
        self._changed = Condition()
        self._stop = Event()
        self._quiet_since = self._not_before = time.monotonic()
        self._job: RetrainingJob | None = None
        self._thread: Thread | None = None

    @property
    def is_queued(self) -> bool:
        """Whether a run will begin."""
        return self._state.is_queued

    def hint(self) -> None:
        """Count an annotation that was made, changed or deleted."""
        with self._changed:
            self._state = replace(self._state, n_hints=self._state.n_hints + 1)
            self._quiet_since = time.monotonic()
            self._changed.notify()

    def order(self) -> None:
        """Ask for a run at once; where one is under way, for another one after it."""
        with self._changed:
            self._state = replace(self._state, is_ordered=True)
            self._changed.notify()

    def status(self) -> RetrainingStatus:
        """Return how it is."""
        with self._changed:
            state, job, seconds = self._state, self._job, self._seconds_left()
        due = None if seconds is None or state.running else self._clock() + timedelta(seconds=max(0.0, seconds))
        return RetrainingStatus(state, due, job.output if job else ())

    def start(self, *, then: Callable[[], object] = lambda: None) -> None:
        """Begin to run what is queued, in a thread; `then` is called after each run that succeeded."""
        self._thread = Thread(target=self._work, args=(then,), name="retraining", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the run under way, which stays queued, and wait for that."""
        self._stop.set()
        with self._changed:
            self._changed.notify()
        if self._thread is not None:
            self._thread.join()

    def _work(self, then: Callable[[], object]) -> None:
        while self._wait_until_due():
            try:
                self._run_once(then)
            except Exception as error:  # whatever it is, annotators go on, and so must this thread
                log_failure(error)
                self._not_before = time.monotonic() + AGAIN_SECONDS
        self._save()

    def _wait_until_due(self) -> bool:
        """Wait for the next run, keeping the file in step; say whether there is one, or it is time to stop."""
        saved: RetrainingState | None = None
        while not self._stop.is_set():
            with self._changed:
                seconds = self._seconds_left()
                if seconds is not None and seconds <= 0:
                    return True
                if saved == self._state:
                    self._changed.wait(seconds)
                    continue
            saved = self._save()
        return False

    def _seconds_left(self) -> float | None:
        """Return how long until a run may begin, None where none is queued."""
        if not self._state.is_queued:
            return None
        is_due = self._state.is_ordered or self._state.n_hints >= self._config.after_annotations
        begin = self._not_before if is_due else self._quiet_since + self._config.quiet_seconds
        return max(begin, self._not_before) - time.monotonic()

    def _run_once(self, then: Callable[[], object]) -> None:
        lock = _locked(self._config.folder / "retraining.lock")
        if lock is None:
            self._not_before = time.monotonic() + AGAIN_SECONDS
            return
        with lock:
            result = self._result(lock)
        found = {"outcome": result.outcome, "exit_code": result.exit_code}
        logging.getLogger(LOGGER).info("retraining ended", extra={"fields": found})
        if result.outcome == SUCCEEDED:
            then()

    def _result(self, lock: IO[bytes]) -> JobResult:
        """Run the command with the file in step before and after."""
        started = self._clock()
        job = RetrainingJob(self._config.command, shown=self._mask.masked)
        with self._changed:
            before = self._state
            self._job, self._state = job, RetrainingState(running=started, last=before.last)
        self._save()
        logging.getLogger(LOGGER).info("retraining began", extra={"fields": {"annotations": before.n_hints}})
        config = self._config
        outcome, code = job.run(lock, timeout=config.timeout_seconds, stop=self._stop, patience=config.stop_seconds)
        result = JobResult(outcome, started, self._clock(), code, job.output)
        with self._changed:
            is_ordered = self._state.is_ordered or outcome == STOPPED
            self._job, self._state = None, replace(self._state, running=None, last=result, is_ordered=is_ordered)
        self._save()
        return result

    def _save(self) -> RetrainingState:
        state = self._state
        try:
            write_state(self._file, state)
        except InputError as error:  # a full disk must not end the queue
            log_failure(error)
        return state


def _locked(path: Path) -> IO[bytes] | None:
    """Return the file, locked as long as anybody holds it open; None where somebody else does."""
    file = path.open("ab")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return file
