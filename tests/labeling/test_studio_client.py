"""The client: what it makes of servers that are not well, and that it keeps the token to itself."""

import json
import logging
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from labeling.patience import Patience
from labeling.pushing import PushOptions, push
from labeling.studio_client import Raw, Studio
from labeling.work_item import WorkItem
from standpoint.article import Article
from standpoint.codebook import Codebook, Words
from standpoint.errors import StudioError

TOKEN = "0123456789abcdef0123456789abcdef01234567"
COOKIE = "session-cookie-of-the-server"
ME = (200, {"email": "ana@example.com"})
LOCKED = (500, {"detail": "database is locked"})
Reply = tuple[int, object]
Replies = list[Reply]


class Handler(BaseHTTPRequestHandler):
    """Answers with the next reply of the server's list, the last one again and again; status 0 hangs up."""

    def answer(self) -> None:
        """Send the reply; a text goes out as it is, anything else as JSON."""
        server = self.server
        assert isinstance(server, Scripted)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        server.requests.append((f"{self.command} {self.path.split('?')[0]}", json.loads(body) if body else None))
        status, reply = server.replies.pop(0) if len(server.replies) > 1 else server.replies[0]
        if not status:
            return
        self.send_response(status)
        self.send_header("Set-Cookie", f"sessionid={COOKIE}")
        self.end_headers()
        self.wfile.write((reply if isinstance(reply, str) else json.dumps(reply)).encode())

    do_GET = do_POST = do_PATCH = do_DELETE = answer

    def log_message(self, *_: object) -> None:
        """Keep still."""


class Scripted(ThreadingHTTPServer):
    """A server with a list of replies, and the requests it got: method and path, and the body."""

    replies: Replies
    requests: list[tuple[str, object]]


@pytest.fixture
def scripted() -> Iterator[Callable[..., Scripted]]:
    """Start a server that gives the replies one after another."""
    servers: list[Scripted] = []

    def start(*replies: Reply) -> Scripted:
        server = Scripted(("127.0.0.1", 0), Handler)
        server.replies, server.requests = list(replies), []
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        servers.append(server)
        return server

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def opened(server: Scripted, waits: list[float] | None = None, *, attempts: int = 4) -> Studio:
    slept: list[float] = [] if waits is None else waits
    patience = Patience(attempts=attempts, timeout=5, sleep=slept.append, jitter=lambda: 1.0)
    return Studio(f"http://127.0.0.1:{server.server_port}", TOKEN, patience=patience)


def test_a_server_that_comes_back_is_waited_for_twice_as_long_each_time(scripted: Callable[..., Scripted]) -> None:
    waits: list[float] = []
    assert opened(scripted((503, "busy"), LOCKED, (0, ""), ME), waits).check() == "ana@example.com"
    assert waits == [0.5, 1.0, 2.0]


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        ((401, {"detail": "Invalid token."}), "the token is not valid .Invalid token.. Copy it again from Account"),
        ((401, {"detail": "legacy token authentication has been disabled"}), "Make a personal access token"),
        ((403, {"detail": "Not yours."}), "this account may not do that .Not yours.. Use the token of one who may"),
        ((404, "<html>Not found</html>"), "HTTP 404 and no Label Studio JSON. Check the address: scheme, port"),
        ((200, "<html>Welcome to nginx</html>"), "HTTP 200 and no Label Studio JSON. Check the address"),
        ((200, {"hello": 1}), "no Label Studio JSON"),
        ((302, ""), "answers with a redirect .HTTP 302.. Check the address"),
        ((500, {"detail": "Boom."}), "failed with HTTP 500 at GET /api/current-user/whoami .Boom.. The reason"),
        ((500, "<html>Oops</html>"), "The reason is in its log, on the terminal or in the container"),
        ((503, "busy"), "failed with HTTP 503"),
        ((429, {}), "refused GET /api/current-user/whoami with HTTP 429: no reason given"),
        ((0, ""), "the connection broke. Check the address and that the server runs"),
    ],
)
def test_an_answer_that_is_none_says_what_to_do(scripted: Callable[..., Scripted], reply: Reply, message: str) -> None:
    with pytest.raises(StudioError, match=message):
        opened(scripted(reply)).check()


def test_an_address_where_nothing_listens_is_named(scripted: Callable[..., Scripted]) -> None:
    server = scripted(ME)
    server.shutdown()
    server.server_close()
    with pytest.raises(StudioError, match=f"http://127.0.0.1:{server.server_port}: nothing answers there"):
        opened(server).check()


@pytest.mark.parametrize("status", [400, 401, 403, 404, 500])
def test_what_will_not_pass_is_not_tried_again(scripted: Callable[..., Scripted], status: int) -> None:
    server = scripted((status, {"detail": "no"}))
    with pytest.raises(StudioError):
        opened(server).check()
    assert len(server.requests) == 1


