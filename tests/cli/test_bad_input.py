"""Tests of what the command answers to articles and models that are not as they should be."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

Run = Callable[..., CompletedProcess[str]]
GOOD = '{"id": "good", "body": "China signed."}'


def write(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def records(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


UNREADABLE: dict[str, tuple[str | bytes, str]] = {
    "empty.jsonl": ("", "the file is empty. Remove it or write it again."),
    "empty.txt": (" \n", "the file is empty. Remove it or write it again."),
    "page.txt": (
        "Title one\nSome text.\n\nTitle two\nOther text.\n",
        "no line names a source and a date, so this is no search-page listing. Under each title such a line",
    ),
    "list.json": ('[{"body": "x"}', "1: not valid JSON at column 15: Expecting ',' delimiter."),
    "huge.json": (f'[{{"id": {"9" * 5000}, "body": "x"}}]', "holds a number of thousands of digits."),
    "report.docx": ("PK", "format '.docx' is not known. Readable are .jsonl, .ndjson, .json, .csv"),
    "table.parquet": ("PAR1", "cannot be read as Parquet"),
    "noise.jsonl": (bytes(range(128, 256)) * 3, "neither UTF-8 nor GB18030 nor any other known text encoding."),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_file_that_cannot_be_read_is_named_and_earlier_predictions_stay(
    standpoint: Run, trained: Path, tmp_path: Path, name: str
) -> None:
    content, words = UNREADABLE[name]
    out = write(tmp_path / "out.jsonl", "older\n")
    answer = standpoint("score", write(tmp_path / name, content), "--model", trained / "model", "--out", out)
    assert answer.returncode == 2
    assert answer.stderr.startswith(f"standpoint: {tmp_path / name}:")
    assert words in answer.stderr
    assert len(answer.stderr.splitlines()) == 1
    assert out.read_bytes() == b"older\n"


SET_ASIDE = {
    "cut off": ('{"id": "a", "body": "The U', "not valid JSON at column 21: Unterminated string"),
    "title alone": (
        '{"id": "a", "title": "T"}',
        "no field for the article's text among id, title. Name it one of: body",
    ),
    "nothing": ('{"id": "a", "title": " ", "body": "\\n"}', "title and body are both empty. An article needs text."),
    "NUL": ('{"id": "a", "body": "x\\u0000y"}', "field 'body' holds a NUL control character at 1. Remove it."),
    "surrogate": ('{"id": "a", "body": "x\\ud800"}', "field 'body' holds half of a surrogate pair"),
    "deep list": ("[" * 300 + "]" * 300, "expected an object with named fields, found a list."),
    "deep body": (f'{{"body": {"[" * 300 + "]" * 300}}}', "field 'body' must be a text, found a list."),
    "too deep": ("[" * 100_000 + "]" * 100_000, "nested too deeply. One flat record a line is expected."),
    "huge integer": (
        f'{{"id": {"9" * 5000}, "body": "x"}}',
        "holds a number of thousands of digits. Write it as a text.",
    ),
    "infinite id": ('{"id": 1e400, "body": "x"}', "an id must be a text or a whole number, found inf."),
    "no object": ("null", "expected an object with named fields, found nothing."),
    "another text": ('{"id": "good", "body": "y"}', "id 'good' stood for another text before."),
}


@pytest.mark.parametrize("kind", SET_ASIDE)
def test_a_record_that_is_no_article_is_set_aside_with_its_line_and_the_others_are_scored(
    standpoint: Run, trained: Path, tmp_path: Path, kind: str
) -> None:
    line, words = SET_ASIDE[kind]
    source, out = write(tmp_path / "a.jsonl", f"{GOOD}\n{line}\n"), tmp_path / "out.jsonl"
    answer = standpoint("score", source, "--model", trained / "model", "--out", out)
    assert (answer.returncode, answer.stderr) == (1, "")
    assert f"set aside {source}:2: {words}" in answer.stdout
    assert [record["article_id"] for record in records(out)] == ["good"]
    (kept,) = records(tmp_path / "out.rejected.jsonl")
    assert kept["reason"].startswith(words)


@pytest.mark.parametrize(
    ("line", "n_characters"),
    [
        ('{"body": "x"}', 3),
        ('{"body": "中"}', 3),
        ('{"title": "稀土", "body": ""}', 4),
        ('{"id": 7, "body": " . "}', 5),
    ],
)
def test_the_shortest_articles_are_scored(
    standpoint: Run, trained: Path, tmp_path: Path, line: str, n_characters: int
) -> None:
    out = tmp_path / "out.jsonl"
    answer = standpoint("score", write(tmp_path / "a.jsonl", line), "--model", trained / "model", "--out", out)
    assert answer.returncode == 0
    assert [record["characters_read"] for record in records(out)] == [n_characters]


@pytest.mark.parametrize("unit", ["Officials met and talked of prices, which rose by two percent. ", "稀", "x"])
def test_an_article_of_five_megabytes_is_read_to_its_end(
    standpoint: Run, trained: Path, tmp_path: Path, unit: str
) -> None:
    body = unit * (5_000_000 // len(unit.encode())) + " China's plan failed."
    source, out = write(tmp_path / "a.jsonl", json.dumps({"title": "T", "body": body})), tmp_path / "out.jsonl"
    answer = standpoint("score", source, "--model", trained / "model", "--out", out)
    assert answer.returncode == 0
    (record,) = records(out)
    assert record["characters_read"] == len(body) + 3
    (stance,) = record["stances"]
    assert [f"T\n\n{body}"[start:end] for start, end in stance["mentions"]] == ["China"]


def test_offsets_hold_after_import_of_emoji_and_carriage_returns(
    standpoint: Run, trained: Path, tmp_path: Path
) -> None:
    body = "🙂 It rained.\r\n\r\n👩‍🔬 China broke its word!\r\n中国😀违背承诺。\r\n"
    source = write(tmp_path / "a.csv", f'title,text\r\n"🚀 Plan","{body}"\r\n')
    imported, out = tmp_path / "articles.jsonl", tmp_path / "out.jsonl"
    assert standpoint("import", source, "--out", imported).returncode == 0
    assert standpoint("score", imported, "--model", trained / "model", "--out", out).returncode == 0
    text = "{title}\n\n{body}".format(**records(imported)[0])
    (stance,) = records(out)[0]["stances"]
    assert [text[start:end] for start, end in stance["mentions"]] == ["China", "中国"]
    shown = [text[span["start"] : span["end"]] for span in stance["evidence"]]
    assert shown
    assert set(shown) <= {"👩‍🔬 China broke its word!", "中国😀违背承诺。"}
    assert records(out)[0]["characters_read"] == len(text)


def test_an_output_that_cannot_be_written_is_named(standpoint: Run, trained: Path, tmp_path: Path) -> None:
    source = write(tmp_path / "a.jsonl", GOOD)
    below = standpoint("score", source, "--model", trained / "model", "--out", source / "out.jsonl")
    assert below.returncode == 2
    assert f"{source / 'out.jsonl'}: cannot be written" in below.stderr
    assert "Choose another folder." in below.stderr
    folder = standpoint("score", source, "--model", trained / "model", "--out", tmp_path)
    assert folder.stderr == f"standpoint: {tmp_path}: holds other files (a.jsonl). Choose an empty or new folder.\n"
    assert source.read_text() == GOOD


@pytest.mark.parametrize("name", ["model.json", "weights.safetensors"])
def test_a_model_that_was_tampered_with_is_refused(standpoint: Run, trained: Path, tmp_path: Path, name: str) -> None:
    shutil.copytree(trained / "model", tmp_path / "model")
    content = bytearray((tmp_path / "model" / name).read_bytes())
    place = content.rindex(b"rare-earths") if name == "model.json" else len(content) // 2
    content[place] ^= 1
    write(tmp_path / "model" / name, bytes(content))
    answer = standpoint("score", write(tmp_path / "a.jsonl", GOOD), "--model", "model")
    assert (answer.returncode, answer.stdout) == (2, "")
    assert answer.stderr.startswith(f"standpoint: model/{name}: was changed after the model was saved.")
    assert "train anew" in answer.stderr


@pytest.mark.parametrize("name", ["empty", "none", "a.jsonl"])
def test_what_is_no_model_folder_is_said_to_be_none(standpoint: Run, tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    answer = standpoint("score", write(tmp_path / "a.jsonl", GOOD), "--model", name)
    assert answer.returncode == 2
    assert answer.stderr.startswith(f"standpoint: {name}/model.json: cannot be read")
    assert f"Is {name} a model folder?" in answer.stderr


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        ("models:/standpoint@nobody", "there is no such version (there are: 1 @challenger @champion)"),
        ("models:/other/1", "has no registered model 'other' (it has: standpoint)"),
        ("models:standpoint", "names no registered model. Write models:/standpoint@champion"),
    ],
)
def test_a_registered_model_that_is_not_there_is_answered_with_those_that_are(
    standpoint: Run, trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reference: str, words: str
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{trained}/mlruns/mlflow.db")
    answer = standpoint("score", write(tmp_path / "a.jsonl", GOOD), "--model", reference)
    assert answer.returncode == 2
    assert words in answer.stderr


@pytest.mark.parametrize("verb", ["import", "score"])
def test_what_a_terminal_would_obey_in_a_name_or_record_is_shown_as_text(
    standpoint: Run, trained: Path, tmp_path: Path, verb: str
) -> None:
    source = write(tmp_path / "[red]\x1b[31m.jsonl", f'{GOOD}\n{{"id": "good", "body": "\\u001b[2J[/]"}}\n')
    model = ("--model", trained / "model") if verb == "score" else ()
    answer = standpoint(verb, source, "--out", tmp_path / "out.jsonl", *model)
    assert answer.returncode == 1
    assert "\x1b" not in answer.stdout
    assert "[red]␛[31m.jsonl:2: id 'good'" in answer.stdout


def test_an_article_that_names_actors_without_end_is_scored(standpoint: Run, trained: Path, tmp_path: Path) -> None:
    body, out = "美国失败了，中国说日本很好。" * 3000, tmp_path / "out.jsonl"
    source = write(tmp_path / "dense.jsonl", json.dumps({"id": "d", "title": "t", "body": body}))
    answer = standpoint("score", source, "--model", trained / "model", "--out", out)
    assert answer.returncode == 0
    assert records(out)[0]["characters_read"] == len(body) + 3
    assert [len(stance["mentions"]) for stance in records(out)[0]["stances"]] == [3000, 3000, 3000]
