"""Tests of serving.batch.job: each article exactly once."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from corpus.outcome import Placed, Rejected
from serving.batch.engines import Processes
from serving.batch.job import Progress, Summary
from serving.batch.shard import Counts
from standpoint.article import Article
from standpoint.errors import OtherJobError, OutputError, RecordError

Content = Callable[[Path], dict[str, str]]
Score = Callable[..., Summary]
BODY = "China broke its promise."


def articles(number: int, *, first: int = 0) -> list[Placed | Rejected]:
    return [Placed(f"news:{row + 1}", Article(f"a{row}", f"Day {row}", BODY)) for row in range(first, first + number)]


def rows(folder: Path, table: str = "predictions") -> list[dict[str, Any]]:
    files = sorted((folder / table).glob("*.jsonl"))
    return [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]


def ids(folder: Path, table: str = "predictions") -> list[str]:
    return [row["article_id"] for row in rows(folder, table)]


def test_every_article_has_one_row_in_the_order_of_the_input(score: Score, tmp_path: Path) -> None:
    summary = score(tmp_path, articles(7))
    assert ids(tmp_path) == [f"a{row}" for row in range(7)]
    assert summary.counts == Counts(scored=7)
    assert (summary.run, summary.n_shards) == (1, 3)


def test_a_row_says_what_the_prediction_says_and_which_article_it_is(score: Score, tmp_path: Path) -> None:
    score(
        tmp_path, [Placed("x", Article("a", "T", BODY, source="Wire", published="2025-11-20", url="https://a.example"))]
    )
    (row,) = rows(tmp_path)
    assert row["text_hash"] == hashlib.sha256(f"T\n\n{BODY}".encode()).hexdigest()[:16]
    assert (row["story"], row["title"], row["source"], row["published"]) == ("a", "T", "Wire", "2025-11-20")
    assert (row["model"], row["characters_read"]) == ("demo/1", len(f"T\n\n{BODY}"))
    assert [stance["actor"] for stance in row["stances"]] == ["china"]


def test_the_same_again_finds_nothing_to_do(score: Score, tmp_path: Path, content: Content) -> None:
    score(tmp_path, articles(7))
    before = content(tmp_path)
    summary = score(tmp_path, articles(7))
    assert (summary.n_shards, summary.fresh, summary.counts) == (0, Counts(), Counts(scored=7))
    assert content(tmp_path) == before


def test_a_job_that_was_stopped_goes_on_and_ends_like_one_that_was_not(
    score: Score, tmp_path: Path, content: Content
) -> None:
    with pytest.raises(KeyboardInterrupt):
        score(tmp_path / "stopped", articles(11), fail_after=8)
    assert len(rows(tmp_path / "stopped")) == 6
    summary = score(tmp_path / "stopped", articles(11))
    assert (summary.fresh.scored, summary.counts.scored, summary.run) == (5, 11, 1)
    score(tmp_path / "whole", articles(11))
    assert content(tmp_path / "stopped") == content(tmp_path / "whole")


def test_several_processes_write_what_one_writes(score: Score, tmp_path: Path, content: Content) -> None:
    score(tmp_path / "one", articles(11))
    score(tmp_path / "two", articles(11), engine=Processes(2))
    assert content(tmp_path / "one") == content(tmp_path / "two")


def test_other_articles_into_the_same_folder_are_refused(score: Score, tmp_path: Path) -> None:
    score(tmp_path, articles(4))
    for other in (articles(4, first=1), articles(5), articles(7), articles(3), []):
        with pytest.raises(OtherJobError, match="its last run had other articles"):
            score(tmp_path, other)
    assert ids(tmp_path) == ["a0", "a1", "a2", "a3"]


def test_with_only_new_what_is_there_is_passed_over(score: Score, tmp_path: Path) -> None:
    score(tmp_path, articles(4))
    summary = score(tmp_path, articles(6), only_new=True)
    assert (summary.run, summary.counts) == (2, Counts(scored=2, known=4))
    assert ids(tmp_path) == [f"a{row}" for row in range(6)]
    again = score(tmp_path, articles(6), only_new=True)
    assert again.counts == Counts(known=6)
    assert ids(tmp_path) == [f"a{row}" for row in range(6)]


def test_only_new_after_a_stop_scores_what_is_missing(score: Score, tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        score(tmp_path, articles(8), fail_after=5)
    summary = score(tmp_path, articles(8), only_new=True)
    assert summary.counts == Counts(scored=5, known=3)
    assert sorted(ids(tmp_path)) == [f"a{row}" for row in range(8)]


def test_a_run_for_what_is_new_that_was_stopped_goes_on(score: Score, tmp_path: Path) -> None:
    score(tmp_path, articles(4))
    with pytest.raises(KeyboardInterrupt):
        score(tmp_path, articles(12), only_new=True, fail_after=9)
    summary = score(tmp_path, articles(12))
    assert (summary.run, summary.fresh.scored, summary.counts) == (2, 5, Counts(scored=8, known=4))
    assert ids(tmp_path) == [f"a{row}" for row in range(12)]


def test_a_changed_article_is_scored_again_and_both_versions_are_kept(score: Score, tmp_path: Path) -> None:
    score(tmp_path, articles(2))
    changed = Placed("news:1", Article("a0", "Day 0", "Japan kept its word."))
    summary = score(tmp_path, [changed, *articles(1, first=1)], only_new=True)
    assert summary.counts == Counts(scored=1, known=1, changed=1)
    versions = [row for row in rows(tmp_path) if row["article_id"] == "a0"]
    assert [version["stances"][0]["actor"] for version in versions] == ["china", "japan"]
    assert len({version["text_hash"] for version in versions}) == 2


def test_a_copy_is_scored_once_and_told_with_its_story(score: Score, tmp_path: Path) -> None:
    first = Placed("news:1", Article("a", "Pact", BODY, source="Wire", story="s7"))
    copy = Placed("other:1", Article("b", "Pact", BODY, source="Daily"))
    summary = score(tmp_path, [first, *articles(4), copy])
    assert summary.counts == Counts(scored=5, copies=1)
    (row,) = rows(tmp_path, "copies")
    assert (row["article_id"], row["copy_of"], row["story"], row["source"]) == ("b", "a", "s7", "Daily")
    later = score(tmp_path, [Placed("late:1", Article("c", "Pact", BODY))], only_new=True)
    assert later.counts == Counts(copies=1)
    assert rows(tmp_path, "copies")[1]["copy_of"] == "a"


def test_an_article_that_comes_twice_is_counted_as_repeated(score: Score, tmp_path: Path) -> None:
    summary = score(tmp_path, [*articles(2), *articles(2)])
    assert summary.counts == Counts(scored=2, repeated=2)
    assert summary.counts.n_read == 4


def test_an_id_that_stands_for_another_text_is_set_aside(score: Score, tmp_path: Path) -> None:
    other = Placed("news:9", Article("a0", "Another", BODY))
    summary = score(tmp_path, [*articles(2), other])
    assert summary.counts == Counts(scored=2, rejected=1)
    (line,) = (tmp_path / "rejected.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(line) == {
        "place": "news:9",
        "reason": "id 'a0' stood for another text before. Give one of the two another id.",
    }


def test_what_cannot_be_read_is_kept_once_with_its_reason(score: Score, tmp_path: Path) -> None:
    items = [Rejected("news:1", "no text."), *articles(2), Rejected("news:4", "no text.")]
    assert score(tmp_path, items).counts == Counts(scored=2, rejected=2)
    assert score(tmp_path, items, only_new=True).counts == Counts(known=4)
    lines = (tmp_path / "rejected.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["place"] for line in lines] == ["news:1", "news:4"]


def test_strict_stops_at_the_first_record_that_is_none(score: Score, tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="news:3: no text"):
        score(tmp_path, [*articles(2), Rejected("news:3", "no text.")], strict=True)


def test_another_model_codebook_or_option_is_refused_with_what_differs(score: Score, tmp_path: Path) -> None:
    score(tmp_path, articles(2))
    with pytest.raises(OtherJobError, match=r"model demo/1 there, demo/2 here; codebook .* there, other@1 here"):
        score(tmp_path, articles(2), model="demo/2", codebook="other@1")
    with pytest.raises(OtherJobError, match="evidence True there, False here"):
        score(tmp_path, articles(2), evidence=False)


def test_a_folder_with_other_files_is_refused(score: Score, tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").write_text("mine")
    with pytest.raises(OutputError, match=r"holds other files \(thesis.docx\). Choose an empty or new folder"):
        score(tmp_path, articles(1))


def test_progress_counts_what_was_done_before_and_now(score: Score, tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        score(tmp_path, articles(9), fail_after=4)
    told: list[Progress] = []
    score(tmp_path, articles(9), watch=told.append)
    assert [(item.counts.scored, item.fresh.scored) for item in told] == [(3, 0), (6, 3), (9, 6)]
    assert told[-1].share == 1.0
