"""Tests of cli.score."""

import json
import signal
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from subprocess import CompletedProcess, Popen
from typing import Any

import pandas as pd
import pytest

Run = Callable[..., CompletedProcess[str]]
Start = Callable[..., AbstractContextManager[Popen[str]]]
SAMPLE = Path(__file__).parents[2] / "examples/rare-earths"
LISTING = (
    "Search\nOne\nExample Wire· 2025-11-20 07:43\nChina text.\n矿价\nExample Daily· 2025-11-08\n中国矿石价格上涨。\n"
)


def write(path: Path, text: str) -> Path:
    path.write_bytes(text.encode())
    return path


def records(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_predictions_are_one_record_per_article_in_order(standpoint: Run, trained: Path, tmp_path: Path) -> None:
    out = tmp_path / "new/predictions.jsonl"
    answer = standpoint("score", SAMPLE / "new-articles.txt", "--model", trained / "model", "--out", out)
    assert (answer.returncode, answer.stderr) == (0, "")
    assert f"{out}: 8 articles scored" in answer.stdout
    assert len(records(out)) == 8
    assert {"article_id", "model", "codebook", "characters_read", "frames", "stances"} <= records(out)[0].keys()
    assert not (tmp_path / "new/predictions.rejected.jsonl").exists()


def test_what_is_said_of_an_article_does_not_depend_on_those_beside_it(
    standpoint: Run, trained: Path, tmp_path: Path
) -> None:
    articles = (SAMPLE / "articles.jsonl").read_text(encoding="utf-8").splitlines()[70:73]
    together, alone = write(tmp_path / "all.jsonl", "\n".join(articles)), write(tmp_path / "one.jsonl", articles[1])
    for source in (together, alone):
        standpoint("score", source, "--model", trained / "model", "--out", tmp_path / f"{source.stem}-out.jsonl")
    assert records(tmp_path / "all-out.jsonl")[1] == records(tmp_path / "one-out.jsonl")[0]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("page.txt", LISTING),
        ("table.csv", "title,date,text\nOne,2025-11-20,China text.\n矿价,2025-11-08,中国矿石价格上涨。\n"),
        ("list.json", '[{"headline": "One", "content": "China text."}, {"标题": "矿价", "正文": "中国矿石。"}]'),
        ("lines.jsonl", '{"body": "China text."}\n\n{"text": "中国矿石。"}\n'),
    ],
)
def test_articles_of_any_format_are_scored(
    standpoint: Run, trained: Path, tmp_path: Path, name: str, content: str
) -> None:
    out = tmp_path / "out.jsonl"
    answer = standpoint("score", write(tmp_path / name, content), "--model", trained / "model", "--out", out)
    assert answer.returncode == 0
    assert [[stance["actor"] for stance in record["stances"]] for record in records(out)] == [["china"], ["china"]]


def test_predictions_are_printed_where_no_file_is_named(standpoint: Run, trained: Path, tmp_path: Path) -> None:
    source = write(tmp_path / "page.txt", LISTING)
    answer = standpoint("score", source, "--model", trained / "model")
    assert answer.returncode == 0
    assert "One\nExample Wire · 2025-11-20T07:43 · en\n" in answer.stdout
    assert "China text." in answer.stdout
    assert "中国 " in answer.stdout
    without = standpoint("score", source, "--model", trained / "model", "--no-evidence")
    assert "China text." not in without.stdout
    assert sorted(tmp_path.iterdir()) == [source]


def test_what_is_no_article_is_set_aside_told_and_kept(standpoint: Run, trained: Path, tmp_path: Path) -> None:
    source, out = write(tmp_path / "a.jsonl", '{"id": "1", "body": "x"}\n{"id": "2"}\n'), tmp_path / "out.jsonl"
    answer = standpoint("score", source, "--model", trained / "model", "--out", out)
    assert answer.returncode == 1
    assert f"set aside {source}:2: no field for the article's text among id." in answer.stdout
    assert [record["article_id"] for record in records(out)] == ["1"]
    assert [item["place"] for item in records(tmp_path / "out.rejected.jsonl")] == [f"{source}:2"]
    write(source, '{"id": "1", "body": "x"}\n')
    assert standpoint("score", source, "--model", trained / "model", "--out", out).returncode == 0
    assert not (tmp_path / "out.rejected.jsonl").exists()


