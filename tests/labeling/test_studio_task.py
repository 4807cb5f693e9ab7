"""Tasks as Label Studio stores them."""

import hashlib
from typing import Any

import pytest

from labeling.blind import is_blind
from labeling.studio_task import task_data, text_sha256
from labeling.work_item import WorkItem
from standpoint.article import Article
from standpoint.codebook import Actor, Alias, Codebook, Words
from standpoint.mentions import MentionFinder

ACTORS = (
    Actor("china", Words("China", "中国"), (Alias("China"), Alias("中国"))),
    Actor("japan", Words("Japan", "日本"), (Alias("Japan"), Alias("日本"))),
    Actor("eu", Words("European Union", "欧盟"), (Alias("EU"), Alias("欧盟"))),
)
CODEBOOK = Codebook("demo", Words("Demo", "示例"), actors=ACTORS)
ARTICLE = Article(
    "a1", "欧盟😀", "日本与欧盟签约。\r\n完。", "Example Wire", "2025-11-20", "https://a.example/1", "zh", "s1"
)


def data_of(item: WorkItem, *, blind_share: float = 0.2) -> dict[str, Any]:
    return task_data(item, CODEBOOK, MentionFinder(ACTORS), blind_share=blind_share)


def test_a_task_holds_the_article_and_how_it_was_chosen() -> None:
    data = data_of(WorkItem(ARTICLE, 0.25, "d1", True, "Which?"))
    del data["actors"]
    assert data == {
        "article_id": "a1",
        "text_sha256": hashlib.sha256("欧盟😀\n\n日本与欧盟签约。\r\n完。".encode()).hexdigest(),
        "text": "欧盟😀\n\n日本与欧盟签约。\r\n完。",
        "byline": "Example Wire · 2025-11-20 · zh",
        "language": "zh",
        "outlet": "Example Wire",
        "published": "2025-11-20",
        "story": "s1",
        "url": "https://a.example/1",
        "inclusion_proba": 0.25,
        "draw": "d1",
        "blind": True,
        "question": "Which?",
    }


def test_actors_found_in_the_text_are_offered_first_and_in_bold() -> None:
    assert data_of(WorkItem(ARTICLE))["actors"] == [
        {"value": "Japan / 日本", "alias": "japan", "style": "font-weight: 600"},
        {"value": "European Union / 欧盟", "alias": "eu", "style": "font-weight: 600"},
        {"value": "China / 中国", "alias": "china"},
    ]


def test_what_an_article_lacks_is_not_in_the_byline() -> None:
    data = data_of(WorkItem(Article("a2", "Rain", "It rains.")))
    assert (data["byline"], data["outlet"], data["question"]) == ("en", "", "")


@pytest.mark.parametrize("blind", [True, False])
def test_blindness_that_was_drawn_stays(blind: bool) -> None:
    assert data_of(WorkItem(ARTICLE, blind=blind), blind_share=float(not blind))["blind"] is blind


def test_blindness_that_was_not_drawn_depends_on_the_id() -> None:
    articles = [Article(f"a{number}", "Rain", "It rains.") for number in range(20)]
    decided = [data_of(WorkItem(article), blind_share=0.5)["blind"] for article in articles]
    assert decided == [is_blind(article.id, 0.5) for article in articles]


def test_half_a_surrogate_pair_has_a_hash() -> None:
    assert text_sha256("\ud83d") != text_sha256("\ud83e")
