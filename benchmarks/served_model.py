"""Servers of one registered model to measure: `standpoint serve` and `mlflow models serve`, each as users start it."""

import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.error import URLError
from urllib.parse import unquote, urlparse
from urllib.request import urlopen

import numpy as np

from benchmarks.process_memory import family, proportional_mb
from models.store import CHAMPION, open_store
from serving.registry import promote
from standpoint.article import Article, make_article
from standpoint.codebook_file import load_codebook
from standpoint.errors import StandpointError
from training.fitting import FitConfig, fit_news_model
from training.gold import Gold, read_gold
from training.tracking import TrainingRecord, record_training

SAMPLE, CODEBOOK = Path("examples/rare-earths"), Path("codebooks/rare-earths.toml")
NAME, SPOILED = "standpoint", 3
_START_SECONDS = 120.0
_IDLE_SECONDS, _IDLE_SHARE = 0.5, 0.05


@dataclass(frozen=True)
class Server:
    """A server that answers at `url`, with its first process."""

    url: str
    pid: int

    def memory_mb(self) -> float:
        """Return the memory of all its processes, pages they share counted once (proportional set size)."""
        return round(sum(proportional_mb(pid) for pid in family(self.pid)), 1)

    def wait_until_idle(self) -> None:
        """Wait until it has done what it still had to do for a client that is gone."""
        is_busy = True
        while is_busy:
            before = self._processor_seconds()
            time.sleep(_IDLE_SECONDS)
            is_busy = self._processor_seconds() - before > _IDLE_SHARE * _IDLE_SECONDS

    def counter(self, name: str) -> float:
        """Return one figure of `/metrics`."""
        with urlopen(f"{self.url}/metrics", timeout=60) as answer:
            lines = answer.read().decode().splitlines()
        return next(float(line.rpartition(" ")[2]) for line in lines if line.startswith(f"{name} "))

    def _processor_seconds(self) -> float:
        return sum(map(_processor_seconds, family(self.pid)))


@dataclass(frozen=True)
class Store:
    """A tracking store with three versions: two good ones, and `SPOILED`, whose bytes were changed afterwards."""

    uri: str

    def promote(self, version: int) -> None:
        """Let the alias name another version."""
        promote(f"models:/{NAME}/{version}", uri=self.uri, time=datetime.now(UTC))


def make_store(folder: Path) -> Store:
    """Train two models of the sample corpus, one on all of it, one on every other article, and register them."""
    store = Store(f"sqlite:///{folder.resolve()}/mlflow.db")
    gold = sample_gold()
    for number, part in enumerate((gold, gold.select(np.arange(0, len(gold), 2)), gold), start=1):
        register(part, folder / f"model-{number}", store.uri)
    with open_store(store.uri) as client:
        source = client.get_model_version_download_uri(NAME, str(SPOILED))
    weights = next(Path(unquote(urlparse(source).path)).rglob("weights.safetensors"))
    weights.write_bytes(weights.read_bytes()[:-1] + b"?")
    return store


def sample_gold() -> Gold:
    """Read the gold of the sample corpus."""
    return read_gold(SAMPLE / "articles.jsonl", SAMPLE / "gold.jsonl", load_codebook(CODEBOOK))


def english_articles(n: int, *, n_words: int, seed: int) -> list[Article]:
    """Return made-up articles of so many words, sentences of the sample corpus in random order."""
    gold = sample_gold()
    sentences = [
        sentence
        for item in gold.articles
        if item.article.language == "en"
        for sentence in item.article.body.split("\n")
    ]
    draw = random.Random(seed)
    words = [" ".join(draw.sample(sentences, len(sentences))).split()[:n_words] for _ in range(n)]
    return [make_article(f"Report {number}", " ".join(body), id=f"a{number}") for number, body in enumerate(words)]


@contextmanager
def our_server(store: Store, folder: Path, *settings: str) -> Iterator[Server]:
    """Run `standpoint serve` on a free port, following the alias, with further settings."""
    changes = [word for setting in settings for word in ("--set", setting)]
    command = ["cli.main", "serve", "--model", f"models:/{NAME}@{CHAMPION}", "--cache", str(folder / "cache"), *changes]
    with _running(command, store, "/health/ready") as server:
        yield server


@contextmanager
def their_server(store: Store, *, n_workers: int) -> Iterator[Server]:
    """Run `mlflow models serve` on a free port for the first version."""
    command = ["mlflow", "models", "serve", "-m", f"models:/{NAME}/1", "--env-manager", "local"]
    with _running([*command, "--workers", str(n_workers)], store, "/health") as server:
        yield server


@contextmanager
def _running(command: Sequence[str], store: Store, health: str) -> Iterator[Server]:
    port = _free_port()
    programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"  # MLflow calls uvicorn
    environment = {**os.environ, "MLFLOW_TRACKING_URI": store.uri, "PYTHONPATH": os.getcwd(), "PATH": programs}
    process = subprocess.Popen(
        [sys.executable, "-m", *command, "--port", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment,
        start_new_session=True,
    )
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_until_ready(process, f"{url}{health}")
        yield Server(url, process.pid)
    finally:
        for pid in family(process.pid):
            _tell_to_end(pid)
        process.wait(timeout=60)


def register(gold: Gold, folder: Path, uri: str) -> None:
    """Fit a linear model, write it to a folder that does not exist yet, and register it."""
    model = fit_news_model(gold, FitConfig())
    record_training(model, TrainingRecord(gold, {}, {}, "benchmark"), folder=folder, uri=uri)


def _wait_until_ready(process: subprocess.Popen[bytes], url: str) -> None:
    end = time.monotonic() + _START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            with urlopen(url, timeout=5):
                return
        except (URLError, ConnectionError):
            time.sleep(0.1)
    raise StandpointError(f"`{process.args!r}` does not answer at {url}. Run it alone to see why.")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
    return port


def _processor_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _tell_to_end(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGTERM)
    except ProcessLookupError:
        return
