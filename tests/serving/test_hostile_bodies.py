"""Twenty thousand hostile bodies against a real server: each is refused in words, and the server stays as it was."""

import gzip
import json
import re
import socket
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from random import Random
from subprocess import Popen
from typing import Any, NamedTuple, Protocol
from urllib.parse import urlencode

import pytest

from serving.keys import key_line, make_key

N_BODIES = 20_000
MEGABYTE = 1_000_000
MOST_GROWTH = 40 * MEGABYTE
"""By how much the memory of the server's processes may ever grow, in bytes: less than one of the bodies of 50 MB."""
WORDS = "peach orchard"  # in every text that is sent

PREDICT, SETUP, PAGE = "/v1/predict", "/label-studio/setup", "/"
GOOD: dict[str, dict[str, Any]] = {
    PREDICT: {
        "articles": [{"id": "a", "title": f"稀土 {WORDS}", "body": "China broke its promise. 😀", "language": "en"}],
        "actors": [{"id": "pensana", "aliases": ["Pensana", "彭萨纳"]}],
        "evidence": True,
        "probabilities": True,
    },
    SETUP: {"project": "2.17", "schema": f"<View>{WORDS}</View>"},
    "/label-studio/predict": {"tasks": [{"data": {"text": WORDS}}], "project": "2.17", "label_config": "<View/>"},
    "/label-studio/webhook": {"action": "ANNOTATION_CREATED"},
}
PATHS = (*GOOD, *[PREDICT] * 8)
ENCODINGS = ("gzip", "br", "deflate", "zstd", "x-gzip", "gzip, gzip", "nonsense")
MEDIA_TYPES = ("", "text/plain", "application/xml", "multipart/form-data; boundary=a", "application/json5", "\xff")
BOMB = gzip.compress(bytes(50 * MEGABYTE))


class Sent(NamedTuple):
    """A request that has to be refused."""

    path: str
    body: bytes | Iterator[bytes]
    headers: dict[str, str]


class Server(Protocol):
    """What the fixture gives."""

    process: Popen[str]
    log: Path

    @property
    def address(self) -> tuple[str, int]:
        """Host and port."""

    def stop(self) -> int:
        """Stop it; return its exit code."""


def hostile(draw: Random, key: str) -> Sent:
    """Draw a request, most of them to the API."""
    if draw.random() < 0.02:
        return hostile_form(draw, key)
    path, kind = draw.choice(PATHS), draw.random()
    good = GOOD[path]
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {key}", "X-Hook-Secret": key}
    if kind < 0.04:
        return Sent(path, BOMB, headers | {"Content-Encoding": draw.choice(ENCODINGS)})
    if kind < 0.08:
        return Sent(path, as_json(good), headers | {"Content-Type": draw.choice(MEDIA_TYPES)})
    if kind < 0.1:
        return Sent(path, as_json(good), {**headers, "Authorization": f"Bearer {key[:-1]}", "X-Hook-Secret": "\xff"})
    if kind < 0.5:
        return Sent(path, draw.choice(NO_JSON)(draw, as_json(good)), headers)
    return Sent(path, draw.choice([*WRONG_JSON, *MORE_WRONG_JSON.get(path, ())])(draw, good), headers)


def hostile_form(draw: Random, key: str) -> Sent:
    """Draw a form for the page that is blank, far too long, of another kind, or from another page."""
    form = urlencode({"title": f"稀土 {WORDS}", "body": WORDS, "key": key}).encode()
    own, zipped_form = "application/x-www-form-urlencoded", gzip.compress(form)
    bodies: list[tuple[bytes, dict[str, str]]] = [
        (b"key=%b&title=+&body=%%0D%%0A%%E2%%80%%83" % key.encode(), {}),
        (b"key=%b&sample=%%00%%ff" % key.encode(), {}),
        (form.replace(b"body=", b"body=" + b"x" * 200_000), {}),
        (form[:-1], {}),
        (b"&" * 10_000 + form, {}),
        (draw.randbytes(draw.randrange(1000)), {}),
        (zipped_form, {"Content-Encoding": draw.choice(ENCODINGS)}),
        (form, {"Content-Type": draw.choice(["application/json", *MEDIA_TYPES])}),
        (form, {"Origin": draw.choice(["null", "http://evil.test", "http://[", "\xff"])}),
        (form, {"Sec-Fetch-Site": "cross-site"}),
    ]
    body, headers = draw.choice(bodies)
    return Sent(PAGE, body, {"Content-Type": own} | headers)


def large(key: str, path: str, *, chunked: bool) -> Sent:
    """Return a request of 50 MB; `chunked`: it does not say so at its head."""
    piece = b" " * MEGABYTE
    kind = "application/x-www-form-urlencoded" if path == PAGE else "application/json"
    headers = {"Content-Type": kind, "Authorization": f"Bearer {key}", "X-Hook-Secret": key}
    return Sent(path, iter([piece] * 50) if chunked else piece * 50, headers)


