"""A command that scores made-up articles, for tests that kill it: MODEL FOLDER N_ARTICLES [keep|kill].

It does so in two processes, or, with a fourth word, on a Ray cluster of two nodes, one of which it may kill.
"""

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from corpus.outcome import Placed, Rejected
from models.folder import identify_model
from serving.batch.engines import Engine, Processes
from serving.batch.job import Job, Progress, Summary, Watch
from serving.batch.manifest import Header
from serving.batch.output import opened_output
from serving.batch.scorer import Task
from standpoint.article import Article
from standpoint.errors import StandpointError

NODE = {"num_cpus": 1, "object_store_memory": 100_000_000}
NOTICED_SOON = {"health_check_initial_delay_ms": 0, "health_check_period_ms": 300, "health_check_failure_threshold": 2}
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
    try:
        if len(sys.argv) > 4:
            on_two_nodes(model, folder, n_articles, kill_one=sys.argv[4] == "kill")
        else:
            score(model, folder, n_articles, Processes(2))
    except StandpointError as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(2) from None


def score(model: Path, folder: Path, n_articles: int, engine: Engine, watch: Watch = lambda progress: None) -> Summary:
    """Score made-up articles, thirty a shard."""
    identity = identify_model(model)
    header = Header("demo/1", identity.digest, identity.codebook.reference, "jsonl", evidence=True, shard_articles=30)
    task = Task(str(folder), str(model), "demo/1", "jsonl", evidence=True, n_threads=1)
    with opened_output(folder, header) as output:
        return Job(output, engine).run(MadeUp(n_articles), task, now=lambda: datetime.now(UTC), watch=watch)


def on_two_nodes(model: Path, folder: Path, n_articles: int, *, kill_one: bool) -> None:
    """Score on a Ray cluster of two nodes, one of which may be killed after the third shard; print the outcome."""
    from ray.cluster_utils import Cluster

    from serving.batch.ray_engine import RayEngine

    cluster: Any = Cluster(
        initialize_head=True, head_node_args={**NODE, "include_dashboard": False, "_system_config": NOTICED_SOON}
    )
    others = [cluster.add_node(**NODE)]

    def watch(progress: Progress) -> None:
        if kill_one and progress.counts.scored >= 90 and others:
            cluster.remove_node(others.pop(), allow_graceful=False)

    try:
        summary = score(model, folder, n_articles, RayEngine(cluster.address), watch)
        sys.stdout.write(json.dumps({"scored": summary.counts.scored, "n_nodes_left": 1 + len(others)}) + "\n")
    finally:
        cluster.shutdown()


if __name__ == "__main__":
    main()
