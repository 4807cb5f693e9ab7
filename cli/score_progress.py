"""Progress of scoring on the terminal: articles a second, time left, what was set aside; JSON for programs."""

import json
import time
from dataclasses import asdict
from types import TracebackType
from typing import Self

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn

from serving.batch.job import Progress as JobProgress
from serving.batch.shard import Counts

_SECONDS_BETWEEN = 1.0
_LONG_HOURS = 2.0
_SURE_AFTER_SECONDS = 60.0


class ScoreTeller:
    """Shows how far a job is: a bar where somebody watches, JSON lines on standard error for programs."""

    def __init__(self, console: Console, *, as_json: bool = False) -> None:
        self._console, self._as_json = console, as_json
        columns = (SpinnerColumn(), BarColumn(), TaskProgressColumn(), TextColumn("{task.description}"))
        shown = console.is_terminal and not console.quiet
        self._bar = Progress(*columns, TimeElapsedColumn(), console=console, transient=True, disable=not shown)
        self._task = self._bar.add_task("reading", total=None)
        self._started = self._told = time.monotonic()
        self._share_before: float | None = None
        self._counts = Counts()
        self._advised = False

    def __enter__(self) -> Self:
        """Begin to show."""
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop, and clear the line."""
        self._bar.stop()

    def __call__(self, progress: JobProgress) -> None:
        """Show how far the job is now."""
        now = time.monotonic()
        self._counts = progress.counts
        rate = progress.fresh.n_read / max(now - self._started, 1e-9)
        left = self._seconds_left(progress, now)
        self._bar.update(
            self._task,
            description=_description(progress, rate, left),
            completed=progress.share or 0.0,
            total=None if progress.share is None else 1.0,
        )
        if self._as_json and now - self._told >= _SECONDS_BETWEEN:
            self._told = now
            value = {"counts": asdict(progress.counts), "share": progress.share, "articles_per_second": round(rate, 1)}
            typer.echo(json.dumps({**value, "seconds_left": left and round(left)}), err=True)
        self._advise(left, rate, now)

    def tell_interrupted(self) -> None:
        """Say what is kept of a job that was stopped."""
        kept = f"{self._counts.n_read:,} records are done and kept"
        self._console.print(f"stopped: {kept}. Run the same command again to go on.", highlight=False)

    def _seconds_left(self, progress: JobProgress, now: float) -> float | None:
        """Return how long what is left takes, if it takes as long as what this command has done so far."""
        if progress.share is None or not progress.fresh.n_read:
            self._share_before = progress.share
            return None
        done = progress.share - (self._share_before or 0.0)
        return (1 - progress.share) * (now - self._started) / done if done > 0 else None

    def _advise(self, left: float | None, rate: float, now: float) -> None:
        """Say once, where there is a long way to go, that a cluster would pay."""
        if self._advised or left is None or now - self._started < _SURE_AFTER_SECONDS or left < _LONG_HOURS * 3600:
            return
        self._advised = True
        advice = f"about {left / 3600:.0f} h to go at {rate:.0f} articles/s. A cluster of N such machines takes about "
        self._console.print(
            f"{advice}1/N of that: --engine ray --ray-address ADDRESS (docs/scale.md).", highlight=False
        )


def _description(progress: JobProgress, rate: float, left: float | None) -> str:
    counts = progress.counts
    parts = [f"{counts.scored + counts.copies:,} articles", f"{rate:,.0f}/s"]
    if left is not None:
        parts.append(f"{_clock(left)} left")
    if counts.rejected:
        parts.append(f"[yellow]{counts.rejected:,} set aside[/]")
    return ", ".join(parts)


def _clock(seconds: float) -> str:
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}"
