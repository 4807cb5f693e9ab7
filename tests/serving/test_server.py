"""Tests of serving.server, each with a real server process."""

import json
import os
import re
import signal
import socket
import threading
import time
from collections.abc import Callable
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from subprocess import Popen
from typing import Protocol

import pytest

from models.folder import save_model
from models.linear_news_model import LinearNewsModel
from serving.model_holder import ModelHolder
from serving.server import run
from serving.service import create_service
from serving.service_config import ServiceConfig
from standpoint.errors import InputError

JSON = {"Content-Type": "application/json"}


class Server(Protocol):
    """What the fixture gives."""

    process: Popen[str]
    log: Path

    @property
    def address(self) -> tuple[str, int]:
        """Host and port."""

    def stop(self) -> int:
        """Stop it; return its exit code."""


Serve = Callable[..., Server]


def request(n_articles: int = 1) -> bytes:
    article = {"title": "News", "body": "China broke its promise. The costly plan collapsed again. " * 50}
    return json.dumps({"articles": [article] * n_articles}).encode()


def asked(connection: HTTPConnection, body: bytes) -> tuple[int, bool]:
    """Ask once; return the status and whether the server keeps the connection."""
    connection.request("POST", "/v1/predict", body, JSON)
    answer = connection.getresponse()
    answer.read()
    return answer.status, answer.getheader("Connection") != "close"


def status_of_one_request(server: Server) -> int:
    with closing(HTTPConnection(*server.address)) as connection:
        return asked(connection, request())[0]


@pytest.mark.parametrize("processes", [0, 2])
def test_a_stop_under_load_loses_no_request_and_ends_well(serve: Serve, processes: int) -> None:
    server = serve("--set", f"processes={processes}")
    answers: list[int] = []
    failures: list[Exception] = []

    def ask_until_told_to_go() -> None:
        connection = HTTPConnection(*server.address, timeout=30)
        is_kept = True
        while is_kept:
            try:
                status, is_kept = asked(connection, request())
                answers.append(status)
            except Exception as error:
                failures.append(error)
                return

    clients = [threading.Thread(target=ask_until_told_to_go) for _ in range(8)]
    for client in clients:
        client.start()
    time.sleep(1)
    assert server.stop() == 0
    for client in clients:
        client.join()
    assert failures == []
    assert set(answers) == {200}
    assert len(answers) > 8


@pytest.mark.parametrize("processes", [0, 2])
def test_models_are_swapped_under_load_without_a_failed_request(
    serve: Serve, demo_model: LinearNewsModel, tmp_path: Path, processes: int
) -> None:
    frames_only = LinearNewsModel(demo_model.codebook, frame_model=demo_model.frame_model)
    for name, model in (("0", demo_model), ("1", frames_only)):
        save_model(model, tmp_path / name)
    (tmp_path / "served").symlink_to("0")
    options = ("--model", tmp_path / "served", "--set", "follow_seconds=0.1", "--set", f"processes={processes}")
    server = serve(*options)
    with closing(HTTPConnection(*server.address, timeout=30)) as connection:
        versions = [version_that_answers(connection)]
        for number in (1, 0, 1, 0):
            (tmp_path / "next").symlink_to(str(number))
            (tmp_path / "next").replace(tmp_path / "served")
            old, end = versions[-1], time.monotonic() + 30
            while old in versions[-4:] and time.monotonic() < end:
                versions.append(version_that_answers(connection))
            assert old not in versions[-4:]
        connection.request("GET", "/metrics")
        metrics = connection.getresponse().read().decode()
    assert len(set(versions)) == 2
    (loads,) = re.findall(r"^standpoint_model_loads_total (\S+)$", metrics, re.MULTILINE)
    assert float(loads) >= 5, loads


def version_that_answers(connection: HTTPConnection) -> str:
    connection.request("POST", "/v1/predict", request(), JSON)
    answer = connection.getresponse()
    content = answer.read()
    assert answer.status == 200, content
    return str(json.loads(content)["predictions"][0]["model"])


def test_a_connection_that_waits_does_not_hold_up_a_stop(serve: Serve) -> None:
    server = serve("--set", "processes=0")
    with socket.create_connection(server.address) as idle:
        idle.sendall(b"GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n")
        idle.recv(1000)
        started = time.monotonic()
        assert server.stop() == 0
        assert time.monotonic() - started < 5


def test_a_body_that_arrives_too_slowly_is_told_so(serve: Serve) -> None:
    server = serve("--set", "processes=0", "--set", "body_seconds=0.2")
    with socket.create_connection(server.address, timeout=10) as slow:
        head = b"POST /v1/predict HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
        slow.sendall(head)
        for _ in range(10):
            time.sleep(0.05)
            slow.sendall(b" ")
        answer = slow.recv(10_000)
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"urn:problem-type:standpoint:too-slow" in answer


def test_an_endless_body_costs_no_memory(serve: Serve) -> None:
    server = serve("--set", "processes=0")
    pid = server.process.pid
    before = resident_bytes(pid)
    with socket.create_connection(server.address, timeout=10) as endless:
        endless.sendall(b"POST /v1/predict HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n")
        endless.sendall(b"Transfer-Encoding: chunked\r\n\r\n")
        for _ in range(1000):
            endless.sendall(b"10000\r\n" + b" " * 65536 + b"\r\n")
        assert endless.recv(10_000).startswith(b"HTTP/1.1 413 ")
    assert resident_bytes(pid) - before < 40_000_000
    assert status_of_one_request(server) == 200


def resident_bytes(pid: int) -> int:
    with open(f"/proc/{pid}/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def test_everything_on_standard_error_is_json_without_text(serve: Serve) -> None:
    server = serve("--set", "processes=1")
    with socket.create_connection(server.address) as broken:
        broken.sendall(b"NONSENSE\r\n\r\n")
        broken.recv(1000)
    assert status_of_one_request(server) == 200
    server.stop()
    lines = [json.loads(line) for line in server.log.read_text().splitlines()]
    assert [line["route"] for line in lines if line["event"] == "request"] == ["/v1/predict"]
    assert "promise" not in json.dumps(lines)


def test_an_address_in_use_is_told_before_anything_starts(holder: ModelHolder) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        config = ServiceConfig(port=taken.getsockname()[1])
        with pytest.raises(InputError, match=r"127.0.0.1:\d+: cannot be listened on .*Choose another --port"):
            run(create_service(holder, config), config)


def test_an_interrupt_stops_as_well(serve: Serve) -> None:
    server = serve("--set", "processes=1")
    server.process.send_signal(signal.SIGINT)
    assert server.process.wait(timeout=30) == 0
