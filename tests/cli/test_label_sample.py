"""Tests of cli.label_sample."""

import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from labeling.work_item import work_item_from_json
from standpoint.codebook_file import load_codebook

Run = Callable[..., CompletedProcess[str]]
CODEBOOK = (
    'id = "demo"\nname.en = "Demo"\n[[frame]]\nid = "failure"\nname.en = "Failure"\ndefinition.en = "It fails."\n'
)
ANNOTATION = {"annotator": "reader", "codebook": "demo@1", "frames": []}


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """Write forty articles in two languages, two of each story, and the codebook beside them."""
    (tmp_path / "codebook.toml").write_text(CODEBOOK, encoding="utf-8")
    return write(
        tmp_path / "articles.jsonl",
        *(
            {
                "id": f"a{n}",
                "body": f"矿 {n}" if n % 4 < 2 else f"Ore {n}",
                "source": f"Wire {n % 3}",
                "story": f"s{n // 2}",
            }
            for n in range(40)
        ),
    )


def write(path: Path, *records: object) -> Path:
    path.write_text("".join(f"{json.dumps(record)}\n" for record in records), encoding="utf-8")
    return path


def predictions(corpus: Path, *, n: int = 40, codebook: str | None = None) -> Path:
    """Predict the frame for the first ten articles, in doubt, and for no other."""
    reference = codebook or load_codebook(corpus.with_name("codebook.toml")).reference
    common = {"language": "en", "model": "standpoint/1", "codebook": reference, "characters_read": 5}
    frames = [{"id": "failure", "proba": 0.6 if n < 10 else 0.0, "present": n < 10} for n in range(n)]
    path = corpus.with_name("predictions.jsonl")
    return write(path, *({"article_id": f"a{n}", "frames": [frame], **common} for n, frame in enumerate(frames)))


def sample(standpoint: Run, corpus: Path, *options: object, out: str = "sample.jsonl") -> CompletedProcess[str]:
    required = ("--codebook", corpus.with_name("codebook.toml"), "--out", corpus.with_name(out))
    return standpoint("label", "sample", corpus, *required, *options)