def test_strict_stops_at_the_first_bad_record_and_writes_nothing(
    standpoint: Run, trained: Path, tmp_path: Path
) -> None:
    source, out = write(tmp_path / "a.jsonl", '{"id": "1", "body": "x"}\n{"id": "2"}\n'), tmp_path / "out.jsonl"
    answer = standpoint("score", source, "--model", trained / "model", "--out", out, "--strict")
    assert answer.returncode == 2
    assert answer.stderr.startswith(f"standpoint: {source}:2: no field for the article's text")
    assert not out.exists()


def test_an_article_that_comes_twice_is_scored_once(standpoint: Run, trained: Path, tmp_path: Path) -> None:
    source, out = write(tmp_path / "a.jsonl", '{"id": "1", "body": "x"}\n' * 2), tmp_path / "out.jsonl"
    answer = standpoint("score", source, source, "--model", trained / "model", "--out", out)
    assert answer.returncode == 0
    assert len(records(out)) == 1


def test_an_id_that_stands_for_another_text_is_set_aside_with_its_line(
    standpoint: Run, trained: Path, tmp_path: Path
) -> None:
    source = write(tmp_path / "a.jsonl", '{"id": "1", "body": "x"}\n{"id": "1", "body": "y"}\n')
    answer = standpoint("score", source, "--model", trained / "model", "--out", tmp_path / "out.jsonl")
    assert answer.returncode == 1
    assert f"set aside {source}:2: id '1' stood for another text before. Give one of the two another id." in (
        answer.stdout
    )


def test_a_file_of_a_folder_that_cannot_be_read_does_not_stop_the_others(
    standpoint: Run, trained: Path, tmp_path: Path
) -> None:
    folder, out = tmp_path / "press", tmp_path / "out.jsonl"
    folder.mkdir()
    write(folder / "a.jsonl", "")
    write(folder / "b.txt", LISTING)
    answer = standpoint("score", folder, "--model", trained / "model", "--out", out)
    assert answer.returncode == 1
    assert f"set aside {folder / 'a.jsonl'}: the file is empty." in answer.stdout
    assert len(records(out)) == 2


def test_where_nothing_is_scored_earlier_predictions_stay(standpoint: Run, trained: Path, tmp_path: Path) -> None:
    source, out = write(tmp_path / "a.jsonl", '{"id": "2"}\n'), write(tmp_path / "out.jsonl", "older\n")
    answer = standpoint("score", source, "--model", trained / "model", "--out", out)
    assert answer.returncode == 2
    assert out.read_text() == "older\n"
    assert len(records(tmp_path / "out.rejected.jsonl")) == 1


def test_a_missing_file_is_told_before_anything_is_scored(standpoint: Run, trained: Path, tmp_path: Path) -> None:
    answer = standpoint("score", write(tmp_path / "p.txt", LISTING), "none.csv", "--model", trained / "model")
    assert answer.returncode == 2
    assert answer.stdout == ""
    assert answer.stderr == "standpoint: none.csv: there is no such file or folder. Check the path.\n"


