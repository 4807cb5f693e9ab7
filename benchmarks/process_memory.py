"""Memory of a process and of all that it started, while it runs (Linux)."""

import threading
from pathlib import Path
from types import TracebackType
from typing import Self


def family(pid: int) -> list[int]:
    """Return a process and all that it started, from whichever of its threads, the youngest first."""
    children = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children += task.read_text(encoding="ascii").split()
        except OSError:  # the thread has ended meanwhile
            continue
    found = [descendant for child in children for descendant in family(int(child))]
    return [*found, pid] if Path(f"/proc/{pid}").exists() else found


def proportional_mb(pid: int) -> float:
    """Return the memory of a process in MB, pages that it shares counted in part (proportional set size)."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:"))


class PeakWatch:
    """Looks twice a second at the memory of a process with all it started; `peak_mb` is the largest sum."""

    def __init__(self, pid: int, *, every: float = 0.5) -> None:
        self.peak_mb = 0.0
        self._pid, self._every = pid, every
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        """Begin to look."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Look no more."""
        self._is_over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._is_over.wait(self._every):
            self.peak_mb = max(self.peak_mb, self._now())

    def _now(self) -> float:
        total = 0.0
        for pid in family(self._pid):
            try:
                total += proportional_mb(pid)
            except (OSError, StopIteration):  # it has ended meanwhile
                continue
        return round(total, 1)
