"""Tests of encoders by name, against a server that speaks as much of the hub's protocol as is asked for."""

import hashlib
import io
import json
import os
import resource
import socket
import struct
import threading
import traceback
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path

import pytest
from huggingface_hub import constants

if find_spec("torch") is None and not os.environ.get("CI"):
    pytest.skip("needs torch and transformers: pip install -e '.[encoder]'", allow_module_level=True)

from benchmarks.small_encoder import write_small_encoder
from models.encoder_hub import FILES, encoder_folder
from models.encoder_source import read_encoder
from standpoint.errors import ModelFolderError

NAME = "team/small-encoder"
TOKEN = "hf_0123456789abcdefghijklmnopqrstuvwx"
OTHERS = {"pytorch_model.bin": b"pickle", "modeling.py": b"1 / 0", "1_Pooling/config.json": b"{}", "README.md": b"#"}
COMMITS = {"main": "a" * 40, "v2": "b" * 40}

Refusal = Callable[[str, str], tuple[int, dict[str, str]] | None]


class Hub(ThreadingHTTPServer):
    """A hub with one model: its files, what was asked, whom it refuses, and how the next weights break off."""

    files: dict[str, bytes]
    requests: list[str]
    refusal: Refusal
    cut: str

    @property
    def address(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    """Answers what the model's files are, and with each of them."""

    server: Hub

    def do_GET(self) -> None:
        """Answer any request."""
        path = self.path.split("?")[0]
        self.server.requests.append(f"{self.command} {path} {self.headers.get('Range', '')}".rstrip())
        refused = self.server.refusal(self.command, path)
        if refused:
            return self.reply(refused[0], b"no", refused[1])
        if path.startswith("/api/"):
            return self.about(path.removeprefix(f"/api/models/{NAME}"))
        return self.file(*path.removeprefix(f"/{NAME}/resolve/").split("/", maxsplit=1))

    do_HEAD = do_GET

    def about(self, path: str) -> None:
        """Tell the commit of a revision, and the files."""
        commit = COMMITS.get(path.removeprefix("/revision/") or "main")
        if commit is None:
            return self.reply(404, b"", {"X-Error-Code": "RevisionNotFound"})
        siblings = [{"rfilename": file} for file in self.server.files]
        return self.reply(200, json.dumps({"id": NAME, "sha": commit, "siblings": siblings}).encode(), {})

    def file(self, revision: str, file: str) -> None:
        """Send a file, or what the client lacks of it."""
        body = self.server.files[file]
        etag = hashlib.sha256(body).hexdigest()
        headers = {"X-Repo-Commit": COMMITS.get(revision, revision), "ETag": f'"{etag}"'}
        start = int(self.headers.get("Range", "bytes=0-").removeprefix("bytes=").rstrip("-"))
        if start:
            headers["Content-Range"] = f"bytes {start}-{len(body) - 1}/{len(body)}"
        self.reply(206 if start else 200, body[start:], headers, cut=file == FILES[-1])

    def reply(self, status: int, body: bytes, headers: dict[str, str], *, cut: bool = False) -> None:
        """Send an answer; where it is to break off, half of it."""
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "HEAD":
            return
        how, self.server.cut = (self.server.cut, "") if cut else ("", self.server.cut)
        self.wfile.write(body[: len(body) // 2] if how else body)
        if how == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            os.close(self.connection.detach())

    def log_message(self, *_: object) -> None:
        """Keep still."""


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = write_small_encoder(tmp_path_factory.mktemp("encoder"), ["China praised Japan. 中国批评日本。"])
    return {file: (folder / file).read_bytes() for file in FILES} | OTHERS


@pytest.fixture
def hub(files: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """Start a hub; allow to ask it, with a token, and keep the library from asking another."""
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_TELEMETRY", True)
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    with Hub(("127.0.0.1", 0), Handler) as server:
        server.files, server.requests, server.refusal, server.cut = dict(files), [], lambda *_: None, ""
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def fetch(hub: Hub, tmp_path: Path) -> Callable[..., Path]:
    return lambda name=NAME, cache=tmp_path / "cache": encoder_folder(name, cache=cache, hub=hub.address)


def refused(fetch: Callable[..., Path], *asked: object) -> str:
    """Return what the refusal says; it must not give the token away."""
    with pytest.raises(ModelFolderError) as caught:
        fetch(*asked)
    assert TOKEN not in "".join(traceback.format_exception(caught.value))
    return str(caught.value)


def test_a_model_is_fetched_by_its_name_and_nothing_but_what_an_encoder_needs(
    hub: Hub, fetch: Callable[..., Path], files: dict[str, bytes]
) -> None:
    folder = fetch()
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {file: files[file] for file in FILES}
    assert [request for request in hub.requests if request.startswith("GET /team")] == [
        f"GET /{NAME}/resolve/{revision}/{file}"
        for revision, file in zip(("main", *[COMMITS["main"]] * 2), FILES, strict=True)
    ]
    assert read_encoder(folder).encoder.config.hidden_size == 32


def test_a_model_that_was_fetched_needs_no_network(hub: Hub, fetch: Callable[..., Path]) -> None:
    folder = fetch()
    hub.requests.clear()
    assert fetch() == folder
    assert hub.requests == []


def test_a_revision_has_a_folder_of_its_own(fetch: Callable[..., Path]) -> None:
    assert [fetch(f"{NAME}@{name}").name for name in ("main", "v2", COMMITS["v2"])] == ["a" * 40, "b" * 40, "b" * 40]
    assert fetch().name == "a" * 40


def test_a_connection_that_is_closed_midway_is_opened_again_where_it_was(
    hub: Hub, fetch: Callable[..., Path], files: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(constants, "DOWNLOAD_CHUNK_SIZE", 1000)
    hub.cut = "close"
    assert (fetch() / FILES[-1]).read_bytes() == files[FILES[-1]]
    assert hub.requests[-1].endswith(f"/{FILES[-1]} bytes={len(files[FILES[-1]]) // 2 // 1000 * 1000}-")


def test_half_a_file_is_never_used(
    hub: Hub, fetch: Callable[..., Path], files: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.cut = "reset"
    message = refused(fetch)
    assert "did not come from 127.0.0.1 (" in message
    assert f"hf download {NAME} config.json tokenizer.json model.safetensors --local-dir FOLDER" in message
    with monkeypatch.context() as patch:
        patch.setattr(constants, "HF_HUB_OFFLINE", True)
        assert "(OfflineModeIsEnabled). Try again with a network" in refused(fetch)
    assert (fetch() / FILES[-1]).read_bytes() == files[FILES[-1]]


def test_without_a_network_and_a_cache_a_way_out_is_told(hub: Hub, fetch: Callable[..., Path], tmp_path: Path) -> None:
    hub.shutdown()
    hub.server_close()
    message = refused(fetch, f"{NAME}@v2")
    assert message.startswith(f"{NAME}@v2: is no folder here, not whole in {tmp_path / 'cache'}, and did not come from")
    assert "(ConnectError)" in message
    assert "--revision v2 --local-dir FOLDER" in message


@pytest.mark.parametrize(
    ("status", "headers", "words"),
    [
        (404, {"X-Error-Code": "RepoNotFound"}, "neither a folder here nor open on 127.0.0.1. Check the name"),
        (401, {"X-Error-Code": "RepoNotFound"}, "neither a folder here nor open on 127.0.0.1. Check the name"),
        (401, {"X-Error-Message": "Invalid credentials in Authorization header"}, "HTTP 401). Check the name, log in"),
        (403, {"X-Error-Code": "GatedRepo"}, "only to those who accept its terms. Accept them"),
        (404, {}, "127.0.0.1 refuses it (HTTP 404). Check the name, log in"),
        (503, {}, "HTTP 503). Try again later"),
        (200, {"Content-Type": "text/html"}, "did not come from 127.0.0.1 (JSONDecodeError)"),
    ],
)
def test_a_refusal_is_told_with_what_to_do(
    status: int, headers: dict[str, str], words: str, hub: Hub, fetch: Callable[..., Path]
) -> None:
    hub.refusal = lambda *_: (status, headers)
    message = refused(fetch)
    assert message.startswith(f"{NAME}: ")
    assert words in message
    assert "name a local folder that holds config.json, tokenizer.json, model.safetensors" in message


def test_a_model_that_shows_its_files_but_does_not_give_them_is_told(hub: Hub, fetch: Callable[..., Path]) -> None:
    hub.refusal = lambda _, path: None if path.startswith("/api/") else (401, {"X-Error-Code": "GatedRepo"})
    assert "only to those who accept its terms" in refused(fetch)


def test_a_revision_that_is_not_there_is_told(fetch: Callable[..., Path]) -> None:
    assert refused(fetch, f"{NAME}@v3") == (
        f"{NAME}@v3: 127.0.0.1 has no such revision of it. Name one of its branches, tags or commits."
    )


def test_a_model_without_safetensors_is_refused_before_anything_is_fetched(
    hub: Hub, fetch: Callable[..., Path]
) -> None:
    del hub.files[FILES[-1]]
    assert "has no model.safetensors on 127.0.0.1. Choose an encoder that has" in refused(fetch)
    assert [request for request in hub.requests if "/resolve/" in request] == []


@pytest.mark.parametrize(
    "name",
    ["", "../x", "./x", "/nowhere/x", "a/b/c", "a/..", "a--b", "a b", "é", "C:\\x", "a@", "@v", "a@..", "a@v@w"]
    + ["a@../../x", "a@/etc", "a@v/../w", "a@v/", "a\0b"],
)
def test_what_is_no_name_is_refused_without_asking(
    name: str, hub: Hub, fetch: Callable[..., Path], tmp_path: Path
) -> None:
    assert "neither a folder that exists nor a name of the hub (owner/name or" in refused(fetch, name)
    assert hub.requests == []
    assert list(tmp_path.iterdir()) == []


def test_a_folder_goes_before_a_name(
    hub: Hub, fetch: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / NAME).mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    assert fetch() == Path(NAME)
    assert hub.requests == []


def test_a_disk_that_takes_no_more_is_told(fetch: Callable[..., Path], files: dict[str, bytes], tmp_path: Path) -> None:
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(files[FILES[-1]]) // 2, limits[1]))
    try:
        message = refused(fetch)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert message == (
        f"{NAME}: cannot be kept in {tmp_path / 'cache'} (File too large). Make room, or set HF_HOME to another folder."
    )
    assert fetch().is_dir()


def test_a_cache_that_cannot_be_written_is_told(fetch: Callable[..., Path], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert f"cannot be kept in {tmp_path / 'file'} (" in refused(fetch, NAME, tmp_path / "file")


@pytest.mark.parametrize("is_terminal", [True, False])
def test_a_terminal_gets_a_progress_bar_and_a_file_does_not(
    is_terminal: bool, fetch: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    screen = io.StringIO()
    monkeypatch.setattr(screen, "isatty", lambda: is_terminal)
    monkeypatch.setattr("sys.stderr", screen)
    fetch()
    assert ("model.safetensors: 100%" in screen.getvalue()) == is_terminal
    assert is_terminal or screen.getvalue() == ""
