"""Tests of benchmarks.annotator_shares: what each annotator's answers make, and the two corpora."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.annotator_shares import frame_shares, read_narrative_frames, read_sample
from benchmarks.frame_questions import RULES
from standpoint.annotation import annotation_from_json
from standpoint.errors import InputError, RecordError
from standpoint.jsonl import read_jsonl

NO = {question: ["no", "no", "no", -1] for questions, _ in RULES.values() for question in questions}


def test_a_frame_is_seen_by_those_with_enough_answers_of_their_own() -> None:
    answers = NO | {"co1": ["yes", "yes", "no", -1], "co2": ["no", "yes", "yes", -1], "mo2": ["no", "yes", "yes", -1]}
    shares = frame_shares(answers)
    assert shares == {"co": pytest.approx(1 / 3), "ec": 0, "hi": 0, "mo": pytest.approx(2 / 3), "re": 0}


def test_answers_that_make_no_shares_are_refused_in_words() -> None:
    with pytest.raises(RecordError, match=r"^co1, co2, co3 differ in length\. Give -1"):
        frame_shares(NO | {"co2": ["no", "no", "no"]})
    with pytest.raises(RecordError, match=r"^nobody answered mo1, mo2\. Add"):
        frame_shares(NO | {"mo1": [-1, -1], "mo2": [-1, -1]})


def test_narrative_frames_come_with_shares_and_folds(narrative_folder: Path) -> None:
    corpus = read_narrative_frames(narrative_folder)
    assert corpus.gold.frame_shares[:2].tolist() == [[0.5, 0, 0, 0, 0], [0, 1, 0, 0, 0]]
    assert corpus.folds is not None
    assert corpus.folds[:5].tolist() == [1, 2, 3, 4, 1]


def test_an_article_without_answers_is_named(narrative_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "articles.jsonl").write_bytes((narrative_folder / "articles.jsonl").read_bytes())
    first, *_ = (narrative_folder / "annotators.jsonl").read_text(encoding="utf-8").splitlines()
    (tmp_path / "annotators.jsonl").write_text(first + "\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"annotators\.jsonl: 59 articles have no answers, the first is '1'"):
        read_narrative_frames(tmp_path)


def test_the_sample_has_the_answers_of_its_gold_and_shares_of_two_readers() -> None:
    gold = read_sample().gold
    path = Path(__file__).parents[2] / "examples" / "rare-earths" / "gold.jsonl"
    frames = {one.article_id: one.frames for one in read_jsonl(path, annotation_from_json)}
    assert {item.article.id: item.frames for item in gold.articles} == frames
    assert np.unique(gold.frame_shares).tolist() == [0, 0.5, 1]
