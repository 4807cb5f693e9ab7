"""Tests of the load on the prediction service, with real servers under real load."""

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from benchmarks.load import Load, put_load, under_load
from benchmarks.served_model import english_articles

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def wrk() -> None:
    """Skip where wrk is missing; in CI that is a failure."""
    if shutil.which("wrk") is None:
        message = "wrk is missing, which puts load on a server: `apt-get install wrk` brings it."
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)


class Small(BaseHTTPRequestHandler):
    """Answers 503 to a bad body, and to any other with a signed prediction."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Answer."""
        is_good = self.rfile.read(int(self.headers["Content-Length"])) != b"bad"
        content = b'{"predictions": [{"model": "demo/1"}]}' if is_good else b""
        self.send_response(200 if is_good else 503)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def small_server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Small) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


def test_bodies_are_sent_in_turn_and_failures_and_signatures_counted() -> None:
    with small_server() as url:
        outcome = put_load(Load(url, ["good", "good", "bad"], n_connections=2, seconds=1, read_answers=True))
    assert outcome.n_requests > 30
    assert outcome.n_failed == outcome.n_wrong_status == outcome.models["status 503"]
    assert outcome.models["demo/1"] == pytest.approx(2 * outcome.n_failed, rel=0.1)
    assert 0 < outcome.p50_ms <= outcome.p99_ms <= outcome.max_ms


def test_a_load_ends_before_its_time_when_told() -> None:
    with small_server() as url, under_load(Load(url, ["good"], n_connections=1, seconds=600)) as running:
        time.sleep(1)
        running.end()
        assert running.outcome().seconds < 60


def test_articles_have_as_many_words_as_asked_for_and_differ() -> None:
    bodies = [article.body for article in english_articles(3, n_words=600, seed=0)]
    assert {len(body.split()) for body in bodies} == {600}
    assert len(set(bodies)) == 3


@pytest.mark.slow
def test_swaps_and_a_spoiled_version_under_load_fail_no_request(tmp_path: Path) -> None:
    words = "--turns 1 --turn-seconds 8 --swaps 20 --requests 0 --json".split()
    command = [sys.executable, "-m", "benchmarks.serving", *words, str(tmp_path / "found.json")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads((tmp_path / "found.json").read_text(encoding="utf-8"))
    assert found["swaps"]["n_failed"] == found["spoiled"]["n_failed"] == 0
    assert found["swaps"]["loads_in_metrics"] == 21
    assert sorted(name.partition("+")[0] for name in found["swaps"]["models"]) == ["standpoint/1", "standpoint/2"]
    assert found["spoiled"]["refusals_in_metrics"] == 1
    assert set(found["pace"]) == {"1", "64"}
