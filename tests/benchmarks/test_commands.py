"""Tests of the benchmark commands on small made-up data: their options, their JSON, and what they answer to none."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks.stance_data import SHIFT, read_stances, stance_codebook

ROOT = Path(__file__).parents[2]
TOPICS = {"CO": "quarrel clash fight", "EC": "costs market prices", "HI": "family child home"}
STANCES = {"newsmtsc": ("negative", "neutral", "positive"), "c_stance": ("against", "neutral", "favor")}
WORDS = ("blundered badly", "met on Friday", "succeeded brilliantly")


def run(name: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", f"benchmarks.{name}", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def write(path: Path, records: list[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records), encoding="utf-8")


def article(number: int) -> dict[str, Any]:
    topic = list(TOPICS)[number % 3]
    labels = {name: int(name == topic) for name in ("RE", "HI", "CO", "MO", "EC")}
    return {"id": str(number), "text": f"{TOPICS[topic]} number {number}", "labels": labels, "fold": 1 + number % 4}


def target(number: int, name: str) -> dict[str, Any]:
    label = number % 3
    text = f"Minister {number} {WORDS[label]}."
    record = {"id": f"t{number}", "sid": f"s{number}", "text": text, "target": f"Minister {number}", "start": 0}
    return record | {"end": 9 + len(str(number)), "further": [], "others": [], "label": STANCES[name][label]}


def test_frames_are_measured_over_the_folds_or_on_another_file(tmp_path: Path) -> None:
    write(tmp_path / "articles.jsonl", [article(number) for number in range(48)])
    write(tmp_path / "new.jsonl", [article(number) for number in range(100, 112)])
    for more in ([], ["--test", tmp_path / "new.jsonl"]):
        done = run("narrative_frames", "--data", tmp_path, "--json", tmp_path / "out.json", *more)
        assert done.returncode == 0, done.stderr
        found = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
        assert {"macro_f1", "ci95", "per_label", "ablations", "seconds", "versions"} <= set(found)
        assert found["per_label"]["co"]["value"] > 0.9


@pytest.mark.parametrize(("name", "file"), [("newsmtsc", "test_mt.jsonl"), ("c_stance", "test_a.jsonl")])
def test_stances_are_measured_beside_their_ablations(name: str, file: str, tmp_path: Path) -> None:
    write(tmp_path / "train.jsonl", [target(number, name) for number in range(60)])
    write(tmp_path / file, [target(number, name) for number in range(100, 130)])
    done = run(name, "--data", tmp_path, "--json", tmp_path / "out.json")
    assert done.returncode == 0, done.stderr
    found = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert found["macro_f1"] > 0.9
    assert found["ablations"]["name_only/macro_f1"]["value"] < 0.7


def test_a_test_text_that_was_trained_on_is_told(tmp_path: Path) -> None:
    write(tmp_path / "articles.jsonl", [article(number) for number in range(48)])
    done = run("narrative_frames", "--data", tmp_path, "--test", tmp_path / "articles.jsonl")
    assert "CAUTION: 48 texts of the test file were trained on" in " ".join(done.stdout.split())


def test_missing_data_is_one_line_and_exit_code_two(tmp_path: Path) -> None:
    done = run("c_stance", "--data", tmp_path / "nowhere")
    assert done.returncode == 2
    assert "nowhere/train.jsonl: cannot be read" in done.stderr
    assert "Traceback" not in done.stderr


def test_spans_are_moved_behind_the_empty_title(tmp_path: Path) -> None:
    write(tmp_path / "train.jsonl", [target(7, "newsmtsc")])
    codebook = stance_codebook("demo", STANCES["newsmtsc"])
    gold = read_stances(tmp_path / "train.jsonl", codebook, lambda r: str(r["sid"]), lambda r: [[r["start"], r["end"]]])
    start, end = gold.articles[0].targets[0].mentions[0]
    assert start == SHIFT
    assert gold.texts[0][start:end] == "Minister 7"
