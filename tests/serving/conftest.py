"""Fixtures: a model folder, a holder of that model, a service around it, a server and a page to open."""

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import PIPE, Popen
from urllib.request import urlopen

import pytest
import uvicorn
from fastapi.testclient import TestClient

from models.folder import save_model
from models.news_model import NewsModel
from serving.explorer import explorer_routes
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
    """Lend a function that starts `standpoint serve` with further options."""
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
        with urlopen(f"{servers[-1].url}/health/ready"):  # the address is told when it answers
            pass
        return servers[-1]

    yield started
    for server in servers:
        server.process.kill()
        server.process.wait()
        if server.process.stdout:
            server.process.stdout.close()


@pytest.fixture(scope="module")
def explore(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[NewsModel], str]]:
    """Lend a function that serves a model with the explorer page, in a thread, and returns where."""
    with ExitStack() as stack:
        yield lambda model: stack.enter_context(_explored(model, tmp_path_factory.mktemp("explored") / "model"))


@contextmanager
def _explored(model: NewsModel, folder: Path) -> Iterator[str]:
    save_model(model, folder)
    holder = ModelHolder(model_source(str(folder), uri="sqlite:///none.db"))
    holder.start()
    service = create_service(holder, ServiceConfig(), doors=[explorer_routes()])
    server = uvicorn.Server(uvicorn.Config(service, port=0, log_config=None))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    host, port = server.servers[0].sockets[0].getsockname()[:2]
    yield f"http://{host}:{port}"
    server.should_exit = True
    thread.join()
