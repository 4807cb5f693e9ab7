"""The cast: actors, pairs of them, and tones, the same words in both languages."""

from models.cast import cast_by_sentence
from models.targets import Scene, Target
from standpoint.sentences import sentences

NAMES = {"us": ("America", "美国"), "cn": ("China", "中国")}


def cast(text: str, *actors: str) -> list[str]:
    targets = [
        Target(actor, (), tuple((text.index(name), text.index(name) + len(name)) for name in names if name in text))
        for actor, names in NAMES.items()
    ]
    return cast_by_sentence(Scene(text, tuple(sentences(text))), targets, actors)


def test_a_sentence_is_described_by_actors_pairs_and_tones() -> None:
    assert cast("America failed. China met America.", "us", "cn")[0] == "tone_bad | us | us_bad"


def test_two_actors_in_one_sentence_make_a_pair() -> None:
    assert "cn_with_us" in cast("America met China.", "us", "cn")[0]


def test_the_words_are_the_same_in_both_languages() -> None:
    assert cast("America failed.", "us") == cast("美国失败。", "us")


def test_actors_that_do_not_count_are_passed_over() -> None:
    assert cast("America failed.", "cn") == ["tone_bad"]


def test_each_sentence_has_a_description_of_its_own() -> None:
    assert cast("Nothing here. China grew.", "us", "cn") == ["", "cn"]
