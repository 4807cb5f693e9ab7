"""Tests of benchmarks.agreement: the independent formula, and the command on made-up answers."""

import json
import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks.agreement import Question, textbook_alpha
from measurement.intervals import Estimate

ROOT = Path(__file__).parents[2]
NAN = math.nan
ANSWERS = {
    "co1": [["yes", "yes", -1], ["no", "no", -1], ["yes", "no", "yes"], [-1, "no", -1]],
    "co2": [["no", "no", -1], ["no", "no", -1], ["no", "n/a: solved", "no"], [-1, "no", -1]],
    "co3": [["no", "no", -1], ["no", "yes", -1], ["no", "no", "no"], [-1, "no", -1]],
}


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "benchmarks.agreement", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def write(path: Path, *, first: str | int = "yes") -> None:
    rows = [{"id": str(n), "answers": {name: rows[n] for name, rows in ANSWERS.items()}} for n in range(4)]
    rows[0]["answers"] = rows[0]["answers"] | {"co1": [first, "yes", -1]}  # type: ignore[operator]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def test_the_textbook_formula_gives_the_published_example() -> None:
    ratings = [
        [NAN, NAN, NAN, NAN, NAN, 3, 4, 1, 2, 1, 1, 3, 3, NAN, 3],
        [1, NAN, 2, 1, 3, 3, 4, 3, NAN, NAN, NAN, NAN, NAN, NAN, NAN],
        [NAN, NAN, 2, 1, 3, 4, 4, NAN, 2, 1, 1, 3, 3, NAN, 4],
    ]
    assert textbook_alpha(np.array(ratings)) == pytest.approx(0.691, abs=0.0005)
    assert math.isnan(textbook_alpha(np.array([[1.0, 1.0], [1.0, NAN]])))


def test_a_way_that_is_not_defined_where_ours_is_counts_as_a_difference() -> None:
    ours = Estimate(0.5, 0.4, 0.6)
    assert Question("co1", ours, 0.5, 0.47, 0.9, 0.5, 9).difference == pytest.approx(0.03)
    assert Question("co1", ours, NAN, 0.5, 0.9, 0.5, 9).difference == math.inf
    assert Question("co1", Estimate(NAN, NAN, NAN), NAN, NAN, 1.0, 1.0, 9).difference == 0


def test_questions_and_frames_are_measured(tmp_path: Path) -> None:
    write(tmp_path / "annotators.jsonl")
    write(tmp_path / "other.jsonl", first="no")
    done = run("--data", tmp_path, "--json", tmp_path / "out.json")
    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert list(found["alpha"]) == ["co1", "co2", "co3", "CO"]
    # co1: three articles with two, two and three ratings; observed (2 + 2) / 2 of 7, expected 2 * 4 * 3 / (7 * 6)
    assert found["alpha"]["co1"]["value"] == pytest.approx(1 - (2 / 7) / (24 / 42))
    assert found["alpha"]["co1"]["n_articles"] == 3
    assert found["largest_difference"] < 1e-9
    assert run("--data", tmp_path, "--test", tmp_path / "other.jsonl", "--json", tmp_path / "out.json").returncode == 0
    assert json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))["alpha"]["co1"]["value"] < 0.5


def test_data_that_are_not_there_or_not_answers_are_one_line_and_exit_code_two(tmp_path: Path) -> None:
    missing = run("--data", tmp_path)
    assert (missing.returncode, "annotators.jsonl: cannot be read" in missing.stderr) == (2, True)
    write(tmp_path / "annotators.jsonl", first=7)
    wrong = run("--data", tmp_path)
    assert wrong.returncode == 2
    assert "annotators.jsonl:1: field 'co1' must be a text, found a number" in wrong.stderr
