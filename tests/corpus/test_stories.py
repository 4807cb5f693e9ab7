"""Tests of corpus.stories."""

import random
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.stories import group_stories, jaccard, shingle_hashes
from standpoint.article import Article, make_article
from standpoint.errors import StandpointError

REPORT = (
    "The separation plant will open in spring, the mining company said on Thursday, with room for three thousand tons "
    "a year. Most of it is promised to magnet makers nearby. Analysts doubt that costs can fall before the second line."
)
SAME_TOPIC = (
    "Shares of the mining company fell on Thursday after it said that its separation plant would open in spring. "
    "Investors had hoped for this year; magnet makers nearby now look for other suppliers of three oxides."
)


def article(id: str, body: str, *, published: str | None = None, title: str = "") -> Article:
    return make_article(title, body, id=id, published=published)


def stories(*articles: Article) -> dict[str, str | None]:
    return {item.id: item.story for item in group_stories(articles)}


def random_text(seed: int, length: int = 2000) -> str:
    return "".join(random.Random(seed).choices([chr(code) for code in range(0x4E00, 0x5200)], k=length))


def test_near_copies_share_a_story_named_after_the_earliest() -> None:
    late = article("a", REPORT.replace("Thursday", "Friday"), published="2025-11-21")
    early = article("b", REPORT, published="2025-11-20")
    assert stories(late, early) == {"a": "b", "b": "b"}


def test_an_article_alone_is_its_own_story() -> None:
    assert stories(article("a", REPORT)) == {"a": "a"}


def test_articles_on_one_topic_stay_apart() -> None:
    assert stories(article("a", REPORT), article("b", SAME_TOPIC)) == {"a": "a", "b": "b"}


def test_a_short_digest_stays_apart_from_its_article() -> None:
    assert stories(article("a", REPORT), article("b", REPORT[:60])) == {"a": "a", "b": "b"}


def test_case_spaces_and_punctuation_do_not_part_copies() -> None:
    assert stories(article("a", REPORT), article("b", REPORT.upper().replace(",", "\n")))["b"] == "a"


def test_without_a_date_the_smallest_id_names_the_story() -> None:
    dated = article("z", REPORT, published="2025-11-20T07:43")
    assert stories(article("b", REPORT), article("a", REPORT)) == {"b": "a", "a": "a"}
    assert stories(article("b", REPORT), dated)["b"] == "z"


def test_a_chain_of_near_copies_is_one_story_in_any_order() -> None:
    text = random_text(1, 600)
    other = random_text(2, 600)
    chain = [article(str(step), other[: 100 * step] + text[100 * step :]) for step in range(4)]
    results = [stories(*order) for order in permutations(chain)]
    assert all(result == dict.fromkeys("0123", "0") for result in results)


def test_the_order_of_the_articles_is_kept_and_changes_nothing_else() -> None:
    articles = [article(f"{seed}{copy}", random_text(seed) + "x" * copy) for seed in range(20) for copy in range(3)]
    shuffled = random.Random(7).sample(articles, k=len(articles))
    found = group_stories(shuffled)
    assert [item.id for item in found] == [item.id for item in shuffled]
    assert {item.id: item.story for item in found} == stories(*articles)
    assert len({item.story for item in found}) == 20


def test_earlier_stories_are_replaced() -> None:
    given_story = make_article("", REPORT, id="a", story="mine")
    assert stories(given_story) == {"a": "a"}


def test_texts_without_letters_stay_apart_and_short_texts_can_be_copies() -> None:
    assert stories(article("a", "..."), article("b", "...")) == {"a": "a", "b": "b"}
    assert stories(article("a", "矿"), article("b", "矿!"), article("c", "石")) == {"a": "a", "b": "a", "c": "c"}


def test_no_articles_give_no_stories() -> None:
    assert group_stories([]) == []


@pytest.mark.parametrize("threshold", [0.0, -1.0, 1.5, float("nan")])
def test_a_threshold_outside_its_range_is_an_error(threshold: float) -> None:
    with pytest.raises(StandpointError, match="is not above 0 and at most 1. Use 0.6 for near-copies"):
        group_stories([], threshold=threshold)


@pytest.mark.parametrize(("threshold", "joined"), [(0.1, True), (0.4, True), (0.45, False), (1.0, False)])
def test_the_threshold_is_held_exactly(threshold: float, joined: bool) -> None:
    shared, first, second = (random_text(seed, 400) for seed in (1, 2, 3))
    pair = [article("a", shared + first[:250]), article("b", shared + second[:250])]  # about 396 shared of 896
    assert (len({item.story for item in group_stories(pair, threshold=threshold)}) == 1) == joined


def test_near_copies_are_found_among_many() -> None:
    originals = [article(f"a{seed:03}", random_text(seed)) for seed in range(200)]
    copies = [article(f"b{seed:03}", random_text(seed)[:1950] + random_text(900 + seed, 50)) for seed in range(200)]
    found = stories(*originals, *copies)
    assert all(found[f"b{seed:03}"] == f"a{seed:03}" for seed in range(200))
    assert len(set(found.values())) == 200


@given(st.text(max_size=40), st.text(max_size=40))
def test_similarity_is_that_of_the_sets_of_shingles(first: str, second: str) -> None:
    def shingles(text: str) -> set[str]:
        letters = "".join(filter(str.isalnum, text.lower()))
        return {letters[start : start + 5] for start in range(max(1, len(letters) - 4)) if letters}

    one, other = shingles(first), shingles(second)
    expected = len(one & other) / len(one | other) if one | other else 0.0
    assert jaccard(shingle_hashes(first), shingle_hashes(second)) == pytest.approx(expected)
