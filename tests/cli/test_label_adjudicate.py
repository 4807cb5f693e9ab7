"""Tests of cli.label_adjudicate."""

import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from standpoint.codebook_file import load_codebook

Run = Callable[..., CompletedProcess[str]]
ROOT = Path(__file__).parents[2]
SAMPLE, CODEBOOK = ROOT / "examples/rare-earths", ROOT / "codebooks/rare-earths.toml"


@pytest.fixture
def adjudicate(standpoint: Run, tmp_path: Path) -> Run:
    """Adjudicate these answers to the article a1 into gold.jsonl, in the test's own folder."""
    write(tmp_path / "articles.jsonl", [{"id": "a1", "title": "China", "body": "It failed."}])

    def run(answers: list[dict[str, Any]], *options: object) -> CompletedProcess[str]:
        write(tmp_path / "annotations.jsonl", answers)
        files = "annotations.jsonl", "--articles", "articles.jsonl", "--codebook", CODEBOOK, "--out", "gold.jsonl"
        return standpoint("label", "adjudicate", *files, *options)

    return run


def write(path: Path, records: list[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")


def read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def answer(annotator: str, *frames: str, **changes: object) -> dict[str, Any]:
    reference = load_codebook(CODEBOOK).reference
    return {"article_id": "a1", "annotator": annotator, "codebook": reference, "frames": frames} | changes


def test_the_sample_gives_gold_and_its_ties(standpoint: Run, tmp_path: Path) -> None:
    inputs = SAMPLE / "annotations.jsonl", "--articles", SAMPLE / "articles.jsonl", "--codebook", CODEBOOK
    done = standpoint("label", "adjudicate", *inputs, "--out", "gold.jsonl", "--ties", "ties.jsonl")
    assert (done.returncode, done.stderr) == (0, "")
    assert "gold.jsonl: 210 gold answers, 0 of them decided by a person" in done.stdout
    assert "54 articles are tied and left out: in ties.jsonl" in done.stdout
    assert len(read(tmp_path / "gold.jsonl")) == 210
    assert all(item["blind"] and "reader-a" in item["question"] for item in read(tmp_path / "ties.jsonl"))


def test_what_is_pulled_back_decides_the_ties(adjudicate: Run, tmp_path: Path) -> None:
    split = [answer("ana", "us_failure"), answer("ben")]
    assert adjudicate(split, "--ties", "ties.jsonl").returncode == 2
    assert not (tmp_path / "gold.jsonl").exists()
    write(tmp_path / "decisions.jsonl", [answer("judge", "us_failure")])
    assert adjudicate(split, "--ties", "ties.jsonl", "--decisions", "decisions.jsonl").returncode == 0
    (gold,) = read(tmp_path / "gold.jsonl")
    assert (gold["annotator"], gold["frames"], gold["frame_shares"]) == ("gold", ["us_failure"], {"us_failure": 0.5})
    assert read(tmp_path / "ties.jsonl") == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"frames": ["us_failing"]}, "did you mean 'us_failure'?"),
        ({"codebook": "rare-earths@0"}, "was made under codebook 'rare-earths@0'"),
        ({"article_id": "a2"}, "its article is not among the articles"),
        ({"evidence": [{"label": "us_failure", "start": 0, "end": 99}]}, "spans 0 to 99"),
    ],
)
def test_what_does_not_fit_is_set_aside_and_named(
    adjudicate: Run, tmp_path: Path, changes: dict[str, Any], words: str
) -> None:
    done = adjudicate([answer("ana"), answer("ben", **changes)])
    assert done.returncode == 1
    (rejected,) = read(tmp_path / "gold.rejected.jsonl")
    assert rejected["place"].endswith("by 'ben'")
    assert words in rejected["reason"]
    assert f"set aside {rejected['place']}: {rejected['reason']}" in done.stdout


def test_everything_left_out_is_counted(adjudicate: Run) -> None:
    answers = [
        answer("ana"),
        answer("ana", updated="2025-12-02T00:00:00Z"),
        answer("ben", skipped=True, codebook="rare-earths@0"),
        answer("cleo", problems=["no stance chosen"]),
    ]
    done = adjudicate(answers, "--min-annotators", 2)
    assert done.returncode == 2
    for words in (
        "1 articles have too few",
        "1 answers were skips",
        "1 answers have a problem",
        "1 answers were given",
    ):
        assert words in done.stdout


def test_a_tie_without_a_file_for_it_says_how_to_get_one(adjudicate: Run) -> None:
    assert "name --ties FILE to have them written" in adjudicate([answer("ana", "us_failure"), answer("ben")]).stdout


def test_two_decisions_on_one_article_are_refused_with_the_file(adjudicate: Run, tmp_path: Path) -> None:
    write(tmp_path / "decisions.jsonl", [answer("eve"), answer("judge")])
    done = adjudicate([answer("ana")], "--decisions", "decisions.jsonl")
    assert done.returncode == 2
    assert "decisions.jsonl: article 'a1' is decided twice" in done.stderr
