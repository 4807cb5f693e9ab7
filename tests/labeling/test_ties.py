"""Tests of ties: the question they become, and how the article is put to a person."""

from labeling.ties import Tie, tie_items
from labeling.work_item import WorkItem
from standpoint.annotation import Annotation
from standpoint.article import Article
from standpoint.codebook import Actor, Alias, Codebook, Frame, Words

CODEBOOK = Codebook(
    "demo",
    Words("Demo", "示例"),
    frames=(Frame("failure", Words("Failure", "失败"), Words("", "")),),
    actors=(Actor("china", Words("China", "中国"), (Alias("China"),)),),
)
TIES = (
    Tie("failure", {"yes": ("ana",), None: ("ben",)}),
    Tie("china", {"critical": ("ana",), None: ("ben",)}),
)


def item_of(*annotations: Annotation) -> WorkItem:
    articles = [Article("a0", "T", "B"), Article("a1", "T", "B")]
    (item,) = tie_items({"a1": TIES}, articles, annotations, CODEBOOK)
    return item


def test_a_tie_asks_in_both_languages_who_said_what() -> None:
    assert item_of().question == (
        "Failure / 失败 (yes / 是: ana; no / 否: ben) · China / 中国 (critical / 批评: ana; none / 无: ben)"
    )


def test_a_tied_article_is_shown_blind_and_keeps_how_it_was_drawn() -> None:
    drawn = Annotation("a1", "ana", CODEBOOK.reference, frozenset(), inclusion_proba=0.2, draw="d1")
    item = item_of(Annotation("a1", "ben", CODEBOOK.reference, frozenset()), drawn)
    assert (item.article.id, item.blind, item.inclusion_proba, item.draw) == ("a1", True, 0.2, "d1")
    assert (item_of().inclusion_proba, item_of().draw) == (None, None)
