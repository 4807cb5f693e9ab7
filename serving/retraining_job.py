"""The retraining job: one run of the operator's command, in a process group of its own."""

import os
import signal
import subprocess
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from threading import Event, Thread
from typing import IO

SUCCEEDED = "succeeded"
FAILED = "failed"
TIMED_OUT = "timed out"
STOPPED = "stopped"

_LINES = 40
_LONGEST_LINE = 400
_READ_BYTES = 65_536
_LOOK_SECONDS = 0.1
_NICENESS = 10


class RetrainingJob:
    """One run of a command; `output` may be read from any thread while it runs."""

    def __init__(self, command: Sequence[str], *, shown: Callable[[str], str]) -> None:
        """Take the command; `shown` makes a line of its output fit to be shown."""
        self._command = list(command)
        self._shown = shown
        self._lines: deque[str] = deque(maxlen=_LINES)

    @property
    def output(self) -> tuple[str, ...]:
        """The last lines that the command wrote."""
        return tuple(self._lines)

    def run(self, lock: IO[bytes], *, timeout: float, stop: Event, patience: float) -> tuple[str, int | None]:
        """Run the command to its end; return how it ended, and its exit code (None where it never began).

        Args:
            lock: an open file that stays open as long as the command runs, whoever started it.
            timeout: seconds after which it is ended.
            stop: ends it when set.
            patience: seconds between asking its processes to end and killing them.
        """
        try:
            process = subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=(lock.fileno(),),
            )
        except OSError as error:
            self._add(f"{self._command[0]}: cannot be run ({error.strerror})".encode())
            return FAILED, None
        with process:
            return self._watched(process, timeout=timeout, stop=stop, patience=patience)

    def _watched(
        self, process: "subprocess.Popen[bytes]", *, timeout: float, stop: Event, patience: float
    ) -> tuple[str, int | None]:
        with suppress(OSError):  # it may be over already
            os.setpriority(os.PRIO_PGRP, process.pid, _NICENESS)
        reader = Thread(target=self._read, args=(process.stdout,), name="retraining-output", daemon=True)
        reader.start()
        end = time.monotonic() + timeout
        while process.poll() is None and time.monotonic() < end and not stop.wait(_LOOK_SECONDS):
            pass
        outcome = None if process.poll() is not None else STOPPED if stop.is_set() else TIMED_OUT
        if outcome is not None:
            _signal(process.pid, signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                process.wait(patience)
        _signal(process.pid, signal.SIGKILL)  # and whatever it left behind
        code = process.wait()
        reader.join(1.0)
        return outcome or (SUCCEEDED if code == 0 else FAILED), code

    def _read(self, stream: IO[bytes]) -> None:
        while line := stream.readline(_READ_BYTES):
            self._add(line)

    def _add(self, line: bytes) -> None:
        text = "".join(letter for letter in line.decode(errors="replace") if letter.isprintable())
        self._lines.append(self._shown(text)[:_LONGEST_LINE])


def _signal(group: int, number: int) -> None:
    with suppress(ProcessLookupError, PermissionError):  # PermissionError: only zombies are left, on some systems
        os.killpg(group, number)
