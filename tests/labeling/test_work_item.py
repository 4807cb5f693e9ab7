"""Work items: articles on their way to annotators."""

import pytest

from labeling.work_item import WorkItem, work_item_from_json
from standpoint.article import Article
from standpoint.errors import RecordError


def test_any_article_is_a_work_item() -> None:
    item = work_item_from_json({"id": "a1", "title": "Rain", "body": "It rains."})
    assert item == WorkItem(Article("a1", "Rain", "It rains."))


def test_a_work_item_comes_back_as_it_was_written() -> None:
    item = WorkItem(Article("a1", "雨", "下雨。", language="zh"), 0.25, "d1", False, "Two readers differ.")
    assert work_item_from_json(item.to_json()) == item


@pytest.mark.parametrize("proba", [0, -0.1, 1.5])
def test_a_probability_that_no_draw_can_have_is_refused(proba: float) -> None:
    with pytest.raises(RecordError, match="is not above 0 and at most 1"):
        work_item_from_json({"title": "Rain", "body": "", "inclusion_proba": proba})


def test_blind_must_be_true_or_false() -> None:
    with pytest.raises(RecordError, match="'blind' must be true or false"):
        work_item_from_json({"title": "Rain", "body": "", "blind": "yes"})
