"""Articles scored to a folder or a file: which engine, what is shown meanwhile, and what is told at the end."""

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

import typer
from rich.console import Console
from rich.text import Text

from cli.rejected_file import rejected_path
from cli.score_page import MOST_TOLD, exit_code, no_article, tell_rejected
from cli.score_progress import ScoreTeller
from cli.visible import visible
from corpus.outcome import Rejected
from corpus.reading import Reading
from models.folder import identify_model
from models.processors import n_processors
from serving.batch.engines import Engine, ThisMachine
from serving.batch.following import Following
from serving.batch.job import Job, Summary
from serving.batch.manifest import Header
from serving.batch.output import REJECTED, Output, opened_output
from serving.batch.pace import pace_of
from serving.batch.ray_engine import RayEngine
from serving.batch.scorer import Task
from serving.batch.shard import Counts
from serving.batch.tables import layout_of
from serving.registry import FetchedModel
from standpoint.errors import OtherJobError, OutputError
from standpoint.jsonl import read_jsonl

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Machines:
    """Who scores: so many processes (None: one a processor) of this machine, or a Ray cluster."""

    n_workers: int | None
    engine: str
    ray_address: str | None


@dataclass(frozen=True, slots=True)
class Watching:
    """Whether only what is new is scored, and in which folder that is looked for again and again."""

    since_manifest: bool
    folder: Path | None
    every: float

    @property
    def only_new(self) -> bool:
        """Whether what the output holds is passed over."""
        return self.since_manifest or self.folder is not None


@dataclass(frozen=True, slots=True)
class BatchOptions:
    """How articles are scored to a place, as the command's options have it; None: as suits the model."""

    layout: str
    evidence: bool
    strict: bool
    shard_articles: int | None
    as_json: bool
    machines: Machines
    watching: Watching


def score_to(
    console: Console, out: Path, inputs: Sequence[str], found: FetchedModel, options: BatchOptions, *, now: Clock
) -> int:
    """Score articles to a folder or a file; return the exit code.

    Raises:
        OutputError: the place cannot be written, or holds what something else made.
        StandpointError: the input cannot be read, or the model cannot be used.
    """
    work = _Work(console, found, options, now)
    layout = layout_of(out)
    if layout is None:
        if options.watching.folder is not None:
            return work.watch(out, options.watching.folder)
        return work.score(out, Reading(inputs))
    if options.watching.only_new:
        raise OutputError(f"{out}: is a file. --since-manifest and --follow need a folder, which keeps a manifest.")
    return work.score_file(out, Reading(inputs), layout)


class _Work:
    """One command's work."""

    def __init__(self, console: Console, found: FetchedModel, options: BatchOptions, now: Clock) -> None:
        self._console, self._found, self._options, self._now = console, found, options, now
        self._model, self._version = identify_model(found.folder), found.version
        self._pace = pace_of(self._model.kind)

    def score(self, folder: Path, reading: Reading) -> int:
        with opened_output(folder, self._header(self._options.layout)) as output:
            summary = self._run(output, reading)
        return self._end(summary, str(folder), folder / REJECTED)

    def score_file(self, out: Path, reading: Reading, layout: str) -> int:
        parts, kept = out.with_name(f".{out.name}.parts"), rejected_path(out)
        try:
            try:
                summary = self._run_parts(parts, reading, layout, out, kept)
            except OtherJobError:  # parts of another input or model, which nobody asked to keep
                shutil.rmtree(parts)
                summary = self._run_parts(parts, reading, layout, out, kept)
        except OutputError as error:
            raise OutputError(str(error).replace(str(parts), str(out))) from error
        return self._end(summary, str(out), kept)

    def _run_parts(self, parts: Path, reading: Reading, layout: str, out: Path, kept: Path) -> Summary:
        with opened_output(parts, self._header(layout)) as output:
            summary = self._run(output, reading)
            output.move_to(out, kept)
            return summary

    def watch(self, folder: Path, watched: Path) -> int:
        following = Following(watched, every=self._options.watching.every)
        for files in following.rounds():
            with opened_output(folder, self._header(self._options.layout)) as output:
                summary = self._run(output, Reading(files))
            if summary.n_shards:
                self._end(summary, str(folder), folder / REJECTED)
        return 0

    def _run(self, output: Output, reading: Reading) -> Summary:
        job = Job(output, self._engine(), only_new=self._options.watching.only_new, strict=self._options.strict)
        task = Task(
            folder=str(output.folder.resolve()),
            model_folder=str(self._found.folder.resolve()),
            version=self._version,
            layout=output.header.layout,
            evidence=self._options.evidence,
            n_threads=self._n_threads(),
            runtime=output.manifest.runtime,
            strict=self._options.strict,
        )
        with ScoreTeller(self._console, as_json=self._options.as_json) as teller:
            try:
                summary = job.run(reading, task, now=self._now, watch=teller)
            except KeyboardInterrupt:
                teller.tell_interrupted()
                raise
        if not summary.counts.n_read and self._options.watching.folder is None:
            raise no_article(reading)
        return summary

    def _header(self, layout: str) -> Header:
        return Header(
            model=self._version,
            model_digest=self._model.digest,
            codebook=self._model.codebook.reference,
            layout=layout,
            evidence=self._options.evidence,
            shard_articles=self._options.shard_articles or self._pace.shard_articles,
        )

    def _engine(self) -> Engine:
        if self._options.machines.engine == "ray":
            machines = self._options.machines
            return RayEngine(machines.ray_address, machines.n_workers)
        return ThisMachine(self._n_workers())

    def _n_workers(self) -> int:
        most = self._pace.most_processes or n_processors()
        return self._options.machines.n_workers or min(most, n_processors())

    def _n_threads(self) -> int:
        return max(1, n_processors() // self._n_workers())

    def _end(self, summary: Summary, place: str, rejected: Path) -> int:
        """Tell what was done; return the exit code."""
        if self._options.as_json:
            value = {"out": place, "model": self._version, "run": summary.run, "shards": summary.n_shards}
            typer.echo(json.dumps({**value, "counts": asdict(summary.counts), "fresh": asdict(summary.fresh)}))
        else:
            self._console.print(Text(visible(_sentence(summary, place, self._version))), soft_wrap=True)
        n_rejected = summary.counts.rejected
        if n_rejected and not self._options.as_json:
            tell_rejected(self._console, _first_rejected(rejected, n_rejected), n_rejected)
        return exit_code(summary.counts.n_read - n_rejected, n_rejected)


def _first_rejected(path: Path, n_last: int) -> list[Rejected]:
    """Return the first few of the last `n_last` set aside; a folder's list begins with those of earlier runs."""
    with path.open("rb") as file:
        n_before = sum(1 for _ in file) - n_last
    records = read_jsonl(path, lambda value: Rejected(value["place"], value["reason"]))
    return list(islice(records, n_before, n_before + MOST_TOLD))


def _sentence(summary: Summary, place: str, version: str) -> str:
    """Say what was done in one line."""
    if not summary.n_shards:
        return f"{place}: nothing to do, all {summary.counts.n_read:,} records are there already, scored by {version}"
    others = "".join(f", {part}" for part in _parts(summary.counts))
    return f"{place}: {summary.counts.scored:,} articles scored by {version}{others}"


def _parts(counts: Counts) -> list[str]:
    words = {
        "copies": "copies of their texts",
        "repeated": "repeated",
        "known": "there before",
        "changed": "of them changed since",
        "rejected": "set aside",
    }
    return [f"{getattr(counts, name):,} {word}" for name, word in words.items() if getattr(counts, name)]
