"""Tests of serving.explorer, without a browser: what is sent for which form."""

import gzip
import html
import json
import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from serving.explorer import HEADERS, explorer_routes
from serving.keys import key_line, make_key
from serving.model_holder import ModelHolder
from serving.service import create_service
from serving.service_config import ServiceConfig

Connect = Callable[[ServiceConfig], TestClient]

BOTH = "China broke its promise and the costly plan collapsed again, allies signed a joint pact."
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
HOSTILE = (
    "😀 <script>alert(1)</script> & \"'> 稀土\r\n\r\n\r\n\u202e\u200bChina broke its promise. \x00"
    f"{BOTH}\r\n<img src=x onerror=alert(1)> Allies signed a joint pact. Japan kept its word."
)


@pytest.fixture
def connect(holder: ModelHolder) -> Iterator[Connect]:
    """Lend a function that starts a service with the page and returns a client of it."""
    clients: list[TestClient] = []

    def connected(config: ServiceConfig) -> TestClient:
        service = create_service(holder, config, doors=[explorer_routes()])
        clients.append(TestClient(service, raise_server_exceptions=False).__enter__())
        return clients[-1]

    yield connected
    for client in clients:
        client.__exit__()


class Shown(HTMLParser):
    """What a page shows: the text under each mark, all tags, and the values of form fields."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.marked: defaultdict[tuple[str, str], str] = defaultdict(str)
        self.tags: list[str] = []
        self._open: list[tuple[str, str] | None] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember the tag, and which mark it opens if any."""
        given = dict(attrs)
        self.tags.append(tag)
        if tag in ("mark", "span"):
            kind = (given.get("class") or "").split(" ")[0]
            where = (kind, f"{given.get('data-label')}.{given.get('data-number')}")
            self._open.append(where if "data-number" in given else None)

    def handle_endtag(self, tag: str) -> None:
        """Close what it closes."""
        if tag in ("mark", "span"):
            self._open.pop()

    def handle_data(self, data: str) -> None:
        """Add the text to every mark it lies under."""
        for where in self._open:
            if where is not None:
                self.marked[where] += data


def expected_marks(text: str, found: dict[str, Any]) -> dict[tuple[str, str], str]:
    """Return what the page must mark, from the API's answer."""
    frames = sorted(found["frames"], key=lambda frame: (not frame["present"], -frame["proba"]))
    spans = {
        ("frame", f"{label}.{number}"): (span["start"], span["end"])
        for label, frame in enumerate(frames)
        for number, span in enumerate(frame["evidence"])
    }
    for label, stance in enumerate(found["stances"]):
        actor = [(span["start"], span["end"]) for span in stance["evidence"]]
        spans |= {("actor", f"{label}.{number}"): span for number, span in enumerate(actor)}
        spans |= {("mention", f"{label}.{number}"): tuple(span) for number, span in enumerate(stance["mentions"])}
    return {where: text[slice(*span)].replace("\x00", "␀") for where, span in spans.items()}


def request_in_call(page: str) -> dict[str, Any]:
    """Return the request in the API call that the page shows."""
    call = page.partition('<code id="call">')[2].partition("</code>")[0]
    request: dict[str, Any] = json.loads(html.unescape(call).splitlines()[-2])
    return request


def article_in_call(page: str) -> dict[str, str]:
    """Return the article in the API call that the page shows."""
    article: dict[str, str] = request_in_call(page)["articles"][0]
    return article


def alert(page: str) -> str:
    """Return what the page says is wrong."""
    return html.unescape(page.partition('role="alert">')[2].partition("</p>")[0])


def test_what_is_marked_is_what_the_api_answers_for_the_call_that_is_shown(connect: Connect) -> None:
    client = connect(ServiceConfig())
    page = client.post("/", data={"title": "News 👨‍👩‍👧 \u202e", "body": HOSTILE})
    article = article_in_call(page.text)
    assert article == {"title": "News 👨‍👩‍👧 \u202e", "body": HOSTILE.replace("\r\n", "\n")}
    found = client.post("/v1/predict", json={"articles": [article]}).json()["predictions"][0]
    expected = expected_marks(f"{article['title']}\n\n{article['body']}", found)
    assert Shown(page.text).marked == expected
    assert {kind for kind, _ in expected} == {"frame", "actor", "mention"}
    assert f"␀{BOTH}" in expected.values()


def test_hostile_text_adds_no_element_and_no_script(connect: Connect) -> None:
    client = connect(ServiceConfig())
    page = client.post("/", data={"title": '"><script>alert(1)</script>', "body": HOSTILE})
    shown = Shown(page.text)
    assert [shown.tags.count(tag) for tag in ("script", "img")] == [1, 1]
    assert not re.search("<[^>]+ on[a-z]+=|<[^>]+ style=|javascript:", page.text)
    assert "\x00" not in page.text
    assert 'data-names="RLO ZWSP"' in page.text


