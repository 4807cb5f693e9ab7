"""The server: a service on a socket, until it is told to stop."""

import asyncio
import logging
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event

import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.model_process import forget_garbage
from serving.parts import Parts
from serving.request_log import LOGGER, JsonLines
from serving.service_config import ServiceConfig
from standpoint.errors import InputError

LEAVE_SECONDS = 0.5
"""How long clients that keep a connection open are told with their last answer that it will be closed."""


def run(service: FastAPI, config: ServiceConfig, *, tell: Callable[[str], None] = lambda address: None) -> None:
    """Answer requests until SIGTERM or SIGINT; every request that was accepted is answered.

    Args:
        service: what `create_service` made.
        config: where to listen; port 0 takes a free one.
        tell: is given the address when it is open.

    Raises:
        InputError: the address cannot be listened on.
    """
    parts: Parts = service.state.parts
    with _listening(config.host, config.port) as listener:
        settings = uvicorn.Config(
            _LastAnswers(service, parts.stopping),
            access_log=False,
            log_config=None,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=int(config.stop_seconds),
            backlog=1024,
        )
        _log_as_json()
        forget_garbage()
        _Server(settings, parts.stopping, lambda: tell(_address(listener))).run(sockets=[listener])


class _Server(uvicorn.Server):
    """A server that says when it answers, and takes leave of open connections before it closes them."""

    def __init__(self, settings: uvicorn.Config, stopping: Event, is_open: Callable[[], None]) -> None:
        super().__init__(settings)
        self._stopping = stopping
        self._is_open = is_open

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop on SIGTERM and SIGINT as on an order that was carried out: the process ends well."""
        before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start the service and its listening, then say so."""
        await super().startup(sockets)
        if self.started:
            self._is_open()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop in two steps: answer what still comes in and close after each answer, then close what is idle."""
        self._stopping.set()
        loop = asyncio.get_running_loop()
        end = loop.time() + LEAVE_SECONDS
        while self.server_state.connections and loop.time() < end:
            await asyncio.sleep(0.01)
        await super().shutdown(sockets)


class _LastAnswers:
    """ASGI wrapper: an answer that is given while the service takes leave closes its connection."""

    def __init__(self, app: ASGIApp, stopping: Event) -> None:
        self._app = app
        self._stopping = stopping

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start" and self._stopping.is_set():
                message["headers"] = [*message.get("headers", ()), (b"connection", b"close")]
            await send(message)

        await self._app(scope, receive, sent)


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # accepted connections inherit it
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise InputError(f"{host}:{port}: cannot be listened on ({error.strerror}). Choose another --port.") from error
    return listener


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _log_as_json() -> None:
    """Write the service's own log and uvicorn's to standard error, one JSON object a line."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    for name, level in ((LOGGER, logging.INFO), ("uvicorn.error", logging.WARNING)):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [handler], False
        logger.setLevel(level)
