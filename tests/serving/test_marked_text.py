"""Tests of serving.marked_text."""

from hypothesis import given
from hypothesis import strategies as st

from serving.marked_text import Mark, marked_lines, visible_parts

ODD = st.text(st.sampled_from("ab稀😀\n \u202e\u200b\x00\u200d\u0301"), max_size=40)


def texts_under(text: str, marks: list[Mark]) -> list[str]:
    """Return what lies under each mark, joined."""
    pieces = [piece for line in marked_lines(text, marks, (0, len(text))) for piece in line.pieces]
    return ["".join(piece.text for piece in pieces if mark in [laid.mark for laid in piece.marks]) for mark in marks]


@given(ODD, st.lists(st.tuples(st.integers(0, 40), st.integers(1, 20)), max_size=6))
def test_under_every_mark_lies_exactly_its_span(text: str, spans: list[tuple[int, int]]) -> None:
    marks = [
        Mark(kind, number, 0, start, start + length)
        for number, (start, length) in enumerate(spans)
        for kind in ("frame", "mention")
        if start + length <= len(text)
    ]
    assert texts_under(text, marks) == [text[mark.start : mark.end] for mark in marks]


@given(ODD)
def test_lines_lose_no_character_and_end_with_their_line_break(text: str) -> None:
    lines = ["".join(piece.text for piece in line.pieces) for line in marked_lines(text, [], (0, len(text)))]
    assert "".join(lines) == text
    assert all(line.endswith("\n") for line in lines[:-1])


def test_blank_lines_that_follow_each_other_are_one() -> None:
    lines = marked_lines("one\n\n \n\ntwo\nthree", [], (0, 17))
    assert [(line.is_blank, "".join(piece.text for piece in line.pieces)) for line in lines] == [
        (False, "one\n"),
        (True, "\n \n\n"),
        (False, "two\n"),
        (False, "three"),
    ]


def test_frames_that_share_a_sentence_lie_in_lanes_of_their_own_the_first_innermost() -> None:
    [line] = marked_lines("abc", [Mark("frame", 0, 0, 0, 2), Mark("frame", 1, 0, 1, 3)], (0, 3))
    assert [[(laid.mark.label, laid.lane) for laid in piece.marks] for piece in line.pieces] == [
        [(0, 0)],
        [(1, 0), (0, 1)],
        [(1, 0)],
    ]
    assert [laid.is_last for laid in line.pieces[1].marks] == [False, True]


def test_a_mark_that_begins_in_the_title_goes_on_in_the_body() -> None:
    marks = [Mark("frame", 0, 0, 2, 9)]
    halves = [marked_lines("title\n\nbody", marks, span) for span in ((0, 5), (7, 11))]
    marked = [piece for half in halves for line in half for piece in line.pieces if piece.marks]
    assert [(piece.text, piece.marks[0].is_first, piece.marks[0].is_last) for piece in marked] == [
        ("tle", True, False),
        ("bo", False, True),
    ]


def test_characters_that_hide_or_turn_text_are_named() -> None:
    shown = [part.names or part.text for part in visible_parts("a\u202eb\u200b\u200bc\x00\x1b\u2066\ufeffd中\u200d国")]
    assert shown == ["a", "RLO", "b", "ZWSP ×2", "c", "NUL U+001B LRI … ×4", "d中", "ZWJ", "国"]


def test_emoji_and_flags_are_left_whole() -> None:
    england = "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"
    for text in ("👨\u200d👩\u200d👧", "❤\ufe0f\u200d🔥", england, "1\ufe0f⃣", "👩🏽\u200d🚀", "نمی\u200cخواهم"):
        assert [part.text for part in visible_parts(text)] == [text]


def test_tags_and_selectors_that_spell_a_hidden_message_are_named() -> None:
    hidden = "".join(chr(0xE0000 + ord(letter)) for letter in "ignore")
    [before, named] = visible_parts(f"a{hidden}")
    assert (before.text, named.text, named.names) == ("a", hidden, "U+E0069 U+E0067 U+E006E … ×6")
    assert [part.names for part in visible_parts("a\ufe01\ufe02\ufe03")] == ["", "U+FE01 U+FE02 U+FE03"]
