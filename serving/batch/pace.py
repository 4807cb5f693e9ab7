"""The pace of a batch run: how much each kind of model takes at once, and in how many processes."""

from dataclasses import dataclass

BATCH_CHARACTERS = 6_000_000
"""No model is asked for more text than this at once."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How one kind of model scores many articles.

    `shard_articles`: how many records are written together; a process takes less than a minute for them.
    `batch_articles`: how many articles the model is asked for at once.
    `most_processes`: how many of them share this machine's processors at most; None: one a processor.
    `has_runtimes`: several runtimes compute it, each rounding differently, and all shards are to use the same.
    `gives_back_memory`: what a batch took is returned to the system after it.
    """

    shard_articles: int
    batch_articles: int
    most_processes: int | None = None
    has_runtimes: bool = False
    gives_back_memory: bool = False


_PACES = {
    # 1024 at once take three quarters of the time of as many in batches of 128
    "linear": Pace(shard_articles=1000, batch_articles=1024),
    # An encoder reads a few articles at a time anyway, and with a thousand at once takes 1 GB more. Two processes take
    # three quarters of the time of one with two threads, and each holds an encoder in memory.
    "encoder": Pace(shard_articles=250, batch_articles=64, most_processes=4, has_runtimes=True, gives_back_memory=True),
}


def pace_of(kind: str) -> Pace:
    """Return the pace of a kind of model, as `NewsModel.kind` names it."""
    return _PACES[kind]