def test_the_champion_scores_where_no_model_is_named(
    standpoint: Run, trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{trained}/mlruns/mlflow.db")
    out = tmp_path / "out.jsonl"
    answer = standpoint("score", write(tmp_path / "p.txt", LISTING), "--out", out)
    assert answer.returncode == 0
    assert {record["model"].partition("+")[0] for record in records(out)} == {"standpoint/1"}


def test_without_a_store_the_next_step_is_named(standpoint: Run, tmp_path: Path) -> None:
    answer = standpoint("score", write(tmp_path / "p.txt", LISTING))
    assert answer.returncode == 2
    assert "mlruns/mlflow.db: there is no tracking store. Run `standpoint train` first" in answer.stderr


def test_a_folder_gets_tables_that_pandas_reads(standpoint: Run, trained: Path, tmp_path: Path) -> None:
    out = tmp_path / "scored"
    answer = standpoint("score", SAMPLE / "new-articles.txt", "--model", trained / "model", "--out", out)
    assert (answer.returncode, answer.stderr) == (0, "")
    assert answer.stdout.startswith(f"{out}: 8 articles scored by unregistered+")
    frames, stances = pd.read_parquet(out / "frames"), pd.read_parquet(out / "stances")
    assert frames.groupby("article_id").size().tolist() == [8] * 8
    assert set(stances["stance"]) <= {"critical", "neutral", "supportive"}
    assert len(pd.read_parquet(out / "predictions")) == 8


@pytest.mark.parametrize("suffix", [".parquet", ".csv"])
def test_a_file_gets_long_tables_beside_it(standpoint: Run, trained: Path, tmp_path: Path, suffix: str) -> None:
    out = tmp_path / f"scored{suffix}"
    standpoint("score", SAMPLE / "new-articles.txt", "--model", trained / "model", "--out", out)
    names = {f"scored{part}{suffix}" for part in ("", ".frames", ".stances")}
    assert {path.name for path in tmp_path.iterdir()} == names
    read = pd.read_parquet if suffix == ".parquet" else pd.read_csv
    assert len(read(out)) == 8
    assert list(read(tmp_path / f"scored.frames{suffix}").columns[:2]) == ["article_id", "story"]


def test_a_format_that_cannot_be_written_is_told(standpoint: Run, trained: Path, tmp_path: Path) -> None:
    out = tmp_path / "scored.xlsx"
    answer = standpoint("score", SAMPLE / "new-articles.txt", "--model", trained / "model", "--out", out)
    assert answer.returncode == 2
    assert f"{out}: '.xlsx' cannot be written. Name a file that ends in .parquet, .jsonl" in answer.stderr


def test_only_what_is_new_is_scored_into_a_folder(standpoint: Run, trained: Path, tmp_path: Path) -> None:
    first, both = write(tmp_path / "a.jsonl", '{"id": "1", "body": "x"}\n'), tmp_path / "b.jsonl"
    write(both, '{"id": "1", "body": "x"}\n{"id": "2", "body": "y"}\n')
    model = ("--model", trained / "model", "--out", tmp_path / "out")
    assert standpoint("score", first, *model).returncode == 0
    refused = standpoint("score", both, *model)
    assert refused.returncode == 2
    assert "its last run had other articles than those that are given now" in refused.stderr
    answer = standpoint("score", both, *model, "--since-manifest", "--json")
    assert answer.returncode == 0
    found = json.loads(answer.stdout)
    assert (found["run"], found["counts"]["scored"], found["counts"]["known"]) == (2, 1, 1)
    again = standpoint("score", both, *model, "--since-manifest")
    assert "nothing to do, all 2 records are there already" in again.stdout


def test_what_an_earlier_run_set_aside_is_not_told_again(standpoint: Run, trained: Path, tmp_path: Path) -> None:
    source, model = tmp_path / "a.jsonl", ("--model", trained / "model", "--out", tmp_path / "out")
    write(source, '{"id": "1", "body": "x"}\n{"id": "2"}\n')
    assert f"set aside {source}:2: " in standpoint("score", source, *model).stdout
    write(source, '{"id": "1", "body": "x"}\n{"id": "2"}\n{"id": "3"}\n')
    answer = standpoint("score", source, *model, "--since-manifest")
    assert [line.split(": ")[0] for line in answer.stdout.splitlines()[1:]] == [f"set aside {source}:3"]
    assert len(records(tmp_path / "out/rejected.jsonl")) == 2


def test_quiet_says_nothing(standpoint: Run, trained: Path, tmp_path: Path) -> None:
    source = write(tmp_path / "a.jsonl", '{"id": "1", "body": "x"}\n')
    answer = standpoint("score", source, "--model", trained / "model", "--out", tmp_path / "out", "--quiet")
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "", "")


def test_a_folder_that_is_followed_is_scored_as_it_fills(
    start_standpoint: Start, trained: Path, tmp_path: Path
) -> None:
    watched, out = tmp_path / "in", tmp_path / "out"
    watched.mkdir()
    write(watched / "a.jsonl", '{"id": "1", "body": "x"}\n')
    options = ("--follow", watched, "--out", out, "--model", trained / "model", "--every", "0.2", "--format", "jsonl")
    with start_standpoint("score", *options) as process:
        lines = iter(process.stdout or ())
        assert ": 1 articles scored by" in next(lines)
        write(watched / "b.jsonl", '{"id": "2", "body": "y"}\n{"id": "1", "body": "x"}\n')
        assert ": 1 articles scored by" in next(lines)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 130
    rows = [row for path in sorted((out / "predictions").iterdir()) for row in records(path)]
    assert [row["article_id"] for row in rows] == ["1", "2"]
