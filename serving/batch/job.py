"""The job: scores what is read into an output folder, each article exactly once, and goes on where it was stopped."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from corpus.outcome import Placed, Rejected
from serving.batch.cutting import cut
from serving.batch.engines import Engine
from serving.batch.manifest import Run
from serving.batch.output import Output
from serving.batch.scorer import Task
from serving.batch.seen import SeenArticles
from serving.batch.shard import Counts, Receipt, Shard
from standpoint.errors import OtherJobError


class Readable(Protocol):
    """Records one after the other, and which share of all of them was given so far, 0 to 1, where that is known."""

    def __iter__(self) -> Iterator[Placed | Rejected]:
        """Read from the start; the same records come in the same order each time."""

    @property
    def share(self) -> float | None:
        """Say which share of the input is read; None where that is not known."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is: what became of the records so far, those of earlier commands included.

    `fresh` is what this command did; `share` is that of the input which is done, 0 to 1, None where that is not known.
    """

    counts: Counts
    fresh: Counts
    share: float | None


@dataclass(frozen=True, slots=True)
class Summary:
    """What a command did: the counts of all of the run, and of what was fresh in it, in `n_shards` shards."""

    run: int
    counts: Counts
    fresh: Counts
    n_shards: int
    runtime: str | None


Watch = Callable[[Progress], None]


class Job:
    """Scores records into an output.

    With `only_new` everything that the output holds is passed over, and what is left is another run. Without it, the
    input is that of the output's last run: finished shards are passed over, and what is not finished is done.
    """

    def __init__(self, output: Output, engine: Engine, *, only_new: bool = False, strict: bool = False) -> None:
        self._output = output
        self._engine = engine
        self._only_new = only_new
        self._strict = strict

    def run(
        self,
        records: Readable,
        task: Task,
        *,
        now: Callable[[], datetime],
        watch: Watch = lambda progress: None,
    ) -> Summary:
        """Score what is not done yet.

        Raises:
            OtherJobError: the output's last run had another input.
            OutputError: the output cannot be written.
            RecordError: the job is strict, and a record is no article.
            StandpointError: the input cannot be read, or a shard cannot be scored.
        """
        manifest = self._output.manifest
        last = manifest.runs[-1] if manifest.runs and not self._only_new else None
        number = last.number if last else len(manifest.runs) + 1
        course = _Course(last or Run(number), str(self._output.folder), records, watch)
        with SeenArticles() as seen:
            self._output.fill(seen, n_runs=number - 1)
            size = self._output.header.shard_articles
            shards = cut(records, seen, run=number, shard_articles=size, strict=self._strict)
            for receipt in self._engine.run(task, course.unfinished(shards)):
                if len(manifest.runs) < number:
                    manifest.add_run(now())
                manifest.add_receipt(receipt)
                course.finish(receipt)
        course.check_whole()
        if len(manifest.runs) == number and not manifest.runs[-1].is_ended:
            manifest.end_run(now())
        self._output.gather_rejected()
        return course.summary()


class _Course:
    """What of a run was met, was finished before, and was finished now."""

    def __init__(self, run: Run, folder: str, records: Readable, watch: Watch) -> None:
        self._run, self._folder = run, folder
        self._before = dict(run.receipts)
        self._records, self._watch = records, watch
        self._met: set[int] = set()
        self._old, self._fresh = Counts(), Counts()
        self._n_shards = 0
        self._runtime: str | None = None

    def unfinished(self, shards: Iterable[Shard]) -> Iterator[Shard]:
        """Yield the shards that are not recorded yet.

        Raises:
            OtherJobError: one that is recorded had other records, or the run had ended without one.
        """
        for shard in shards:
            if not shard.n_records:
                self._old += shard.passed_over
                self._tell()
                continue
            receipt = self._before.get(shard.number)
            if receipt is None and self._run.is_ended:
                raise self._other_input()
            if receipt is not None and receipt.digest != shard.digest:
                raise self._other_input()
            self._met.add(shard.number)
            if receipt is None:
                yield shard
                continue
            self._old += receipt.counts
            self._tell()

    def finish(self, receipt: Receipt) -> None:
        """Take note of a shard that was finished now."""
        self._fresh += receipt.counts
        self._n_shards += 1
        self._runtime = receipt.runtime
        self._tell()

    def check_whole(self) -> None:
        """Compare what was met with what was recorded before.

        Raises:
            OtherJobError: the input is shorter than it was.
        """
        if self._before.keys() - self._met:
            raise self._other_input()

    def summary(self) -> Summary:
        """Return what was done."""
        return Summary(self._run.number, self._old + self._fresh, self._fresh, self._n_shards, self._runtime)

    def _tell(self) -> None:
        self._watch(Progress(self._old + self._fresh, self._fresh, self._records.share))

    def _other_input(self) -> OtherJobError:
        return OtherJobError(
            f"{self._folder}: its last run had other articles than those that are given now. With --since-manifest "
            "only what is not there yet is scored; or score into another folder."
        )