@pytest.mark.parametrize("method", ["get", "post"])
def test_the_page_runs_and_loads_only_its_own_files_and_is_not_kept(connect: Connect, method: str) -> None:
    client = connect(ServiceConfig())
    page = client.get("/") if method == "get" else client.post("/", data={"body": BOTH})
    assert {name: page.headers[name] for name in HEADERS} == HEADERS
    assert "'unsafe" not in HEADERS["Content-Security-Policy"]
    assert HEADERS["Content-Security-Policy"].startswith("default-src 'none';")
    assert "set-cookie" not in page.headers
    for file in re.findall('(?:href|src)="(/explorer/[^"]+)"', page.text):
        sent = client.get(file)
        assert (sent.status_code, sent.headers["x-content-type-options"]) == (200, "nosniff")
        assert sent.text == Path("serving/static", file[10:].partition("?")[0]).read_text()


def test_the_page_speaks_the_language_that_is_asked_for_or_the_browsers(connect: Connect) -> None:
    client = connect(ServiceConfig())
    assert '<html lang="en">' in client.get("/").text
    assert ">分析</button>" in client.get("/", headers={"Accept-Language": "zh-CN,en;q=0.8"}).text
    assert ">Analyse</button>" in client.get("/?language=en", headers={"Accept-Language": "zh"}).text
    page = client.post("/?language=zh", data={"body": BOTH})
    assert (page.headers["content-language"], "行为体</h2>" in page.text) == ("zh", True)


def test_a_sample_is_read_and_said_to_be_made_up(connect: Connect) -> None:
    client = connect(ServiceConfig())
    names = re.findall('name="sample" value="([^"]+)"', client.get("/").text)
    assert len(names) == 4
    for name in names:
        page = client.post("/", data={"sample": name, "title": "", "body": ""})
        assert "A made-up sample" in page.text
        again = client.post("/?language=zh", data=article_in_call(page.text))
        assert "虚构样例" in again.text
    assert "A made-up sample" not in client.post("/", data={"body": BOTH}).text


@pytest.mark.parametrize(
    ("form", "status", "english", "chinese"),
    [
        ({"title": " ", "body": "\r\n"}, 422, "There is no text to read.", "没有可读的文字。"),
        (
            {"body": "稀" * 81},
            422,
            "has 83 characters with its title; up to 80 are read",
            "有 83 个字符，最多读取 80 个",
        ),
        ({"sample": "nonsense"}, 422, "There is no such sample.", "没有这个样例。"),
        (
            {"body": BOTH[:50], "actors": "Lynas\r\n\r\n" + "稀" * 201},
            422,
            "Line 3 of the other actors is too much: up to 20 lines are read, each with up to 20 names of 200",
            "第 3 行超出限制：最多 20 行，每行最多 20 个名称，每个名称最多 200",
        ),
    ],
)
def test_what_is_wrong_is_said_on_the_page(
    connect: Connect, form: dict[str, str], status: int, english: str, chinese: str
) -> None:
    client = connect(ServiceConfig(max_characters=80))
    for language, words in (("en", english), ("zh", chinese)):
        page = client.post(f"/?language={language}", data=form)
        assert page.status_code == status
        assert words in alert(page.text)


@pytest.mark.parametrize(
    ("body", "headers", "status", "words"),
    [
        (iter([b"body=", b"x" * 3000]), {}, 413, "文章太大。请分段提交。"),
        (b"body=" + b"x" * 3000, {}, 413, "文章太大。请分段提交。"),
        (gzip.compress(b"body=x", mtime=0), {"Content-Encoding": "gzip"}, 415, "不读取压缩的表单。请使用本页的表单。"),
    ],
)
def test_a_form_whose_body_is_refused_is_answered_with_the_page(
    connect: Connect, body: bytes | Iterator[bytes], headers: dict[str, str], status: int, words: str
) -> None:
    client = connect(ServiceConfig(max_body_bytes=2000))
    page = client.post("/?language=zh", content=body, headers={**FORM, **headers})
    assert (page.status_code, alert(page.text)) == (status, words)


@pytest.mark.parametrize("method", ["get", "post"])
def test_where_the_service_fails_the_page_says_so_in_both_languages_with_the_requests_id(
    connect: Connect, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, method: str
) -> None:
    client = connect(ServiceConfig())
    monkeypatch.setattr("serving.explorer.explorer_page", lambda view: 1 / 0)
    page = client.request(method, "/", headers={"X-Request-Id": "r1", **FORM}, content=b"body=secret")
    assert (page.status_code, page.headers["content-type"]) == (500, "text/html; charset=utf-8")
    assert all(words in page.text for words in ("The service failed", "服务处理此请求时出错", "<code>r1</code>"))
    assert page.headers["content-security-policy"] == HEADERS["Content-Security-Policy"]
    [failure] = [record.fields for record in caplog.records if record.msg == "failure"]  # type: ignore[attr-defined]  # of our own log
    assert (failure["error"], failure["request_id"]) == ("ZeroDivisionError", "r1")
    assert "secret" not in caplog.text


