"""What the benchmark of the annotation loop pushes and pulls: made-up articles, as tasks and as answered tasks.

`python -m benchmarks.studio_load URL push|pull PROJECT N` does one of both in a process of its own, with the token in
LABEL_STUDIO_API_KEY, and prints its peak memory for `benchmarks.studio`.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.peak_memory import peak_mb
from labeling.pulling import pull
from labeling.pushing import push
from labeling.studio_client import Studio
from labeling.studio_project import setup_project
from labeling.studio_result import result_items
from labeling.studio_task import task_data
from labeling.work_item import WorkItem
from standpoint.annotation import Evidence
from standpoint.article import make_article
from standpoint.codebook import Codebook
from standpoint.codebook_file import load_codebook
from standpoint.errors import StandpointError
from standpoint.mentions import MentionFinder

CODEBOOK = Path("codebooks/rare-earths.toml")
_ENGLISH = "Washington promised money for the mine, and Beijing kept its furnaces warm. "
_CHINESE = "白宫答应给钱开矿，北京的炉子一直没停。📈\r\n"


def items(n: int) -> Iterator[WorkItem]:
    """Yield so many articles of about 1,350 characters, half of them Chinese."""
    for number in range(n):
        body = _ENGLISH * 18 if number % 2 else _CHINESE * 60
        yield WorkItem(make_article(f"Article {number}", body, id=f"b{number}", source=f"Outlet {number % 9}"))


def answered_tasks(n: int, codebook: Codebook) -> Iterator[dict[str, Any]]:
    """Yield the same as tasks with one answer each: a frame, two stances and a span."""
    finder = MentionFinder(codebook.actors)
    for item in items(n):
        data = task_data(item, codebook, finder, blind_share=0.2)
        evidence = [Evidence("us_failure", 20, 40)]
        stances = {"china": "neutral", "united_states": "critical"}
        result = result_items(["us_failure"], stances, evidence, data["text"])
        yield {"data": data, "annotations": [{"result": result, "lead_time": 30.0}]}


def new_project(studio: Studio, codebook: Codebook, title: str) -> int:
    """Set up a project and return its id."""
    return setup_project(studio, codebook, title=title, now=datetime.now(UTC)).project_id


def peak_of(url: str, token: str, way: str, project_id: int, n: int) -> float:
    """Return the peak memory in MB of pushing to or pulling from a project in a fresh process.

    Raises:
        StandpointError: the process failed; the message holds its last words.
    """
    command = [sys.executable, "-m", "benchmarks.studio_load", url, way, str(project_id), str(n)]
    environment = os.environ | {"LABEL_STUDIO_API_KEY": token}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if done.returncode:
        raise StandpointError(f"measuring memory failed: {done.stderr[-500:]} Run `{' '.join(command)}` alone.")
    return float(json.loads(done.stdout)["peak_mb"])


def _measured(url: str, way: str, project_id: int, n: int) -> float:
    studio, codebook = Studio(url, os.environ["LABEL_STUDIO_API_KEY"]), load_codebook(CODEBOOK)
    if way == "push":
        push(studio, project_id, items(n), codebook)
    else:
        with tempfile.TemporaryDirectory() as folder:
            pull(studio, project_id, out=Path(folder) / "annotations.jsonl", tell=lambda _: None)
    return peak_mb()


if __name__ == "__main__":
    sys.stdout.write(json.dumps({"peak_mb": _measured(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))}))
