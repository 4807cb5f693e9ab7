"""A shard: articles that are scored, written and recorded together."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

from corpus.outcome import Placed, Rejected
from standpoint.article import Article
from standpoint.errors import ModelError


def text_hash(text: str) -> str:
    """Return the first 16 hex digits of the SHA-256 of a text.

    >>> text_hash("ore")
    'f8bd17bea0e948bb'
    """
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Copy:
    """An article whose text is, character by character, that of `copy_of`, which is scored in its place."""

    article: Article
    copy_of: str


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the records that were read; each is counted once.

    `repeated` are articles that came before in the same input, `known` what the output held already. `changed` says how
    many of those scored have an id that the output knew with another text.
    """

    scored: int = 0
    copies: int = 0
    rejected: int = 0
    repeated: int = 0
    known: int = 0
    changed: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        """Add field by field."""
        mine, others = asdict(self), asdict(other)
        return Counts(**{name: mine[name] + others[name] for name in mine})

    @property
    def n_read(self) -> int:
        """How many records were read."""
        return self.scored + self.copies + self.rejected + self.repeated + self.known


@dataclass(frozen=True)
class Shard:
    """The `n_records` of a shard in the order they were read, as JSON, with what was passed over among them."""

    run: int
    number: int
    content: str
    n_records: int
    passed_over: Counts

    @property
    def name(self) -> str:
        """What its files are called."""
        return shard_name(self.run, self.number)

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of its records, first 32 hex digits."""
        return hashlib.sha256(self.content.encode()).hexdigest()[:32]

    def records(self) -> "ShardRecords":
        """Return the records."""
        value = json.loads(self.content)
        return ShardRecords(
            articles=tuple(Placed(place, Article(**article)) for place, article in value["articles"]),
            copies=tuple(Copy(Article(**article), copy_of) for article, copy_of in value["copies"]),
            rejected=tuple(Rejected(place, reason) for place, reason in value["rejected"]),
        )

    def to_json(self) -> dict[str, Any]:
        """Return the shard as it is handed to another process."""
        return asdict(self)


MOST_DEATHS = 3
"""So many processes may die of a shard before it is given up."""


def deadly(shard: Shard, remedy: str) -> ModelError:
    """Return the error of a shard that is given up, which ends with the remedy."""
    told = f"shard {shard.number} of run {shard.run} killed its process {MOST_DEATHS} times, as for want of memory."
    return ModelError(f"{told} {remedy}")


def shard_name(run: int, number: int) -> str:
    """Return what the files of a shard are called, in the order of the input.

    >>> shard_name(1, 23)
    'run-001-shard-000023'
    """
    return f"run-{run:03d}-shard-{number:06d}"


def shard_from_json(value: Mapping[str, Any]) -> Shard:
    """Read a shard that another process handed over."""
    return Shard(value["run"], value["number"], value["content"], value["n_records"], Counts(**value["passed_over"]))


@dataclass(frozen=True, slots=True)
class ShardRecords:
    """Articles to score, copies of texts that are scored elsewhere, and what could not be read."""

    articles: tuple[Placed, ...]
    copies: tuple[Copy, ...]
    rejected: tuple[Rejected, ...]

    def to_content(self) -> str:
        """Return the records as the content of a shard."""
        return json.dumps(
            {
                "articles": [(item.place, item.article.to_json()) for item in self.articles],
                "copies": [(item.article.to_json(), item.copy_of) for item in self.copies],
                "rejected": [(item.place, item.reason) for item in self.rejected],
            },
            ensure_ascii=False,
        )


@dataclass(frozen=True, slots=True)
class Receipt:
    """What is recorded of a shard once all its files are in place."""

    run: int
    number: int
    digest: str
    counts: Counts
    runtime: str | None
    seconds: float

    def to_json(self) -> dict[str, Any]:
        """Return the receipt as it is written to the manifest."""
        return asdict(self)


def receipt_from_json(value: Mapping[str, Any]) -> Receipt:
    """Read a receipt.

    Raises:
        LookupError, TypeError: it is none.
    """
    return Receipt(
        run=value["run"],
        number=value["number"],
        digest=value["digest"],
        counts=Counts(**value["counts"]),
        runtime=value["runtime"],
        seconds=value["seconds"],
    )
