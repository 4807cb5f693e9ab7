"""Tests of serving.explorer_call."""

import json
import subprocess
from pathlib import Path

from serving.explorer_call import api_call
from standpoint.codebook import Actor, Alias, Words

HOSTILE = "JSON\nEOF $(id) `id` ' \" \\ !! \x00 \x1b[31m \u202e \u2028 \U000e0041 😀 中"


def test_a_shell_passes_the_article_on_unchanged(tmp_path: Path) -> None:
    (tmp_path / "curl").write_text("#!/bin/sh\nprintf '%s\\n' \"$@\" > arguments\ncat > body\n")
    (tmp_path / "curl").chmod(0o755)
    actor = Actor("other-1", Words("", ""), (Alias(HOSTILE), Alias("b")))
    call = api_call(HOSTILE, HOSTILE, [actor], address="http://[::1]:8000/", with_key=True)
    environment = {"PATH": f"{tmp_path}:/usr/bin:/bin", "STANDPOINT_KEY": "k1"}
    subprocess.run(["bash", "-c", call], cwd=tmp_path, env=environment, check=True)
    assert json.loads((tmp_path / "body").read_text()) == {
        "articles": [{"title": HOSTILE, "body": HOSTILE}],
        "actors": [{"id": "other-1", "aliases": [HOSTILE, "b"]}],
    }
    assert (tmp_path / "arguments").read_text().splitlines()[1:] == [
        "http://[::1]:8000/v1/predict",
        *("-H", "Content-Type: application/json"),
        *("-H", "Authorization: Bearer k1"),
        *("-d", "@-"),
    ]


def test_nothing_in_the_call_hides_or_turns_its_text() -> None:
    call = api_call(HOSTILE, HOSTILE, address="http://127.0.0.1:8000", with_key=False)
    assert not set("\x00\x1b\u202e\u2028\U000e0041") & set(call)


def test_an_address_that_is_none_does_not_reach_the_shell() -> None:
    call = api_call("a", "b", address="http://x;reboot", with_key=False)
    assert call.splitlines()[0] == "curl -s http://127.0.0.1:8000/v1/predict \\"
