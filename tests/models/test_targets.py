"""Tests of targets: what is masked, how far the windows reach, and texts that hold the masks themselves."""

import re

import pytest

from models.targets import OTHER, TARGET, VIEW_NAMES, ReadPassages, Scene, Target, mentions_by_sentence, target_views
from standpoint.sentences import sentences


def views(text: str, target: str, *others: str) -> dict[str, str]:
    """Return the views of a target and others that are found by their bare names."""
    spans = {name: [match.span() for match in re.finditer(re.escape(name), text)] for name in (target, *others)}
    scene = Scene(text, tuple(sentences(text)), tuple(sorted(span for found in spans.values() for span in found)))
    return dict(zip(VIEW_NAMES, target_views(scene, Target("id", (target,), tuple(spans[target]))), strict=True))


def squeezed(text: str) -> str:
    return " ".join(text.split())


def test_the_target_and_the_others_are_masked() -> None:
    seen = views("China praised Japan and Lynas.", "Japan", "China", "Lynas")
    assert squeezed(seen["sentence"]) == f"{OTHER} praised {TARGET} and {OTHER} ."


@pytest.mark.parametrize("view", ["sentence", "left", "right", "around", "clause", "offsets"])
def test_a_target_looks_the_same_under_any_name(view: str) -> None:
    one = views("Japan helped China with ores.", "Japan", "China")
    other = views("Lynas helped Texas with ores.", "Lynas", "Texas")
    assert one[view] == other[view] != ""


def test_asking_for_the_other_actor_swaps_the_masks() -> None:
    text = "Japan helped China."
    swapped = {TARGET: OTHER, OTHER: TARGET}
    mirrored = "".join(swapped.get(character, character) for character in views(text, "Japan", "China")["sentence"])
    assert views(text, "China", "Japan")["sentence"] == mirrored


def test_left_and_right_end_at_the_target() -> None:
    seen = views("Ministers say Japan exports magnets.", "Japan")
    assert squeezed(seen["left"]) == f"Ministers say {TARGET}"
    assert squeezed(seen["right"]).startswith(f"{TARGET} exports magnets")


def test_windows_in_english_reach_the_near_words_only() -> None:
    before, after = (" ".join(f"{side}{number}" for number in range(30)) for side in ("before", "after"))
    seen = views(f"{before} Japan {after}", "Japan")
    assert "before29" in seen["left"]
    assert "after0" in seen["right"]
    for view in ("left", "right", "around"):
        assert not {"before0", "after29"} & set(seen[view].split())
    assert len(seen["left"]) < len(seen["around"]) < len(seen["sentence"])


def test_windows_in_chinese_reach_more_characters_than_english_windows_reach_words() -> None:
    before = "一二三四五六七八九十甲乙丙丁戊己庚辛壬癸"
    chinese, english = views(f"{before}日本", "日本")["left"], views(f"{' '.join(before)} x y Japan", "Japan")["left"]
    assert squeezed(chinese).endswith(f"壬癸 {TARGET}")
    assert "一" not in chinese
    assert len(english.split()) <= len(chinese.replace(" ", ""))


@pytest.mark.parametrize(
    ("text", "target", "inside", "outside"),
    [
        ("Japan helped, but China refused", "Japan", "helped", "refused"),
        ("Japan helped, but China refused", "China", "refused", "helped"),
        ("日本伸出援手，而中国拒绝", "日本", "援手", "拒绝"),
        ("日本伸出援手，而中国拒绝", "中国", "拒绝", "援手"),
    ],
)
def test_the_clause_stops_where_the_next_begins(text: str, target: str, inside: str, outside: str) -> None:
    clause = views(text, target)["clause"]
    assert inside in clause
    assert outside not in clause
    assert TARGET in clause


def test_every_mention_has_its_windows() -> None:
    seen = views("Japan won. Nobody cared. Then Japan lost; Japan slept.", "Japan")
    assert seen["left"].count(TARGET) >= 3
    assert seen["right"].count(TARGET) >= 3
    assert all(word in seen["right"] for word in ("won", "lost", "slept"))


