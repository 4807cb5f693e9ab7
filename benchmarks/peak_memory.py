"""Peak memory of scoring a stream of articles, each measured in a process of its own.

`python -m benchmarks.peak_memory DATA PATH N_ARTICLES MODEL_FOLDER` prints one JSON object for `benchmarks.speed`.
"""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import cycle, islice
from pathlib import Path

from benchmarks.asked_articles import N_ACTORS, asked_articles, predicted_stream
from benchmarks.narrative_frames import read
from benchmarks.plain_pipeline import PlainFrames
from models.folder import load_model
from serving.scoring import score
from standpoint.article import Article, make_article
from standpoint.errors import StandpointError

PRODUCT, PIPELINE, ENCODER = "product", "pipeline", "encoder"


@dataclass(frozen=True)
class PeakMemory:
    """The largest resident memory in MB when the model was ready, and after `n_articles` were scored with it."""

    path: str
    n_articles: int
    ready_mb: float
    peak_mb: float
    seconds: float


def peak_memory(data: Path, path: str, n_articles: int, model: Path) -> PeakMemory:
    """Measure in a fresh process.

    Args:
        data: folder of the Narrative Frames dataset.
        path: `PRODUCT`, the stream through `serving.scoring`, `PIPELINE`, all texts in one call, or `ENCODER`, a stream
            of long articles with `N_ACTORS` actors each.
        n_articles: how many articles to score.
        model: the product's model folder.

    Raises:
        StandpointError: the process failed; the message holds its last words.
    """
    command = [sys.executable, "-m", "benchmarks.peak_memory", str(data), path, str(n_articles), str(model)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise StandpointError(f"measuring memory failed: {done.stderr[-500:]} Run `{' '.join(command)}` alone.")
    return PeakMemory(**json.loads(done.stdout))


def _measured(data: Path, path: str, n_articles: int, folder: Path) -> PeakMemory:
    gold, _ = read(data / "articles.jsonl")
    articles = islice(_stream(gold.texts), n_articles)
    if path == ENCODER:
        model, asked = load_model(folder), asked_articles((item.article for item in gold.articles), N_ACTORS)
        ready, started = peak_mb(), time.perf_counter()
        n_scored = sum(1 for _ in predicted_stream(model, asked, n_articles))
    elif path == PRODUCT:
        model = load_model(folder)
        ready, started = peak_mb(), time.perf_counter()
        n_scored = sum(1 for _ in score(model, articles, evidence=False))
    else:
        pipeline = PlainFrames().fit_pipeline(gold)
        ready, started = peak_mb(), time.perf_counter()
        n_scored = len(pipeline.call([article.text for article in articles]))
    return PeakMemory(path, n_scored, ready, peak_mb(), round(time.perf_counter() - started, 2))


def _stream(texts: list[str]) -> Iterator[Article]:
    """Yield articles without end: the texts over and over, each time with another beginning."""
    for number, text in enumerate(cycle(texts)):
        yield make_article("", f"{number} {text[number % 97 :]}", id=str(number))


def peak_mb() -> float:
    """Return the largest resident memory of this process so far, in MB.

    Linux alone tells it in this way; `getrusage` would not do, since its figure starts with that of the parent.
    """
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return round(int(status.split("VmHWM:")[1].split()[0]) / 1024, 1)


if __name__ == "__main__":
    found = _measured(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), Path(sys.argv[4]))
    sys.stdout.write(json.dumps(asdict(found)))