def test_other_actors_are_looked_for_and_the_call_asks_for_them_too(connect: Connect) -> None:
    client = connect(ServiceConfig())
    form = {"body": f"{BOTH} Lynas kept its word.", "actors": "Lynas, 莱纳斯\r\n<b>Maaden</b>\r\n"}
    page = client.post("/", data=form)
    request = request_in_call(page.text)
    assert request["actors"] == [
        {"id": "other-1", "aliases": ["Lynas", "莱纳斯"]},
        {"id": "other-2", "aliases": ["<b>Maaden</b>"]},
    ]
    found = client.post("/v1/predict", json=request).json()["predictions"][0]
    assert [stance["actor"] for stance in found["stances"]] == ["china", "other-1"]
    assert Shown(page.text).marked == expected_marks(f"\n\n{form['body']}", found)
    assert "Looked for as: Lynas · 莱纳斯 " in page.text
    assert "Not found in the text: &lt;b&gt;Maaden&lt;/b&gt;</p>" in page.text


def test_other_actors_stay_in_the_form_also_where_a_sample_is_picked(connect: Connect) -> None:
    client = connect(ServiceConfig())
    for form in ({"body": BOTH}, {"body": ""}, {"sample": "committee"}):
        page = client.post("/", data={**form, "actors": "Lynas\r\n</textarea>"})
        assert ">\nLynas\n&lt;/textarea&gt;</textarea>" in page.text


def test_a_text_that_is_refused_stays_in_the_form(connect: Connect) -> None:
    page = connect(ServiceConfig(max_characters=20)).post("/", data={"title": 'a"b', "body": "\n<i>稀土</i> " * 3})
    assert page.status_code == 422
    assert 'value="a&#34;b"' in page.text
    assert ">\n\n&lt;i&gt;稀土&lt;/i&gt; \n" in page.text


def test_overload_is_said_on_the_page_with_when_to_come_back(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    client = connect(ServiceConfig(queue_articles=1))
    batcher: Any = client.app.state.parts.batcher  # type: ignore[attr-defined]  # a service of ours
    monkeypatch.setattr(batcher, "_n_waiting", 400)
    page = client.post("/?language=en", data={"body": BOTH})
    assert (page.status_code, page.headers["retry-after"]) == (503, "2")
    assert "Try again in 2 s." in page.text
    assert page.headers["content-security-policy"] == HEADERS["Content-Security-Policy"]


def test_a_form_from_elsewhere_is_not_read(connect: Connect) -> None:
    client = connect(ServiceConfig())
    page = client.post("/", data={"body": BOTH}, headers={"Sec-Fetch-Site": "cross-site"})
    assert (page.status_code, BOTH in page.text) == (403, False)
    assert client.post("/", json={"body": BOTH}).status_code == 415
    assert client.post("/", data={"body": BOTH}, headers={"Origin": "http://testserver"}).status_code == 200


def test_with_keys_in_force_an_article_is_read_only_with_one_which_is_never_shown(
    connect: Connect, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    key = make_key(bytes(32))
    (tmp_path / "keys").write_text(key_line(key, "newsroom"))
    client = connect(ServiceConfig(keys_file=tmp_path / "keys"))
    caplog.set_level("INFO", "standpoint.service")
    assert 'name="key" type="password"' in client.get("/").text
    for form in ({"body": BOTH}, {"body": BOTH, "key": key[:-1]}, {"sample": "committee", "key": "稀土 \x00"}):
        page = client.post("/?language=en", data=form)
        assert (page.status_code, "A known API key is needed." in page.text) == (401, True)
        assert "<mark" not in page.text
        assert form.get("key", "?no") not in page.text
    page = client.post("/", data={"body": BOTH, "key": key})
    assert "<mark" in page.text
    assert "Bearer $STANDPOINT_KEY" in page.text
    assert key not in page.text + caplog.text
    assert caplog.records[-1].fields["key"] == "newsroom"  # type: ignore[attr-defined]  # of our own log


def test_without_keys_none_is_asked_for(connect: Connect) -> None:
    page = connect(ServiceConfig()).post("/", data={"body": BOTH})
    assert "STANDPOINT_KEY" not in page.text
    assert 'type="password"' not in page.text


@pytest.mark.parametrize("unit", ["稀土", "China ", "a\u200b", "\n.", "\x00", "\u202e", "<&>\"'"])
def test_two_hundred_thousand_characters_are_shown_soon(connect: Connect, unit: str) -> None:
    body = ("x" + unit * 200_000)[:199_998]
    client = connect(ServiceConfig())
    started = time.perf_counter()
    page = client.post("/", data={"body": body})
    assert page.status_code == 200
    assert "200,000 characters read" in page.text
    assert time.perf_counter() - started < 20


def test_an_article_in_which_nothing_is_found_says_so(connect: Connect) -> None:
    page = connect(ServiceConfig()).post("/", data={"body": "天气晴。"})
    assert "No frame reaches its threshold." in page.text
    assert "No actor of the codebook is named." in page.text


def test_the_page_is_not_part_of_the_api(connect: Connect) -> None:
    client = connect(ServiceConfig())
    assert not {"/", "/explorer/explorer.js"} & client.get("/openapi.json").json()["paths"].keys()
    assert client.put("/").status_code == 405