def test_passages_are_the_sentences_that_name_the_target() -> None:
    passages = views("日本胜。无人在意。China spoke. 日本睡了。", "日本", "China")["sentence"]
    assert passages.count(TARGET) == 2
    assert "在意" not in passages
    assert "spoke" not in passages


def test_where_the_target_is_not_in_the_text_the_closest_sentence_stands_in() -> None:
    seen = views("Ores fell. The export ban on magnets holds. Rain came.", "magnet export bans")
    assert seen["sentence"] == "The export ban on magnets holds."
    assert [seen[view] for view in ("left", "right", "around", "clause", "offsets")] == [""] * 5


def test_the_overlap_tells_a_target_that_is_there_from_one_that_is_not() -> None:
    text = "Japan helped."
    assert views(text, "Japan")["overlap"] != views(text, "Lynas")["overlap"]


def test_a_target_without_name_and_mention_has_only_the_context() -> None:
    scene = Scene("Rain came.", ((0, 10),))
    seen = dict(zip(VIEW_NAMES, target_views(scene, Target("id")), strict=True))
    assert seen["context"] == "Rain came."
    assert seen["sentence"] == seen["name"] == ""


def test_an_empty_text_has_views() -> None:
    assert len(target_views(Scene("", ()), Target("id", ("Japan",)))) == len(VIEW_NAMES)


def test_masks_that_stand_in_the_text_itself_are_no_mentions() -> None:
    seen = views(f"{TARGET} betrayed us. Japan {OTHER}{TARGET} helped.", "Japan")
    assert squeezed(seen["sentence"]) == f"{TARGET} helped."
    assert [seen[view].count(TARGET) for view in ("left", "right", "clause")] == [1, 1, 1]
    assert TARGET not in seen["context"]


def test_masks_in_the_text_forge_no_mention_where_the_target_is_not_in_it() -> None:
    seen = views(f"{TARGET} betrayed Lyons.", "Lynas")
    assert not any(TARGET in seen[view] for view in VIEW_NAMES)


def test_emoji_before_a_mention_do_not_shift_it() -> None:
    seen = views("😀🇯🇵 Japan helped 😀 China.", "Japan", "China")
    assert squeezed(seen["sentence"]) == f"😀🇯🇵 {TARGET} helped 😀 {OTHER} ."


def test_of_overlapping_actors_each_character_is_masked_once() -> None:
    text = "Bank of Japan spoke."
    scene = Scene(text, ((0, 20),), ((0, 4), (0, 13), (8, 13)))
    seen = dict(zip(VIEW_NAMES, target_views(scene, Target("bank", ("Bank of Japan",), ((0, 13),))), strict=True))
    assert squeezed(seen["sentence"]) == f"{TARGET} spoke."


def test_of_very_many_sentences_that_name_the_target_evenly_spread_ones_are_read() -> None:
    text = "China met India. " * 5000
    spans = tuple((start, start + 5) for start in range(0, len(text), 17))
    scene = Scene(text, tuple((start, start + 16) for start in range(0, len(text), 17)), spans)
    found = mentions_by_sentence(scene, Target("china", ("China",), spans))
    assert len(found) == 200
    assert found[-1][0][0] > 0.99 * len(text)


def test_a_clause_that_nothing_parts_is_bounded() -> None:
    text = "word " * 300 + "China " + "word " * 300
    start = text.index("China")
    scene = Scene(text, ((0, len(text)),), ((start, start + 5),))
    clause = target_views(scene, Target("china", ("China",), scene.actors))[VIEW_NAMES.index("clause")]
    assert clause.count("word") == 80


def test_what_was_read_before_gives_the_same_views() -> None:
    text = "China praised Japan. Japan thanked China, but Japan slept."
    spans = tuple(match.span() for match in re.finditer("Japan", text))
    scene = Scene(text, tuple(sentences(text)), spans)
    target = Target("japan", ("Japan",), spans)
    read = ReadPassages()
    fresh = target_views(scene, target)
    assert target_views(scene, target, read) == target_views(scene, target, read) == fresh
