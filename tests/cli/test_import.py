"""Tests of cli.import_."""

import json
from pathlib import Path

import fsspec  # type: ignore[import-untyped]  # fsspec ships no types
import pytest
import typer
from typer.testing import CliRunner, Result

from cli.import_ import import_articles
from standpoint.article import article_from_json
from standpoint.jsonl import read_jsonl

LISTING = "Search\nOne\nExample Wire· 2025-11-20 07:43\nText of one.\n矿价\nExample Daily· 2025-11-08\n矿石价格上涨。\n"


def run(*arguments: object, input: str | None = None) -> Result:
    app = typer.Typer()
    app.command("import")(import_articles)
    words = [str(argument) for argument in arguments]
    return CliRunner(env={"COLUMNS": "200", "NO_COLOR": "1"}).invoke(app, words, input=input)


def write(path: Path, text: str) -> Path:
    path.write_bytes(text.encode())
    return path


def records(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_a_listing_is_imported_and_counted(tmp_path: Path) -> None:
    page, out = write(tmp_path / "page.txt", LISTING), tmp_path / "articles.jsonl"
    result = run(page, "--out", out)
    assert result.exit_code == 0
    assert [article.title for article in read_jsonl(out, article_from_json)] == ["One", "矿价"]
    row = next(line for line in result.output.splitlines() if "page.txt" in line)
    assert [cell.strip() for cell in row.strip("│").split("│")][1:] == ["listing", "2", "0"]
    assert f"{out}: 2 articles (2 new), 2 stories; languages: 1 en, 1 zh" in result.output


def test_importing_twice_changes_no_byte(tmp_path: Path) -> None:
    write(tmp_path / "a.jsonl", '{"id": "1", "body": "x"}\n{"id": "1", "body": "y"}\n{"id": "2"}\n')
    write(tmp_path / "b.txt", LISTING)
    out = tmp_path / "articles.jsonl"
    inputs = tmp_path / "a.jsonl", tmp_path / "b.txt"
    first = run(*inputs, "--out", out)
    before = out.read_bytes(), (tmp_path / "articles.rejected.jsonl").read_bytes()
    second = run(*inputs, "--out", out)
    assert (out.read_bytes(), (tmp_path / "articles.rejected.jsonl").read_bytes()) == before
    assert (first.exit_code, second.exit_code) == (1, 1)
    assert "3 articles (0 new)" in second.output


def test_a_folder_that_holds_the_output_can_be_imported_again(tmp_path: Path) -> None:
    write(tmp_path / "page.txt", LISTING)
    write(tmp_path / "bad.jsonl", "{\n")
    out = tmp_path / "articles.jsonl"
    run(tmp_path, "--out", out)
    before = out.read_bytes(), (tmp_path / "articles.rejected.jsonl").read_bytes()
    run(tmp_path, "--out", out)
    assert (out.read_bytes(), (tmp_path / "articles.rejected.jsonl").read_bytes()) == before


def test_what_is_set_aside_is_shown_kept_and_told_by_the_exit_code(tmp_path: Path) -> None:
    source = write(tmp_path / "a.jsonl", '{"id": "1", "body": "x"}\n{"title": "[b]T[/b]"}\n')
    result = run(source, "--out", tmp_path / "articles.jsonl")
    assert result.exit_code == 1
    assert f"1 set aside, kept in {tmp_path / 'articles.rejected.jsonl'}:" in result.output
    assert f"{source}:2: no field for the article's text among title" in result.output
    assert [item["place"] for item in records(tmp_path / "articles.rejected.jsonl")] == [f"{source}:2"]


def test_only_the_first_twenty_reasons_are_shown(tmp_path: Path) -> None:
    source = write(tmp_path / "a.jsonl", '{"body": "x"}\n' + "{\n" * 25)
    result = run(source, "--out", tmp_path / "articles.jsonl")
    assert result.output.count("not valid JSON") == 20
    assert "and 5 more in that file" in result.output
    assert len(records(tmp_path / "articles.rejected.jsonl")) == 25


def test_a_list_of_rejected_records_goes_when_nothing_is_set_aside_any_more(tmp_path: Path) -> None:
    source, out = write(tmp_path / "a.jsonl", '{"id": "1", "body": "x"}\n{\n'), tmp_path / "articles.jsonl"
    run(source, "--out", out)
    write(source, '{"id": "1", "body": "x"}\n')
    assert run(source, "--out", out).exit_code == 0
    assert not (tmp_path / "articles.rejected.jsonl").exists()


def test_nothing_read_is_exit_code_two_and_leaves_the_output_alone(tmp_path: Path) -> None:
    out = tmp_path / "articles.jsonl"
    result = run(write(tmp_path / "a.jsonl", "{\n"), "--out", out)
    assert result.exit_code == 2
    assert not out.exists()
    assert len(records(tmp_path / "articles.rejected.jsonl")) == 1


def test_an_unreadable_file_in_a_folder_is_set_aside_and_the_others_read(tmp_path: Path) -> None:
    folder = tmp_path / "press"
    folder.mkdir()
    write(folder / "a.csv", "title,artikel\nT,A\n")
    write(folder / "b.txt", LISTING)
    result = run(folder, "--out", tmp_path / "articles.jsonl")
    assert result.exit_code == 1
    assert "not readable" in result.output
    assert f"{folder / 'a.csv'}: no field for the article's text among title, artikel" in result.output


def test_patterns_urls_and_standard_input_are_read(tmp_path: Path) -> None:
    write(tmp_path / "a1.jsonl", '{"id": "1", "body": "x"}\n')
    write(tmp_path / "a2.jsonl", '{"id": "2", "body": "y"}\n')
    store = fsspec.filesystem("memory")
    store.pipe("/shelf/wire.csv", b"id,body\n3,z\n")
    out = tmp_path / "out" / "articles.jsonl"
    result = run(tmp_path / "a*.jsonl", "memory://shelf/wire.csv", "-", "--out", out, input='{"id": "4", "body": "w"}')
    store.rm("/shelf", recursive=True)
    assert result.exit_code == 0, result.output
    assert [item["id"] for item in records(out)] == ["1", "2", "3", "4"]
    assert {"memory://shelf/wire.csv", "<stdin>"} < {cell.strip() for cell in result.output.split("│")}


def test_near_copies_share_a_story_unless_told_otherwise(tmp_path: Path) -> None:
    lines = [{"id": name, "body": "The same wire report, printed twice.", "story": "mine"} for name in ("b", "a")]
    source = write(tmp_path / "a.jsonl", "\n".join(map(json.dumps, lines)))
    run(source, "--out", tmp_path / "grouped.jsonl")
    run(source, "--out", tmp_path / "given.jsonl", "--no-stories")
    assert [item["story"] for item in records(tmp_path / "grouped.jsonl")] == ["a", "a"]
    assert [item["story"] for item in records(tmp_path / "given.jsonl")] == ["mine", "mine"]


@pytest.mark.parametrize("second", ["{", '{"id": "1", "body": "y"}'])
def test_strict_stops_at_the_first_bad_record_and_writes_nothing(tmp_path: Path, second: str) -> None:
    source = write(tmp_path / "a.jsonl", f'{{"id": "1", "body": "x"}}\n{second}\n')
    result = run(source, "--out", tmp_path / "articles.jsonl", "--strict")
    assert str(result.exception).startswith(f"{source}:2: ")
    assert not (tmp_path / "articles.jsonl").exists()


def test_a_missing_file_and_a_broken_output_are_errors_that_name_them(tmp_path: Path) -> None:
    assert "none.csv: there is no such file" in str(run(tmp_path / "none.csv", "--out", tmp_path / "o.jsonl").exception)
    out = write(tmp_path / "o.jsonl", '{"id": "1", "body": "x"}\n{\n')
    result = run(write(tmp_path / "page.txt", LISTING), "--out", out)
    assert str(result.exception).startswith(f"{out}:2: the line ends in the middle of a record")
    assert len(out.read_text().splitlines()) == 2


def test_help_shows_an_example_and_the_exit_codes() -> None:
    output = " ".join(run("--help").output.split())
    assert "Example: standpoint import search-page.txt press/ wires.csv --out articles.jsonl" in output
    assert "1 something was set aside" in output