def records(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_what_is_drawn_is_written_with_its_probability_and_counted(
    standpoint: Run, corpus: Path, tmp_path: Path
) -> None:
    answer = sample(standpoint, corpus, "--n", 8)
    assert (answer.returncode, answer.stderr) == (0, "")
    items = [work_item_from_json(record) for record in records(tmp_path / "sample.jsonl")]
    assert [(item.inclusion_proba, item.draw) for item in items] == [(0.2, items[0].draw)] * 8
    assert len({item.article.story for item in items}) == 8
    assert f"sample.jsonl: draw {items[0].draw}, 8 articles from 20 stories (40 articles)" in answer.stdout
    assert "worth about 8 articles drawn uniformly" in answer.stdout
    assert "! drawn uniformly, because no --predictions are named" in answer.stdout
    assert ["zh", "20", "4"] in [line.split() for line in answer.stdout.splitlines()]


def test_doubt_and_rare_frames_are_favoured_where_there_are_predictions(
    standpoint: Run, corpus: Path, tmp_path: Path
) -> None:
    answer = sample(standpoint, corpus, "--n", 8, "--predictions", predictions(corpus))
    assert answer.returncode == 0
    assert "drawn uniformly, because" not in answer.stdout
    drawn = {record["id"]: record["inclusion_proba"] for record in records(tmp_path / "sample.jsonl")}
    favoured = {id for id in drawn if int(id[1:]) < 10}
    assert len(favoured) == 5
    assert {drawn[id] for id in favoured} == {0.5}
    assert ["Failure", "10", "5"] in [line.split() for line in answer.stdout.splitlines()]


def test_the_order_of_the_articles_does_not_matter(standpoint: Run, corpus: Path, tmp_path: Path) -> None:
    backwards = write(tmp_path / "backwards.jsonl", *records(corpus)[::-1])
    for source, out in ((corpus, "one.jsonl"), (backwards, "other.jsonl")):
        sample(standpoint, source, "--n", 8, out=out)
    assert (tmp_path / "one.jsonl").read_bytes() == (tmp_path / "other.jsonl").read_bytes()


def test_stories_in_work_are_left_out(standpoint: Run, corpus: Path, tmp_path: Path) -> None:
    annotations = write(tmp_path / "annotations.jsonl", *({"article_id": f"a{n}", **ANNOTATION} for n in (0, 5)))
    sample(standpoint, corpus, "--n", 9, "--annotated", annotations, out="first.jsonl")
    first = tmp_path / "first.jsonl"
    answer = sample(standpoint, corpus, "--n", 9, "--annotated", annotations, "--annotated", first, out="second.jsonl")
    assert answer.returncode == 0
    stories = [record["story"] for name in ("first.jsonl", "second.jsonl") for record in records(tmp_path / name)]
    assert sorted([*stories, "s0", "s2"]) == sorted(f"s{number}" for number in range(20))
    assert "! 22 articles left out, their stories are in work" in answer.stdout


def test_annotations_of_other_articles_are_told(standpoint: Run, corpus: Path, tmp_path: Path) -> None:
    annotations = write(tmp_path / "annotations.jsonl", {"article_id": "elsewhere", **ANNOTATION})
    answer = sample(standpoint, corpus, "--n", 5, "--annotated", annotations)
    assert "! 1 annotated articles are not among these, such as 'elsewhere'" in answer.stdout


def test_fewer_stories_than_asked_for_are_all_drawn_and_told(standpoint: Run, corpus: Path, tmp_path: Path) -> None:
    answer = sample(standpoint, corpus)
    assert answer.returncode == 1
    assert len(records(tmp_path / "sample.jsonl")) == 20
    assert "! 30 fewer than asked for: each story gives one article, and no story is left" in answer.stdout


def test_where_every_story_is_in_work_nothing_is_written(standpoint: Run, corpus: Path, tmp_path: Path) -> None:
    answer = sample(standpoint, corpus, "--annotated", corpus)
    assert answer.returncode == 2
    assert "articles.jsonl: every story is annotated or drawn already. Import more articles." in answer.stderr
    assert not (tmp_path / "sample.jsonl").exists()


@pytest.mark.parametrize(("share", "expected"), [(0, {False}), (1, {True})])
def test_the_blind_share_is_as_asked_for(
    standpoint: Run, corpus: Path, tmp_path: Path, share: int, expected: set[bool]
) -> None:
    sample(standpoint, corpus, "--n", 8, "--blind-share", share)
    assert {record["blind"] for record in records(tmp_path / "sample.jsonl")} == expected


def test_predictions_of_another_codebook_are_refused(standpoint: Run, corpus: Path) -> None:
    answer = sample(standpoint, corpus, "--predictions", predictions(corpus, codebook="demo@0"))
    assert answer.returncode == 2
    assert "predictions.jsonl: the prediction for article 'a0' was made under codebook 'demo@0'" in answer.stderr


def test_articles_without_a_prediction_are_refused(standpoint: Run, corpus: Path) -> None:
    answer = sample(standpoint, corpus, "--predictions", predictions(corpus, n=30))
    assert answer.returncode == 2
    assert "predictions.jsonl: 10 of 40 articles have no prediction, the first is 'a30'." in answer.stderr


def test_the_terminal_does_not_obey_the_name_of_an_outlet(standpoint: Run, corpus: Path, tmp_path: Path) -> None:
    hostile = write(tmp_path / "hostile.jsonl", {"id": "a", "body": "x", "source": "\x1b[31m[red]Wire[/red]"})
    answer = sample(standpoint, hostile, "--n", 1)
    assert "␛[31m[red]Wire[/red]" in answer.stdout
