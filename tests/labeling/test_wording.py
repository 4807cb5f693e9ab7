"""Tests of the words in which labels and answers are put to a person."""

from labeling.wording import YES, answer_words, label_words
from standpoint.codebook import Actor, Alias, Codebook, Frame, Words

NAME = Words("Failure", "失败")
CODEBOOK = Codebook(
    "demo", NAME, frames=(Frame("failure", NAME, NAME),), actors=(Actor("us", Words("US", ""), (Alias("US"),)),)
)


def test_a_label_is_named_in_the_languages_it_has_a_name_in() -> None:
    assert (label_words("failure", CODEBOOK), label_words("us", CODEBOOK)) == ("Failure / 失败", "US")


def test_a_frame_is_there_or_not() -> None:
    assert [answer_words("failure", answer, CODEBOOK) for answer in (YES, None)] == ["yes / 是", "no / 否"]


def test_an_actor_has_a_stance_or_none() -> None:
    assert [answer_words("us", answer, CODEBOOK) for answer in ("critical", None)] == ["critical / 批评", "none / 无"]