def test_patience_comes_to_an_end(scripted: Callable[..., Scripted]) -> None:
    server = scripted((502, "bad gateway"))
    with pytest.raises(StudioError, match="HTTP 502"):
        opened(server, attempts=3).check()
    assert len(server.requests) == 3


def test_an_import_without_an_answer_sends_again_only_what_has_not_arrived(scripted: Callable[..., Scripted]) -> None:
    server = scripted((0, ""), (502, ""), (201, {"task_count": 1}))
    asked: list[Sequence[Raw]] = []

    def missing(tasks: Sequence[Raw]) -> Sequence[Raw]:
        asked.append(tasks)
        return tasks[1:] if len(tasks) > 1 else tasks

    opened(server).import_tasks(1, [{"data": 1}, {"data": 2}], missing=missing)
    assert asked == [[{"data": 1}, {"data": 2}], [{"data": 2}]]
    assert [body for _, body in server.requests] == [[{"data": 1}, {"data": 2}], [{"data": 2}], [{"data": 2}]]


def test_suggestions_that_arrived_without_an_answer_are_counted(scripted: Callable[..., Scripted]) -> None:
    server = scripted((0, ""), (201, {"created": 1}))
    assert opened(server).import_predictions(1, [{"task": 1}, {"task": 2}], missing=lambda rest: rest[1:]) == 2
    nothing_left = scripted((0, ""))
    assert opened(nothing_left).import_predictions(1, [{"task": 1}], missing=lambda rest: []) == 1


def test_a_project_is_not_created_twice(scripted: Callable[..., Scripted]) -> None:
    server = scripted((0, ""), (201, {"id": 1}))
    with pytest.raises(StudioError, match="the connection broke"):
        opened(server).create_project({"title": "Demo"})


def test_tasks_come_page_by_page_and_never_run_a_model(scripted: Callable[..., Scripted]) -> None:
    one, four, nine = ({"id": id, "updated_at": "2026-11-25T03:00:00Z"} for id in (1, 4, 9))
    pages = [{"total": 3, "tasks": [one, four]}, {"total": 1, "tasks": [nine]}]
    server = scripted(*((200, page) for page in pages))
    tasks = opened(server).task_times(1, updated_since="2026-11-25T11:00:00+08:00")
    assert next(tasks) == (1, "2026-11-25T03:00:00Z")
    assert len(server.requests) == 1
    assert [id for id, _ in tasks] == [4, 9]


def test_a_push_to_a_server_that_dies_half_way_says_how_far_it_came(scripted: Callable[..., Scripted]) -> None:
    server = scripted((200, {"total": 0, "tasks": []}), (201, {"task_count": 2}), (0, ""))
    items = [WorkItem(Article(f"a{number}", "Rain", "")) for number in range(4)]
    codebook = Codebook("demo", Words("Demo", "示例"))
    with pytest.raises(StudioError, match="the connection broke.* 2 articles were done by then. Run the same command"):
        push(opened(server), 1, items, codebook, options=PushOptions(batch_size=2))


@pytest.mark.parametrize("url", ["localhost:8080", "ftp://localhost", "", "http://"])
def test_an_address_must_be_one(url: str) -> None:
    with pytest.raises(StudioError, match="is no address of a server. Write it like http://localhost:8080"):
        Studio(url, TOKEN)


def test_an_address_with_a_password_is_refused_without_repeating_it() -> None:
    with pytest.raises(StudioError, match="the address of example.com has a name or password in it") as caught:
        Studio("http://ana:secret@example.com", TOKEN)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("token", ["", "  ", "a\nb", "тoken"])
def test_a_token_that_cannot_be_one_is_refused(token: str) -> None:
    with pytest.raises(StudioError, match="the token is empty or has other than ASCII characters"):
        Studio("http://localhost:8080", token)


def test_a_personal_token_that_has_expired_is_named() -> None:
    expired = "eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjEwMDAwMDAwMDAsInRva2VuX3R5cGUiOiJyZWZyZXNoIn0.c2lnbmF0dXJl"
    with pytest.raises(StudioError, match="the token is not valid .API key has expired") as caught:
        Studio("http://localhost:8080", expired)
    assert expired not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("reply", [(401, {"detail": TOKEN}), (500, f"<html>{TOKEN}</html>"), (0, ""), (302, "")])
def test_neither_token_nor_cookie_is_told(
    scripted: Callable[..., Scripted], caplog: pytest.LogCaptureFixture, reply: Reply
) -> None:
    caplog.set_level(logging.DEBUG)
    studio = opened(scripted(ME, reply))
    studio.check()
    with pytest.raises(StudioError) as caught:
        studio.check()
    told = "".join(traceback.format_exception(caught.value)) + repr(caught.value) + repr(studio) + caplog.text
    assert "whoami" in caplog.text
    assert TOKEN not in told
    assert COOKIE not in told
