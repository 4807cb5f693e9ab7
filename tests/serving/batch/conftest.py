"""Fixtures: articles to score in batches, and a job over them."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from corpus.outcome import Placed, Rejected
from models.folder import identify_model
from serving.batch.engines import OneProcess
from serving.batch.job import Job, Progress, Summary
from serving.batch.manifest import Header
from serving.batch.output import opened_output
from serving.batch.scorer import Task

Score = Callable[..., Summary]
Content = Callable[[Path], dict[str, str]]


@dataclass
class Records:
    """Records that are at hand, and which share of them was given."""

    items: Sequence[Placed | Rejected]
    share: float | None = 0.0
    fail_after: int | None = field(default=None)

    def __iter__(self) -> Iterator[Placed | Rejected]:
        """Yield them, and fail in the middle where that is wanted."""
        for number, item in enumerate(self.items):
            if number == self.fail_after:
                raise KeyboardInterrupt
            self.share = (number + 1) / len(self.items)
            yield item


@pytest.fixture
def score(model_folder: Path) -> Score:
    """Lend a function that scores records into a folder, three a shard, and returns the summary."""

    def scored(
        folder: Path,
        items: Sequence[Placed | Rejected],
        *,
        only_new: bool = False,
        strict: bool = False,
        watch: Callable[[Progress], None] = lambda progress: None,
        fail_after: int | None = None,
        **others: Any,  # noqa: ANN401 - the engine, and fields of the header
    ) -> Summary:
        engine = others.pop("engine", OneProcess())
        identity = identify_model(model_folder)
        facts = {"model": "demo/1", "model_digest": identity.digest, "codebook": identity.codebook.reference}
        header = Header(**{**facts, "layout": "jsonl", "evidence": True, "shard_articles": 3, **others})
        task = Task(str(folder), str(model_folder), "demo/1", header.layout, evidence=True, n_threads=1, strict=strict)
        with opened_output(folder, header) as output:
            job = Job(output, engine, only_new=only_new, strict=strict)
            return job.run(Records(items, fail_after=fail_after), task, now=lambda: datetime.now(UTC), watch=watch)

    return scored


@pytest.fixture
def content() -> Content:
    """Lend a function that returns a hash of every file of a folder that tells articles; the manifest has times."""

    def hashes(folder: Path) -> dict[str, str]:
        files = [path for path in folder.rglob("*") if path.is_file() and path.name not in ("manifest.jsonl", ".lock")]
        return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}

    return hashes
