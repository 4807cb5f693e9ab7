"""standpoint label setup, and what every verb that talks to the server says when it cannot."""

import socket
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

CODEBOOK = Path(__file__).parents[2] / "codebooks/rare-earths.toml"
TOKEN = "0123456789abcdef0123456789abcdef01234567"
Run = Callable[..., CompletedProcess[str]]

verbs = pytest.mark.parametrize(
    "words", [("setup",), ("push", "articles.jsonl"), ("status",)], ids=lambda words: words[0]
)


@pytest.fixture(autouse=True)
def no_server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Forget the server of whoever runs the tests, and have an article to push."""
    monkeypatch.delenv("LABEL_STUDIO_URL", raising=False)
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", TOKEN)
    (tmp_path / "articles.jsonl").write_text('{"title": "Rain", "body": "It rains."}\n', encoding="utf-8")


@verbs
def test_without_an_address_it_is_asked_for(standpoint: Run, words: tuple[str, ...]) -> None:
    run = standpoint("label", *words, "--codebook", CODEBOOK)
    assert (run.returncode, run.stderr) == (
        2,
        "standpoint: no server is named. Give --url http://localhost:8080, or set LABEL_STUDIO_URL.\n",
    )


@verbs
def test_without_a_token_it_is_asked_for(
    standpoint: Run, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.delenv("LABEL_STUDIO_API_KEY")
    run = standpoint("label", *words, "--codebook", CODEBOOK, "--url", "http://localhost:8080")
    assert run.returncode == 2
    assert "there is no token for http://localhost:8080. Copy one from Account & Settings" in run.stderr


@verbs
def test_where_nothing_answers_that_is_said_at_once_and_without_the_token(
    standpoint: Run, words: tuple[str, ...]
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    run = standpoint("label", *words, "--codebook", CODEBOOK, "--url", url)
    expected = f"standpoint: {url}: nothing answers there. Check the address and that the server runs.\n"
    assert (run.returncode, run.stdout, run.stderr) == (2, "", expected)


@verbs
def test_help_has_an_example_and_the_exit_codes(standpoint: Run, words: tuple[str, ...]) -> None:
    out = standpoint("label", words[0], "--help").stdout
    assert f"Example: standpoint label {words[0]}" in out
    assert "Exit code: 0" in out
    assert "LABEL_STUDIO_API_KEY" in out
