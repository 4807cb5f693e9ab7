"""Tests of the codebook and its fingerprint."""

from dataclasses import replace

import pytest

from standpoint.codebook import Actor, Alias, Codebook, Frame, Rules, Words

FRAME = Frame("us_failure", Words("US failure", "美国失败"), Words("The effort fails.", "努力失败。"))
ACTOR = Actor("china", Words("China", "中国"), (Alias("China"),))
CODEBOOK = Codebook("demo", Words("Demo", "示例"), frames=(FRAME,), actors=(ACTOR,))


def test_the_fingerprint_is_the_same_in_every_run() -> None:
    assert CODEBOOK.reference == "demo@ef063aed"


def test_aliases_do_not_change_the_fingerprint() -> None:
    more = replace(ACTOR, aliases=(Alias("China"), Alias("中国", not_in=("南中国海",)), Alias("PRC", match_case=True)))
    assert replace(CODEBOOK, actors=(more,)).fingerprint == CODEBOOK.fingerprint


def test_line_breaks_and_blanks_do_not_change_the_fingerprint() -> None:
    spread = replace(FRAME, definition=Words("The  effort\nfails.", " 努力失败。\n"))
    assert replace(CODEBOOK, frames=(spread,)).fingerprint == CODEBOOK.fingerprint


@pytest.mark.parametrize(
    "frame",
    [
        replace(FRAME, id="us_failing"),
        replace(FRAME, definition=Words("The effort succeeds.", "努力失败。")),
        replace(FRAME, definition=Words("The effort fails.", "努力成功。")),
        replace(FRAME, include=Rules(en=("A delay.",))),
        replace(FRAME, exclude=Rules(en=("A delay.",))),
    ],
)
def test_any_change_of_meaning_changes_the_fingerprint(frame: Frame) -> None:
    assert replace(CODEBOOK, frames=(frame,)).fingerprint != CODEBOOK.fingerprint


def test_another_stance_scale_changes_the_fingerprint() -> None:
    assert replace(CODEBOOK, stances=CODEBOOK.stances[:2]).fingerprint != CODEBOOK.fingerprint


def test_ids_come_in_the_order_of_the_codebook() -> None:
    assert CODEBOOK.frame_ids == ("us_failure",)
    assert CODEBOOK.actor_ids == ("china",)
    assert CODEBOOK.stance_ids == ("critical", "neutral", "supportive")


def test_words_are_english_for_every_language_but_chinese() -> None:
    assert [FRAME.name.in_language(language) for language in ("zh", "en", "mixed")] == [
        "美国失败",
        "US failure",
        "US failure",
    ]
