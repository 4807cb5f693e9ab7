"""Tests of cli.label_doubts."""

import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

import cli.label_doubts
from labeling.work_item import work_item_from_json
from standpoint.article import Article
from standpoint.jsonl import read_jsonl
from training.doubts import Doubt, Doubts, Passage

Run = Callable[..., CompletedProcess[str]]
ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "examples/rare-earths"
INPUTS = (
    *("--articles", SAMPLE / "articles.jsonl"),
    *("--gold", SAMPLE / "gold.jsonl"),
    *("--codebook", ROOT / "codebooks/rare-earths.toml"),
)
ARTICLE = Article("a1", "The plan failed", "China spoke.")
FOUND = (
    Doubt(ARTICLE, "us_failure", None, "yes", 0.02, 0.98, Passage(0, 15, 1.94, "against")),
    Doubt(ARTICLE, "export_controls", "yes", None, 0.04, 0.96, Passage(17, 22, None, "annotated")),
    Doubt(ARTICLE, "china", "critical", "neutral", 0.1, 0.7, None),
    Doubt(Article("a2", "T", "B"), "ally_strategy", "yes", None, 0.3, 0.7, Passage(0, 1, -0.25, "strongest")),
)


@pytest.fixture
def doubts(standpoint: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    """List made-up doubts of the sample."""
    monkeypatch.setattr(cli.label_doubts, "find_doubts", lambda *_, **__: Doubts(FOUND, 90, ("china_dominance",)))
    return lambda *options: standpoint("label", "doubts", *INPUTS, *options)


def test_each_doubt_is_a_line_with_both_answers_and_a_sentence(doubts: Run) -> None:
    done = doubts()
    assert (done.returncode, done.stderr) == (0, "")
    lines = [" ".join(line.split()) for line in done.stdout.splitlines()]
    assert "a1 us_failure no 0.02 yes 0.98 against it +1.9: The plan failed" in lines
    assert "a1 export_controls yes 0.04 no 0.96 annotated for it: China" in lines
    assert "a1 china critical 0.10 neutral 0.70 no sentence names it" in lines
    assert "a2 ally_strategy yes 0.30 no 0.70 strongest for it -0.2: T" in lines
    assert "4 of 4 doubts among 90 labels. A doubt is a reason to look, not an error: the model is wrong too." in lines
    assert "! frame 'china_dominance' was not looked at everywhere" in done.stdout


def test_the_first_n_go_into_the_review_list_one_item_an_article(doubts: Run, tmp_path: Path) -> None:
    done = doubts("--n", 3, "--out", "doubts.jsonl")
    (item,) = read_jsonl(tmp_path / "doubts.jsonl", work_item_from_json)
    assert (item.article, item.blind) == (ARTICLE, True)
    assert item.question is not None
    assert item.question.count(" · ") == 2
    assert "doubts.jsonl: 1 articles to review" in done.stdout
    assert "ally_strategy" not in done.stdout


@pytest.mark.slow
def test_doubts_of_real_gold_are_found(standpoint: Run, tmp_path: Path) -> None:
    for name in ("articles.jsonl", "gold.jsonl"):
        lines = (SAMPLE / name).read_text(encoding="utf-8").splitlines(keepends=True)[:40]
        (tmp_path / name).write_text("".join(lines), encoding="utf-8")
    done = standpoint("label", "doubts", "--articles", "articles.jsonl", "--gold", "gold.jsonl", *INPUTS[4:], "--n", 5)
    assert done.returncode == 0
    ids = {json.loads(line)["id"] for line in (tmp_path / "articles.jsonl").read_text(encoding="utf-8").splitlines()}
    listed = [line.split()[0] for line in done.stdout.splitlines() if line.strip()[:3] == "re-"]
    assert len(listed) == 5
    assert set(listed) <= ids
