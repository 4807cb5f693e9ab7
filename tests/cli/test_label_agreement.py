"""Tests of cli.label_agreement and cli.agreement_table: the tables, the files and the errors."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
SAMPLE, CODEBOOK = ROOT / "examples/rare-earths", ROOT / "codebooks/rare-earths.toml"
REFERENCE = "rare-earths@b9b46775"
Run = Callable[..., CompletedProcess[str]]


def write(path: Path, *records: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return path


def answer(number: int, person: str, *frames: str, **more: object) -> dict[str, Any]:
    return {"article_id": f"a{number}", "annotator": person, "codebook": REFERENCE, "frames": list(frames), **more}


def test_the_sample_shows_what_its_readme_says(standpoint: Run) -> None:
    done = standpoint(
        *("label", "agreement", SAMPLE / "annotations.jsonl", "--codebook", CODEBOOK),
        *("--articles", SAMPLE / "articles.jsonl", "--json", "found.json"),
    )
    assert (done.returncode, done.stderr) == (0, "")
    readme = (SAMPLE / "README.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| (\w+) \| (\d\.\d\d) \[(\d\.\d\d), (\d\.\d\d)\]", readme, re.MULTILINE)
    rows = json.loads(Path("found.json").read_text(encoding="utf-8"))["overall"]["frames"]
    figures = {row["label"]: (row["alpha"]["value"], *row["alpha"]["ci95"]) for row in rows}
    assert len(listed) == 8
    assert [(label, *(f"{figure:.2f}" for figure in three)) for label, three in figures.items()] == listed
    for heading in ("264 articles of 254 stories", "Frames", "Which stance", "by language", "Annotators", "ceiling"):
        assert heading in done.stdout
    assert "the pull of suggestions is not shown: no answer is recorded" in done.stdout


def test_tables_fit_a_terminal_of_a_hundred_columns(standpoint: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    arguments = ("--codebook", CODEBOOK, "--articles", SAMPLE / "articles.jsonl")
    done = standpoint("label", "agreement", SAMPLE / "annotations.jsonl", *arguments)
    assert re.search(r"US self-reliance +1.00 \[1.00, 1.00\] +1.00 +0.09 +264 +– +d", done.stdout)
    assert "…" not in done.stdout
    row = next(line for line in done.stdout.splitlines() if line.strip().startswith("Third-country hedging"))
    assert len(row.rstrip()) <= 100


def test_the_pull_is_shown_where_articles_were_blind_at_random(standpoint: Run, tmp_path: Path) -> None:
    kinds = ({"blind": True}, {"suggested": True})
    answers = [
        answer(number, person, *(["us_failure"] if number % 3 else []), **kinds[number % 2])
        for number in range(20)
        for person in ("ann", "[bold]bo")
    ]
    model = {"model": "standpoint/1", "codebook": REFERENCE, "language": "en", "characters_read": 9, "stances": []}
    frames = [{"id": "us_failure", "proba": 0.9, "present": True}]
    path = write(tmp_path / "annotations.jsonl", *answers)
    predictions = write(tmp_path / "p.jsonl", *({"article_id": f"a{n}", "frames": frames, **model} for n in range(20)))
    done = standpoint(
        *("label", "agreement", path, "--codebook", CODEBOOK, "--predictions", predictions, "--html", "page.html")
    )
    assert done.returncode == 0, done.stderr
    assert "20 answers with suggestions, 20 blind" in done.stdout
    assert "frames the model suggests that are marked" in done.stdout
    assert "by chance alone" in done.stdout
    assert "[bold]bo" in done.stdout
    assert "no articles were given: languages are not told apart" in done.stdout
    page = Path("page.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert "[bold]bo" in page


def test_nothing_doubly_coded_says_what_to_do(standpoint: Run, tmp_path: Path) -> None:
    path = write(tmp_path / "annotations.jsonl", answer(1, "ann"), answer(2, "bo"))
    done = standpoint("label", "agreement", path, "--codebook", CODEBOOK)
    assert done.returncode == 2
    assert "no article has usable answers of two people" in done.stderr
    assert "Let a second person annotate" in done.stderr


def test_a_half_width_of_nothing_is_refused(standpoint: Run) -> None:
    arguments = ("--codebook", CODEBOOK, "--half-width", "0")
    done = standpoint("label", "agreement", SAMPLE / "annotations.jsonl", *arguments)
    assert (done.returncode, "the half-width 0.0 is not above 0" in done.stderr) == (2, True)
