"""The scorer: scores a shard with one model and puts its files in place."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from corpus.outcome import Placed, Rejected
from models.folder import identify_model, load_model
from models.news_model import NewsModel
from serving.batch.cutting import rejection_key
from serving.batch.pace import BATCH_CHARACTERS, pace_of
from serving.batch.rows import Scored
from serving.batch.shard import Receipt, Shard, ShardRecords, text_hash
from serving.batch.tables import SUFFIXES, schema_of, tables_of, write_table
from serving.model_process import forget_garbage, give_back_memory
from standpoint.errors import InputError, OutputError, RecordError, StandpointError
from standpoint.jsonl import write_jsonl

PARTS = ".parts"
"""The folder below an output with what is no table: rejections and keys of each shard."""


@dataclass(frozen=True, slots=True)
class Task:
    """What every process that scores shards of a job needs to know.

    `runtime` is the one that an encoder must use, so that all shards are computed alike; None: the quickest.
    `strict` makes an article that cannot be scored an error.
    """

    folder: str
    model_folder: str
    version: str
    layout: str
    evidence: bool
    n_threads: int | None = None
    runtime: str | None = None
    strict: bool = False

    @property
    def needs_runtime(self) -> bool:
        """Whether its model has several runtimes, and none was chosen yet.

        Raises:
            ModelFolderError: the model folder is missing or not as it was written.
        """
        return self.runtime is None and pace_of(identify_model(Path(self.model_folder)).kind).has_runtimes

    def to_json(self) -> dict[str, Any]:
        """Return the task as it is handed to another process."""
        return asdict(self)


class ShardScorer:
    """Scores shards for one task."""

    def __init__(self, task: Task) -> None:
        """Load the model.

        Raises:
            ModelFolderError: the model folder is missing or not as it was written, or the runtime cannot be had.
        """
        self._task = task
        self.model = load_model(
            Path(task.model_folder), version=task.version, n_threads=task.n_threads, runtime=task.runtime
        )
        forget_garbage()

    def score(self, shard: Shard) -> Receipt:
        """Score a shard and write its files; it is done twice with the same result.

        Raises:
            OutputError: the disk is full or cannot be written.
            RecordError: the task is strict, and an article cannot be scored.
        """
        started = time.perf_counter()
        records = shard.records()
        scored, refused = _scored(self.model, records.articles, evidence=self._task.evidence)
        if refused and self._task.strict:
            raise RecordError(f"{refused[0].place}: {refused[0].reason}")
        try:
            self._write(shard, records, scored, (*records.rejected, *refused))
        except OSError as error:
            raise OutputError(
                f"{self._task.folder}: cannot be written ({error.strerror}). Mend that and run the same command again."
            ) from error
        counts = replace(
            shard.passed_over,
            scored=len(scored),
            copies=len(records.copies),
            rejected=len(records.rejected) + len(refused),
        )
        return Receipt(
            shard.run,
            shard.number,
            shard.digest,
            counts,
            self.model.runtime,
            round(time.perf_counter() - started, 3),
        )

    def _write(
        self, shard: Shard, records: ShardRecords, scored: Sequence[Scored], rejected: Sequence[Rejected]
    ) -> None:
        folder, suffix = Path(self._task.folder), SUFFIXES[self._task.layout]
        codebook = self.model.codebook
        tables = tables_of(scored, records.copies, self._task.layout)
        try:
            for table, rows in tables.items():
                if rows:
                    write_table(folder / table / f"{shard.name}{suffix}", rows, schema_of(table, codebook))
            if rejected:
                write_jsonl(rejections_path(folder, shard.name), (item.to_json() for item in rejected))
            write_jsonl(keys_path(folder, shard.name), _keys(scored, records, rejected))
        except InputError as error:
            raise OutputError(f"{error} Then run the same command again.") from error


def keys_path(folder: Path, name: str) -> Path:
    """Return where the keys of a shard are kept: by what its records are known again."""
    return folder / PARTS / "keys" / f"{name}.jsonl"


def rejections_path(folder: Path, name: str) -> Path:
    """Return where the rejections of a shard are kept."""
    return folder / PARTS / "rejected" / f"{name}.jsonl"


def task_from_json(value: Mapping[str, Any]) -> Task:
    """Read a task that another process handed over."""
    return Task(**value)


def _keys(scored: Sequence[Scored], records: ShardRecords, rejected: Sequence[Rejected]) -> Iterator[dict[str, Any]]:
    for item in scored:
        yield {"id": item.article.id, "text": item.text_hash, "story": item.story}
    for copy in records.copies:
        yield {"id": copy.article.id, "text": text_hash(copy.article.text), "story": copy.article.story}
    for refusal in rejected:
        yield {"id": "", "text": rejection_key(refusal), "story": None}


def _scored(model: NewsModel, articles: Sequence[Placed], *, evidence: bool) -> tuple[list[Scored], list[Rejected]]:
    """Return the articles with their predictions in order, and those that the model cannot score."""
    order = sorted(range(len(articles)), key=lambda row: len(articles[row].article.text))
    found: dict[int, Scored] = {}
    refused: dict[int, Rejected] = {}
    pace = pace_of(model.kind)
    for batch in _batches(articles, order, pace.batch_articles):
        _score_batch(model, articles, batch, found, refused, evidence)
        if pace.gives_back_memory:
            give_back_memory()
    return [found[row] for row in sorted(found)], [refused[row] for row in sorted(refused)]


def _batches(articles: Sequence[Placed], order: Sequence[int], most: int) -> Iterator[list[int]]:
    """Yield rows in groups of `most` articles that are asked for at once; texts of like length are together."""
    batch: list[int] = []
    n_characters = 0
    for row in order:
        length = len(articles[row].article.text)
        if batch and (len(batch) == most or n_characters + length > BATCH_CHARACTERS):
            yield batch
            batch, n_characters = [], 0
        batch.append(row)
        n_characters += length
    if batch:
        yield batch


def _score_batch(
    model: NewsModel,
    articles: Sequence[Placed],
    rows: Sequence[int],
    found: dict[int, Scored],
    refused: dict[int, Rejected],
    evidence: bool,
) -> None:
    """Score rows together; where that fails, in halves, until those that cannot be scored are alone."""
    asked = [articles[row].article for row in rows]
    try:
        found.update(zip(rows, map(Scored, asked, model.predict(asked, evidence=evidence)), strict=True))
    except Exception as error:  # it is kept with the article that it belongs to
        if len(rows) == 1:
            refused[rows[0]] = Rejected(articles[rows[0]].place, _reason(error))
            return
        middle = len(rows) // 2
        for half in (rows[:middle], rows[middle:]):
            _score_batch(model, articles, half, found, refused, evidence)


def _reason(error: Exception) -> str:
    """Say why an article cannot be scored; words that are not ours are left out, for they may hold its text."""
    if isinstance(error, StandpointError):
        return str(error)
    return f"the model cannot score this article ({type(error).__name__}). Please report it with the article."
