"""Limits on request bodies, kept before a body is read into memory."""

import asyncio

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.problems import ProblemError
from serving.service_config import ServiceConfig


class BodyLimits:
    """ASGI middleware: refuses bodies that are too large, compressed or too slow, as soon as one is asked for.

    A body is counted while it arrives, so that one without a true Content-Length is not held either. Whoever asks for
    it gets the refusal as an error, and answers in its own way: the API with a problem, the explorer with its page.
    """

    def __init__(self, app: ASGIApp, *, config: ServiceConfig) -> None:
        self.app = app
        self._config = config
        self._held = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the service answer; what it reads of the body is counted."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        body = _CountedBody(self, receive, Headers(scope=scope))
        try:
            await self.app(scope, body.receive, send)
        finally:
            self._held -= body.n_bytes

    def check(self, headers: Headers) -> None:
        """Refuse a body for what its head says.

        Raises:
            ProblemError: 415 where it is compressed, 413 where it is too large.
        """
        if headers.get("content-encoding", "identity").strip().lower() != "identity":
            raise ProblemError(415, "compressed", "Compressed bodies are not read. Send it without Content-Encoding.")
        length = headers.get("content-length", "")
        if length.isdecimal() and int(length[:20]) > self._config.max_body_bytes:
            raise _too_large(self._config)

    def hold(self, n_bytes: int, of_body: int) -> None:
        """Count bytes that arrived, `of_body` of them in one request so far.

        Raises:
            ProblemError: 413 where the one body, 503 where all bodies together are too large.
        """
        self._held += n_bytes
        if of_body > self._config.max_body_bytes:
            raise _too_large(self._config)
        if self._held > self._config.max_bodies_bytes:
            raise _too_much_at_once()

    @property
    def seconds(self) -> float:
        """How long a body may take to arrive."""
        return self._config.body_seconds


def json_only(request: Request) -> None:
    """Let a request in that says its body is JSON, which no web page elsewhere may send unasked.

    Raises:
        ProblemError: 415, it says something else, or nothing.
    """
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise ProblemError(415, "not-json", "Only JSON is read. Send it with Content-Type: application/json.")


class _CountedBody:
    """The body of one request, counted while it is read."""

    def __init__(self, limits: BodyLimits, receive: Receive, headers: Headers) -> None:
        self.n_bytes = 0
        self._limits = limits
        self._receive = receive
        self._headers = headers
        self._end = asyncio.get_running_loop().time() + limits.seconds
        self._is_complete = False

    async def receive(self) -> Message:
        if self._is_complete:
            return await self._receive()
        self._limits.check(self._headers)
        try:
            async with asyncio.timeout_at(self._end):
                message = await self._receive()
        except TimeoutError:
            raise ProblemError(408, "too-slow", "The body did not arrive in time. Send it again.") from None
        arrived = len(message.get("body", b""))
        self.n_bytes += arrived
        self._is_complete = not message.get("more_body", False)
        self._limits.hold(arrived, self.n_bytes)
        return message


def _too_large(config: ServiceConfig) -> ProblemError:
    detail = f"A body may have {config.max_body_bytes} bytes. Send fewer articles in one request."
    return ProblemError(413, "body-too-large", detail)


def _too_much_at_once() -> ProblemError:
    detail = "The service holds as many requests as it can. Send it again later."
    return ProblemError(503, "overloaded", detail, headers={"Retry-After": "1"})