def as_json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def cut_short(draw: Random, good: bytes) -> bytes:
    return good[: draw.randrange(len(good))]


def flipped(draw: Random, good: bytes) -> bytes:
    """Change bits of a byte that holds the document together."""
    place = draw.choice([place for place, byte in enumerate(good) if byte in b'{}[]":,'])
    return good[:place] + bytes([good[place] ^ draw.randrange(1, 256)]) + good[place + 1 :]


def noise(draw: Random, good: bytes) -> bytes:
    return draw.randbytes(draw.randrange(len(good)))


def with_bad_bytes(draw: Random, good: bytes) -> bytes:
    """Put in NUL, a part of a character, an overlong one, or half a surrogate pair."""
    place = draw.randrange(len(good))
    return good[:place] + draw.choice([b"\0", b"\xff", b"\xf0\x9f", b"\xc0\xaf", b"\xed\xa0\x80"]) + good[place:]


def with_half_a_pair(draw: Random, good: bytes) -> bytes:
    """Put half a surrogate pair, written as an escape, at either end of a string."""
    place = draw.choice([place for place, byte in enumerate(good) if byte == ord('"')])
    half = b"\\u%04x" % draw.randrange(0xD800, 0xE000)
    return good[:place] + draw.choice([b'"' + half, half + b'"']) + good[place + 1 :]


def zipped(draw: Random, good: bytes) -> bytes:
    return draw.choice([gzip.compress(good), zlib.compress(good)])


def deep(draw: Random, good: bytes) -> bytes:
    """Nest far deeper than what is asked for, at the top or in a field; some of it is closed again."""
    depth = draw.randrange(100, 5000)
    opened, closed = draw.choice([(b"[", b"]"), (b'{"a":', b"}"), (b'{"articles":[', b"]}")])
    nested = opened * depth + draw.choice([b"", b"1", b"1" + closed * depth])
    return draw.choice([nested, b'{"articles":[{"body":%b}],"tasks":%b,"project":%b}' % (nested, nested, nested)])


NO_JSON = (cut_short, flipped, noise, with_bad_bytes, with_half_a_pair, zipped, deep)

VALUES: tuple[Any, ...] = (True, 0, -1, 10**20, 1.5, "", "a\0b", WORDS, [], [[]], [None], {}, {"a": 1}, [WORDS])
NUMBERS = (b"1e9999", b"-1e9999", b"NaN", b"Infinity", b"-Infinity", b"9" * 5000, b"1" + b"0" * 400 + b".5", b"1E+400")
INTERFACES = (
    '<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;&b;">]><View>&c;</View>',
    "<View>" * 5000,
    "<View>" * 5000 + "</View>" * 5000,
    "\0",
)


def other_type(draw: Random, value: object) -> object:
    return draw.choice([other for other in VALUES if type(other) is not type(value)])


def wrong_field(draw: Random, good: dict[str, Any]) -> bytes:
    name = draw.choice(list(good))
    return as_json(good | {name: draw.choice([None, other_type(draw, good[name])])})


def wrong_number(draw: Random, good: dict[str, Any]) -> bytes:
    """Put a number where none belongs that is too large for any type, or none in JSON."""
    name = draw.choice(list(good))
    return as_json(good | {name: "@"}).replace(b'"@"', draw.choice(NUMBERS))


def missing_field(draw: Random, good: dict[str, Any]) -> bytes:
    gone = draw.choice([name for name in good if name in ("articles", "tasks", "label_config", "schema", "action")])
    return as_json({name: value for name, value in good.items() if name != gone})


def twice(draw: Random, good: dict[str, Any]) -> bytes:
    """Name a field twice, of which the last counts."""
    name = draw.choice(list(good))
    return as_json(good)[:-1] + b"," + as_json({name: other_type(draw, good[name])})[1:]


def other_document(draw: Random, good: dict[str, Any]) -> bytes:
    return as_json(draw.choice([None, [good], *(value for value in VALUES if not isinstance(value, dict))]))


def wrong_part(draw: Random, good: dict[str, Any]) -> bytes:
    """Give one field of an article or of an actor a value of another type."""
    parts = {name: dict(good[name][0]) for name in ("articles", "actors")}
    changed = parts[draw.choice(list(parts))]
    name = draw.choice(list(changed))
    changed[name] = other_type(draw, changed[name])
    return as_json(good | {name: [part] for name, part in parts.items()})


def refused_value(draw: Random, good: dict[str, Any]) -> bytes:
    """Give an article or an actor what is of the right type and refused all the same."""
    article: dict[str, Any] = draw.choice(
        [
            {"published": draw.choice(["0000-00-00", "2025-13-01", "\0", "9" * 40, "稀土"])},
            {"language": draw.choice(["", "EN", "zh\0", "x" * 5000])},
            {"id": "x" * draw.randrange(501, 5000)},
            {"title": " ", "body": "\n"},
            {"body": "x" * 200_001},
            {draw.choice(["__proto__", "\0", "a" * 1000, "\u202e"]): WORDS},
        ]
    )
    actor = {"id": draw.choice(["china", "", "A", "a b", "../a", "a" * 65, "é", "a\n"]), "aliases": ["x"]}
    changes = ({"articles": [good["articles"][0] | article]}, {"actors": [actor]}, {"actors": [{"id": "a"}]})
    return as_json(good | draw.choice(changes))


