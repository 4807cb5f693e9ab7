"""Tests of sentence segmentation; `|` marks where one sentence ends and the next begins."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from standpoint.sentences import LONGEST, sentences


def split(text: str) -> str:
    return "|".join(text[start:end] for start, end in sentences(text))


@pytest.mark.parametrize(
    "marked",
    [
        "中方回应：“这是谎言。”|他说完就走了。",
        "“为什么？”|他问。|“……走吧。”|她说。",
        "“这是谎言……”|他说。",
        "他说“真好！”，然后走了。|“谎言。”，她说。",
        "他说：“她回答‘不。’”|然后走了。",
        "真的吗？！|是的。|真的吗？……|他走了。",
        "真的吗？|iPhone 卖光了。",
        "《稀土能独立吗？》一书出版了。",
        "稀土价格上涨3.5%。|中国（包括内蒙古。）|然后；最后。",
        "没有句号的结尾",
    ],
)
def test_chinese_sentences_end_with_their_marks_and_closing_quotes(marked: str) -> None:
    assert split(marked.replace("|", "")) == marked


@pytest.mark.parametrize(
    "marked",
    [
        "It rose 3.5 percent.| Then it fell to $1.2bn.| No mark",
        "He said “no.”| She left.| (It fell.)| Then rose.",
        "Really?!| Yes.| “Why?” he asked.| Is it?| It is.",
        "Yahoo! said so.| See http://a.example/c?D=e.| iPhone sales rose.",
        "“Wait...” he said.| “Wait...”| He left.",
    ],
)
def test_english_sentences_end_before_a_new_beginning(marked: str) -> None:
    assert split(marked.replace("|", "")) == marked.replace("| ", "|")


@pytest.mark.parametrize(
    "marked",
    [
        "The U.S. Senate met.| It left the U.S.| The plan failed.",
        "U.S.-China talks, U.S., China.| The U.S. and China met at 5 p.m. ET.",
        "Mr. Smith met Dr. Wu and J. D. Vance.| Sen. Cruz spoke.",
        "The No. 5 mine, vol. 2, opened.| He said no.| The vote passed.",
        "MP Materials Corp. rose on Jan. 5.| It left Apple Inc.| The shares fell.",
        "St. Louis lies far from Wall St.| The market fell.",
        "i.e. Japan, vs. China.",
        "J. A. Smith spoke of plan B.| The plan failed.",
        "Renéco.| The firm.",
    ],
)
def test_abbreviations_end_a_sentence_only_before_a_word_that_starts_one(marked: str) -> None:
    assert split(marked.replace("|", "")) == marked.replace("| ", "|")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("等等……他走了。", "等等……他走了。"),
        ("Wait... what? Yes.", "Wait... what?|Yes."),
        ("He left… Then came rain.", "He left…|Then came rain."),
        ("等等……。他走了。", "等等……。|他走了。"),
        ("Really...? Yes.", "Really...?|Yes."),
    ],
)
def test_an_ellipsis_is_a_pause_unless_something_ends_with_it(text: str, expected: str) -> None:
    assert split(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("the sector.[1][8] The next.", "the sector.[1][8]|The next."),
        ("the sector. [1][8] The next.", "the sector. [1][8]|The next."),
        ("the sector [1]. The next [2]", "the sector [1].|The next [2]"),
        ("该领域。[1][8]下一句。", "该领域。[1][8]|下一句。"),
        ("该领域[1]。下一句。", "该领域[1]。|下一句。"),
    ],
)
def test_references_stay_with_the_sentence_they_follow(text: str, expected: str) -> None:
    assert split(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Heading\n\nBody here. More", "Heading|Body here.|More"),
        ("one\r\ntwo\rthree\u2028four", "one|two|three|four"),
        ("• Japan\n• China\n- India", "• Japan|• China|- India"),
        ("1. Japan. 2. China.\na. India", "1. Japan.|2. China.|a. India"),
        ("He is No. 1. She is 2. They won.", "He is No. 1.|She is 2.|They won."),
        ("第一句。\u3000\u3000第二句。", "第一句。|第二句。"),
    ],
)
def test_headings_and_list_items_stand_alone(text: str, expected: str) -> None:
    assert split(text) == expected


@pytest.mark.parametrize("text", ["", " ", "\r\n\n \u3000"])
def test_a_text_without_words_has_no_sentences(text: str) -> None:
    assert sentences(text) == []


def test_spans_count_code_points() -> None:
    text = "👩‍🔬🔥。\r\nU.S."
    assert sentences(text) == [(0, 5), (7, 11)]


@given(st.text() | st.text("aB1 .…!?。！？”“\"'）(》[1]，,\r\n\u3000中"))
def test_spans_are_ordered_disjoint_trimmed_and_cover_all_but_white_space(text: str) -> None:
    spans = sentences(text)
    covered = {index for start, end in spans for index in range(start, end)}
    assert all(end <= start for (_, end), (start, _) in zip(spans, spans[1:], strict=False))
    assert all(text[start:end] == text[start:end].strip() != "" for start, end in spans)
    assert {index for index, character in enumerate(text) if not character.isspace()} <= covered


@example("B", ".中")
@given(st.text("aB1 .!?。”[1]中"), st.text("aB1 .!?。”[1]中"))
def test_a_line_break_makes_both_sides_independent(first: str, second: str) -> None:
    shift = len(first) + 1
    moved = [(start + shift, end + shift) for start, end in sentences(second)]
    assert sentences(f"{first}\n{second}") == sentences(first) + moved


def test_run_on_bullets_of_a_digest_are_sentences_of_their_own() -> None:
    text = "Core Viewpoint - Output fell [1][8] Group 1: Mines - One pit closed [2] - Prices rose, see [3] and on [4]"
    assert [text[start:end] for start, end in sentences(text)] == [
        "Core Viewpoint - Output fell [1][8]",
        "Group 1: Mines - One pit closed [2]",
        "- Prices rose, see [3] and on [4]",
    ]


def test_a_run_without_any_mark_is_cut_at_a_blank_and_loses_nothing() -> None:
    text = "word " * 1500
    spans = sentences(text)
    assert len(spans) == 4
    assert " ".join(text[start:end] for start, end in spans).split() == text.split()
    assert max(end - start for start, end in spans) <= LONGEST


def test_chinese_without_any_mark_is_cut_at_the_limit() -> None:
    assert [end - start for start, end in sentences("稀" * 4500)] == [LONGEST, LONGEST, 500]
