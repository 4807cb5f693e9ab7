"""Tests of candidates and of what is in work already."""

import json
from pathlib import Path

import pytest

from labeling.candidates import Candidate, read_candidates, read_taken
from standpoint.errors import InputError


def write(path: Path, *records: object) -> Path:
    path.write_text("".join(f"{json.dumps(record)}\n" for record in records), encoding="utf-8")
    return path


KNOWN = {"a": Candidate("a", "s1", "en", ""), "b": Candidate("b", "s1", "en", ""), "c": Candidate("c", "c", "zh", "")}
ANNOTATION = {"annotator": "reader", "codebook": "demo@1", "frames": []}


def test_an_article_without_a_story_is_one_of_its_own(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.jsonl", {"id": "a", "body": "One.", "source": "Wire"}, {"body": "矿。", "id": 2, "story": "s"}
    )
    assert read_candidates(path) == {"a": Candidate("a", "a", "en", "Wire"), "2": Candidate("2", "s", "zh", "")}


def test_an_article_that_comes_twice_is_one_candidate(tmp_path: Path) -> None:
    assert len(read_candidates(write(tmp_path / "a.jsonl", *[{"id": "a", "body": "One."}] * 2))) == 1


def test_an_id_of_two_texts_is_refused_with_its_line(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", {"id": "a", "body": "One."}, {"id": "a", "body": "Two."})
    with pytest.raises(InputError, match=r"a.jsonl:2: id 'a' stood for another text before. Give one of the two"):
        read_candidates(path)


def test_a_file_without_articles_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"a.jsonl: holds no article. Read articles into it with `standpoint import`"):
        read_candidates(write(tmp_path / "a.jsonl"))


def test_the_story_of_an_annotated_article_is_taken(tmp_path: Path) -> None:
    annotations = write(tmp_path / "annotations.jsonl", {"article_id": "a", **ANNOTATION})
    assert read_taken([annotations], KNOWN).stories == {"s1"}


def test_an_article_that_somebody_skipped_is_in_work_too(tmp_path: Path) -> None:
    annotations = write(tmp_path / "annotations.jsonl", {"article_id": "c", "skipped": True, **ANNOTATION})
    assert read_taken([annotations], KNOWN).stories == {"c"}


def test_the_stories_of_an_earlier_sample_are_taken_whether_or_not_its_articles_are_known(tmp_path: Path) -> None:
    sample = write(tmp_path / "s.jsonl", {"id": "c", "body": "x", "inclusion_proba": 0.1}, {"id": "n", "body": "y"})
    assert read_taken([sample], KNOWN).stories == {"c", "n"}


def test_annotations_of_articles_that_are_not_known_are_told(tmp_path: Path) -> None:
    annotations = write(tmp_path / "annotations.jsonl", {"article_id": "elsewhere", **ANNOTATION})
    taken = read_taken([annotations], KNOWN)
    assert taken.stories == set()
    assert taken.unknown == {"elsewhere"}


def test_predictions_are_not_taken_for_annotations(tmp_path: Path) -> None:
    wrong = write(tmp_path / "p.jsonl", {"article_id": "a", "model": "m", "codebook": "demo@1", "frames": []})
    with pytest.raises(InputError, match=r"p.jsonl:1: field 'annotator' is missing"):
        read_taken([wrong], KNOWN)


def test_a_line_that_names_no_article_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"s.jsonl:1: field 'id' is missing"):
        read_taken([write(tmp_path / "s.jsonl", {"body": "x"})], KNOWN)
