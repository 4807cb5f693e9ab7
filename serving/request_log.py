"""The request log: one JSON object a line for each request, with its id and never with article text or keys."""

import json
import logging
import re
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from uuid import uuid4

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.problems import unexpected

LOGGER = "standpoint.service"
REQUEST_ID = "X-Request-Id"
CLIENT_CLOSED = 499
"""The status under which a request is kept whose client went away before all of it was read: no answer was sent."""

_GIVEN_ID = re.compile(r"[\w.-]{1,64}", re.ASCII)


@dataclass(frozen=True)
class RequestRecord:
    """What is kept of one request; `key` is the name of its key, `route` the pattern of its path."""

    request_id: str
    method: str
    route: str
    status: int
    seconds: float
    n_articles: int = 0
    key: str | None = None


Observer = Callable[[RequestRecord], None]


class RequestLog:
    """ASGI middleware: names each request, tells observers of it, and answers where the service fails."""

    def __init__(self, app: ASGIApp, *, observers: Sequence[Observer]) -> None:
        self.app = app
        self._observers = observers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; its id is the client's own X-Request-Id where that is a plain one."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        answer = _Answer(send, _request_id(scope))
        scope.setdefault("state", {})["request_id"] = answer.request_id
        started = time.perf_counter()
        try:
            await self._answered(scope, receive, answer)
        finally:
            record = _record(scope, answer, time.perf_counter() - started)
            for observer in self._observers:
                observer(record)

    async def _answered(self, scope: Scope, receive: Receive, answer: "_Answer") -> None:
        try:
            await self.app(scope, receive, answer.send)
        except ClientDisconnect:
            answer.status = CLIENT_CLOSED
        except Exception as error:  # the last place where a client can still be told
            log_failure(error, request_id=answer.request_id)
            if answer.is_started:
                raise ConnectionAbortedError("the service failed while it answered") from None
            await unexpected(Request(scope))(scope, receive, answer.send)


def log_request(record: RequestRecord) -> None:
    """Write a request to the log; a health check only where it fails."""
    if not (record.route.startswith("/health") and record.status < 400):
        logging.getLogger(LOGGER).info("request", extra={"fields": asdict(record)})


def log_failure(error: BaseException, **fields: object) -> None:
    """Write to the log where an error came from; its words are left out, for they may hold article text."""
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    found = {"error": type(error).__name__, "places": places, **fields}
    logging.getLogger(LOGGER).error("failure", extra={"fields": found})


class JsonLines(logging.Formatter):
    """Formats log records as JSON, one a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one line: time, level, event, and the record's fields."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        return json.dumps(line, ensure_ascii=False, default=str)


class _Answer:
    """Sends an answer with the request's id in its head, and remembers its status."""

    def __init__(self, send: Send, request_id: str) -> None:
        self.request_id = request_id
        self.status = 500
        self.is_started = False
        self._send = send

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.is_started = True
            self.status = message["status"]
            message["headers"] = [*message.get("headers", ()), (REQUEST_ID.lower().encode(), self.request_id.encode())]
        await self._send(message)


def _request_id(scope: Scope) -> str:
    given = Headers(scope=scope).get(REQUEST_ID, "")
    return given if _GIVEN_ID.fullmatch(given) else uuid4().hex


def _record(scope: Scope, answer: _Answer, seconds: float) -> RequestRecord:
    state = scope["state"]
    return RequestRecord(
        request_id=answer.request_id,
        method=scope["method"],
        route=getattr(scope.get("route"), "path", "unknown"),
        status=answer.status,
        seconds=round(seconds, 6),
        n_articles=state.get("n_articles", 0),
        key=state.get("key"),
    )
