"""Fixtures: a model folder, a holder of that model, a service around it, and a server in a process of its own."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from subprocess import PIPE, Popen
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from fastapi.testclient import TestClient

from models.folder import save_model
from models.news_model import NewsModel
from serving.model_holder import ModelHolder
from serving.model_source import model_source
from serving.service import create_service
from serving.service_config import ServiceConfig

ROOT = Path(__file__).parents[2]
Connect = Callable[[ServiceConfig], TestClient]


@pytest.fixture(scope="session")
def model_folder(demo_model: NewsModel, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Save the small model to a folder."""
    folder = tmp_path_factory.mktemp("served") / "model"
    save_model(demo_model, folder)
    return folder


@pytest.fixture
def holder(model_folder: Path) -> ModelHolder:
    """Load the small model for service."""
    holder = ModelHolder(model_source(str(model_folder), uri="sqlite:///none.db"))
    holder.start()
    return holder


@pytest.fixture
def connect(holder: ModelHolder) -> Iterator[Connect]:
    """Lend a function that starts a service with given settings and returns a client of it."""
    clients: list[TestClient] = []

    def connected(config: ServiceConfig) -> TestClient:
        client = TestClient(create_service(holder, config), raise_server_exceptions=False)
        clients.append(client.__enter__())
        return client

    yield connected
    for client in clients:
        client.__exit__()


@pytest.fixture
def client(connect: Connect) -> TestClient:
    """Connect to a service with the settings it has by default."""
    return connect(ServiceConfig())


@dataclass
class Server:
    """A server in a process of its own, as users start it."""

    process: Popen[str]
    url: str
    log: Path

    @property
    def address(self) -> tuple[str, int]:
        """Host and port."""
        host, _, port = self.url.removeprefix("http://").rpartition(":")
        return host, int(port)

    def stop(self) -> int:
        """Ask it to stop; return its exit code."""
        self.process.terminate()
        return self.process.wait(timeout=60)


@pytest.fixture
def serve(model_folder: Path, tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Lend a function that starts `standpoint serve` with further options, and waits until it listens."""
    servers: list[Server] = []

    def started(*options: object) -> Server:
        log = tmp_path / f"server-{len(servers)}.log"
        words = ["serve", "--model", str(model_folder), "--port", "0", *map(str, options)]  # the last --model counts
        with log.open("w") as errors:
            process = Popen(
                [sys.executable, "-m", "cli.main", *words],
                cwd=tmp_path,
                env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "200"},
                stdout=PIPE,
                stderr=errors,
                text=True,
            )
        first = process.stdout.readline() if process.stdout else ""
        servers.append(Server(process, first.strip().rpartition(" ")[2], log))
        assert first, log.read_text()
        _wait_until_ready(servers[-1])
        return servers[-1]

    yield started
    for server in servers:
        server.process.kill()
        server.process.wait()
        if server.process.stdout:
            server.process.stdout.close()


def _wait_until_ready(server: Server) -> None:
    for _ in range(600):
        try:
            with urlopen(f"{server.url}/health/ready") as answer:
                assert answer.status == 200
                return
        except URLError:
            time.sleep(0.05)
    raise AssertionError(server.log.read_text())