def too_many(draw: Random, good: dict[str, Any]) -> bytes:
    changes = ({"articles": good["articles"] * draw.randrange(65, 500)}, {"actors": good["actors"] * 21})
    return as_json(good | draw.choice(changes))


def wrong_interface(draw: Random, good: dict[str, Any]) -> bytes:
    """Send an interface that is no XML, or none that ends, or that grows when it is read."""
    return as_json(good | {"schema": draw.choice(INTERFACES)})


WRONG_JSON = (wrong_field, wrong_number, missing_field, twice, other_document)
MORE_WRONG_JSON = {PREDICT: (wrong_part, refused_value, too_many), SETUP: (wrong_interface,)}


@pytest.mark.slow
def test_twenty_thousand_hostile_bodies_are_refused_and_change_nothing(
    serve: Callable[..., Server], tmp_path: Path
) -> None:
    key, draw, statuses = make_key(bytes(range(32))), Random(4), Counter[int]()
    (tmp_path / "keys").write_text(key_line(key, "newsroom"))
    server = serve("--keys", tmp_path / "keys")
    with closing(HTTPConnection(*server.address, timeout=60)) as connection:
        for number in range(N_BODIES):
            if number % 1000 == 0:
                assert works(connection, key)
            if number == N_BODIES // 10:  # what stays of good and small requests is there by now
                before = peak_bytes(server)
            if number % 50 == 0:
                break_off(server, draw, key)
            else:
                statuses[refused(connection, hostile(draw, key))] += 1
        for path in (*GOOD, PAGE):
            for chunked in (False, True):
                statuses[refused(connection, large(key, path, chunked=chunked))] += 1
        assert works(connection, key)
        assert peak_bytes(server) - before < MOST_GROWTH
        assert max(counted(connection, key)) == 499  # the bodies that were broken off
    assert server.stop() == 0
    assert {400, 401, 403, 409, 413, 415, 422} <= statuses.keys()
    log = server.log.read_text()
    assert [secret for secret in (*WORDS.split(), "promise", "稀", key) if secret in log] == []
    assert {json.loads(line)["event"] for line in log.splitlines()} <= {"request", "project does not fit"}


def refused(connection: HTTPConnection, sent: Sent) -> int:
    """Send a request, see that it is refused in words, and return the status."""
    connection.request("POST", sent.path, sent.body, sent.headers)
    answer = connection.getresponse()
    content = answer.read().decode()
    shown = sent.body[:300] if isinstance(sent.body, bytes) else ""
    assert 400 <= answer.status < 500, (answer.status, sent.path, shown, content)
    if sent.path == PAGE:
        assert re.search(r'role="alert">\S.*\S</p>', content), content
        return answer.status
    assert answer.getheader("Content-Type") == "application/problem+json", (sent.path, shown, content)
    problem = json.loads(content)
    assert (problem["status"], bool(problem["detail"])) == (answer.status, True)
    assert WORDS not in content
    return answer.status


def break_off(server: Server, draw: Random, key: str) -> None:
    """Send a part of a body, and close the connection."""
    body = as_json(GOOD[PREDICT])
    head = f"POST {PREDICT} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nAuthorization: Bearer {key}\r\n"
    framed = [
        b"Content-Length: %d\r\n\r\n" % (len(body) + 1) + body,
        b"Content-Length: %d\r\n\r\n" % len(body) + cut_short(draw, body),
        b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n" % (len(body), body),
        b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % len(body) + cut_short(draw, body),
    ]
    with socket.create_connection(server.address) as broken:
        broken.sendall(head.encode() + draw.choice(framed))


def works(connection: HTTPConnection, key: str) -> bool:
    """Say whether a good request is answered."""
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {key}"}
    connection.request("POST", PREDICT, as_json(GOOD[PREDICT]), headers)
    answer = connection.getresponse()
    return len(json.load(answer)["predictions"]) == 1


def counted(connection: HTTPConnection, key: str) -> list[int]:
    """Return the statuses that the server has counted."""
    connection.request("GET", "/metrics", headers={"Authorization": f"Bearer {key}"})
    metrics = connection.getresponse().read().decode()
    return [
        int(status) for status in re.findall(r'^standpoint_requests_total\{.*status="(\d+)"', metrics, re.MULTILINE)
    ]


def peak_bytes(server: Server) -> int:
    """Return the most memory that the server and the processes that hold its model ever had."""
    pid = server.process.pid
    children = " ".join(path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/children"))
    states = [Path(f"/proc/{pid}/status").read_text() for pid in (pid, *children.split())]
    return sum(1024 * int(state.partition("VmHWM:")[2].split()[0]) for state in states)
