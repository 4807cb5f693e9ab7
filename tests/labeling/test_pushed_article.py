"""Tests of labeling.pushed_article."""

from typing import Any

import pytest

from labeling.pushed_article import pushed_article
from labeling.studio_task import task_data
from labeling.work_item import WorkItem
from standpoint.article import Article
from standpoint.codebook import Codebook, Words
from standpoint.mentions import MentionFinder

ARTICLE = Article("a1", "稀土 😀", "第一行。\r\n\n\n完。", "Wire", "2025-11-20", "http://example.org/1", "zh", "s1")


def data(article: Article = ARTICLE, **changes: object) -> dict[str, Any]:
    codebook = Codebook("demo", Words("Demo", "示例"))
    return task_data(WorkItem(article), codebook, MentionFinder(()), blind_share=0) | changes


def test_an_article_comes_back_from_its_task_as_it_was() -> None:
    assert pushed_article(data()) == ARTICLE


def test_a_title_with_a_blank_line_leaves_the_text_as_it_is() -> None:
    article = Article("a1", "Rare\n\nearths", "Body.")
    found = pushed_article(data(article))
    assert found is not None
    assert found.text == article.text


@pytest.mark.parametrize(
    "task",
    [
        None,
        [],
        {},
        {"text": "A\n\nb"},
        data(text="no blank line"),
        data(text=3),
        data(text=" \n\n "),
        data(article_id=None),
    ],
)
def test_a_task_that_no_push_made_has_no_article(task: object) -> None:
    assert pushed_article(task) is None
