"""Tests of report.readings."""

from collections.abc import Callable

import numpy as np

from report.readings import make_readings, sort_annotations
from standpoint.annotation import Annotation
from standpoint.article import Article

Say = Callable[..., Annotation]


def test_answers_are_laid_out_person_by_article(say: Say) -> None:
    readings = make_readings([say("a1", "bo", "failure"), say("a2", "ann", "pact"), say("a1", "ann")])
    assert (readings.people, readings.articles) == (("ann", "bo"), ("a1", "a2"))
    assert readings.n_answers.tolist() == [2, 1]
    assert readings.frame_sets() == [[frozenset(), frozenset({"pact"})], [frozenset({"failure"}), None]]
    ratings = readings.frame_ratings(["failure", "pact"])
    np.testing.assert_equal(ratings, [[[0, 0], [0, 1]], [[1, 0], [np.nan, np.nan]]])


def test_an_article_without_a_story_is_its_own(say: Say) -> None:
    articles = {"a1": Article("a1", "标题", "正文", language="zh", story="s1"), "a2": Article("a2", "Title", "Body")}
    readings = make_readings([say("a1", "ann"), say("a2", "ann")], articles)
    assert readings.stories == ("s1", "a2")
    assert readings.in_language("zh").articles == ("a1",)
    assert make_readings([say("a1", "ann")]).languages == ()


def test_only_shared_articles_are_kept_and_answers_can_be_masked(say: Say) -> None:
    readings = make_readings([say("a1", "ann", blind=True), say("a1", "bo"), say("a2", "ann")])
    assert readings.shared().articles == ("a1",)
    assert readings.where(lambda item: item.blind).n_answers.tolist() == [1, 0]


def test_what_does_not_count_is_counted(say: Say) -> None:
    found = sort_annotations(
        [
            say("a1", "ann"),
            say("a1", "bo", skipped=True),
            say("a2", "bo", problems=("frames left open",)),
            say("a3", "bo", codebook="demo@00000000"),
        ],
        say("a1", "ann").codebook,
    )
    assert (len(found.usable), found.n_skipped, found.n_unusable, found.n_other_codebook) == (1, 1, 1, 1)


def test_the_latest_answer_of_a_person_counts_whatever_the_order(say: Say) -> None:
    early = say("a1", "ann", "failure", created="2026-01-01T00:00:00Z")
    edited = say("a1", "ann", "pact", created="2025-12-31T00:00:00Z", updated="2026-01-02T00:00:00Z")
    for order in ([early, edited], [edited, early]):
        found = sort_annotations(order, early.codebook)
        assert (found.usable, found.n_repeated) == ((edited,), 1)
