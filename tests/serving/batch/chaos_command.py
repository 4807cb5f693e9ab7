"""A command that scores made-up articles in two processes, for tests that kill it: MODEL FOLDER N_ARTICLES."""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from corpus.outcome import Placed, Rejected
from models.folder import identify_model
from serving.batch.engines import Processes
from serving.batch.job import Job
from serving.batch.manifest import Header
from serving.batch.output import opened_output
from serving.batch.scorer import Task
from standpoint.article import Article
from standpoint.errors import StandpointError

BODIES = ("China broke its promise. The costly plan collapsed.", "Japan kept its word.", "Allies signed a joint pact.")


class MadeUp:
    """Articles that differ, some copies and some records that are none; always the same ones."""

    share = None

    def __init__(self, n_articles: int) -> None:
        self.n_articles = n_articles

    def __iter__(self) -> Iterator[Placed | Rejected]:
        """Yield them."""
        for row in range(self.n_articles):
            if row % 50 == 49:
                yield Rejected(f"news:{row}", "no text.")
            else:
                text = f"{BODIES[row % 3]} " * (row % 7 + 1) * 20
                yield Placed(f"news:{row}", Article(f"a{row}", f"Day {row - row % 20 // 19}", text))


def main() -> None:
    """Run the job; exit 2 with the error where it is one of ours."""
    model, folder, n_articles = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    identity = identify_model(model)
    header = Header("demo/1", identity.digest, identity.codebook.reference, "jsonl", evidence=True, shard_articles=30)
    task = Task(str(folder), str(model), "demo/1", "jsonl", evidence=True, n_threads=1)
    try:
        with opened_output(folder, header) as output:
            Job(output, Processes(2)).run(MadeUp(n_articles), task, now=lambda: datetime.now(UTC))
    except StandpointError as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(2) from None


if __name__ == "__main__":
    main()
