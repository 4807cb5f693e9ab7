"""Tests of the codebook check."""

from dataclasses import replace

import pytest

from standpoint.codebook import Actor, Alias, Codebook, Example, Frame, Kind, Rules, StanceLabel, Words
from standpoint.codebook_check import Finding, check_codebook

BOTH = Words("Words", "文字")
KINDS: tuple[Kind, ...] = ("positive", "positive", "negative", "borderline")
EXAMPLES = tuple(
    Example(language, kind, kind == "positive", f"{language} text {number}", None if kind == "positive" else "Why.")
    for language in ("en", "zh")
    for number, kind in enumerate(KINDS)
)
FRAME = Frame("blame", BOTH, BOTH, Rules(("a",), ("甲",)), Rules(("b",), ("乙",)), EXAMPLES)
STANCES = (StanceLabel("critical", BOTH, BOTH), StanceLabel("supportive", BOTH, BOTH))
SOUND = Codebook("demo", BOTH, (FRAME,), (), STANCES)


def actor(id: str, *aliases: str | Alias) -> Actor:
    return Actor(id, BOTH, tuple(Alias(alias) if isinstance(alias, str) else alias for alias in aliases), BOTH)


def with_frame(frame: Frame) -> list[Finding]:
    return check_codebook(replace(SOUND, frames=(frame,)))


def with_actors(*actors: Actor) -> list[Finding]:
    return check_codebook(replace(SOUND, actors=actors))


def test_a_sound_codebook_has_no_findings() -> None:
    assert with_actors(actor("japan", "Japan", Alias("日本", ("日本海",)))) == []


def test_a_definition_missing_in_one_language_is_named() -> None:
    found = with_frame(replace(FRAME, definition=Words("Only English.", "")))
    assert found == [
        Finding("warning", "frame 'blame'", "There is no definition in Chinese. Write definition.zh."),
    ]


def test_a_definition_missing_in_both_languages_is_one_finding() -> None:
    (finding,) = with_actors(replace(actor("japan", "Japan", "日本"), definition=Words("", "")))
    assert finding.place == "actor 'japan'"
    assert finding.message == "There is no definition in English or Chinese. Write definition.en and definition.zh."


def test_stance_labels_need_a_name_and_a_definition() -> None:
    stances = (STANCES[0], StanceLabel("supportive", Words("supportive", "")))
    found = check_codebook(replace(SOUND, actors=(actor("japan", "Japan", "日本"),), stances=stances))
    assert [finding.place for finding in found] == ["stance 'supportive'"] * 2
    assert ["name.zh" in found[0].message, "definition.en and definition.zh" in found[1].message] == [True, True]


def test_stance_labels_do_not_matter_without_actors() -> None:
    assert check_codebook(replace(SOUND, stances=(StanceLabel("supportive", Words("", "")),))) == []


def test_a_description_in_one_language_only_is_a_warning() -> None:
    (finding,) = check_codebook(replace(SOUND, description=Words("Read it all.", "")))
    assert (finding.place, finding.message) == (
        "codebook",
        "There is no description in Chinese. Write description.zh.",
    )


def test_a_stance_description_is_asked_for_under_its_key_in_the_file() -> None:
    (finding,) = check_codebook(replace(SOUND, stance_description=Words("", "只看描写。")))
    assert finding.message == "There is no stance description in English. Write stance.description.en."


def test_a_codebook_in_one_language_gets_one_warning_for_the_other() -> None:
    english = Words("Words", "")
    frame = Frame("blame", english, english, Rules(("a",)), examples=EXAMPLES[:4])
    japan = Actor("japan", english, (Alias("Japan"),), english)
    (finding,) = check_codebook(Codebook("demo", english, (frame,), (japan,), STANCES))
    assert finding.place == "codebook"
    assert finding.message.startswith("Nothing is written in Chinese.")


def test_rules_that_differ_in_number_are_counted() -> None:
    (finding,) = with_frame(replace(FRAME, exclude=Rules(("a", "b"), ("甲",))))
    assert finding.message == (
        "The exclude rules differ in number: 2 in English and 1 in Chinese. Translate those that are missing."
    )


def test_missing_examples_are_counted_by_kind_and_language() -> None:
    (finding,) = with_frame(replace(FRAME, examples=(*EXAMPLES[1:2], *EXAMPLES[4:])))
    assert finding.message == "Too few examples in English. Add 1 positive, 1 negative, 1 borderline."


def test_a_frame_without_examples_is_a_warning_in_each_language() -> None:
    found = with_frame(replace(FRAME, examples=()))
    assert ["in English" in found[0].message, "in Chinese" in found[1].message] == [True, True]


@pytest.mark.parametrize("kind", ["negative", "borderline"])
def test_an_example_that_is_not_positive_needs_a_note(kind: Kind) -> None:
    bare = Example("en", kind, False, "A new text.")
    (finding,) = with_frame(replace(FRAME, examples=(*EXAMPLES, bare)))
    assert finding == Finding("warning", "frame 'blame', example 9", f"A {kind} example needs its reason. Add a note.")


def test_a_repeated_example_is_a_warning_whatever_its_white_space() -> None:
    (finding,) = with_frame(replace(FRAME, examples=(*EXAMPLES, Example("en", "positive", True, "en  text\n0"))))
    assert (finding.severity, finding.place) == ("warning", "frame 'blame', example 9")
    assert "already" in finding.message


def test_a_repeated_example_with_the_opposite_answer_is_an_error() -> None:
    opposite = Example("en", "negative", False, "en text 0", "Why.")
    (finding,) = with_frame(replace(FRAME, examples=(*EXAMPLES, opposite)))
    assert finding.severity == "error"
    assert "opposite answer" in finding.message


def test_an_example_in_an_unknown_language_is_an_error() -> None:
    (finding,) = with_frame(replace(FRAME, examples=(*EXAMPLES, Example("fr", "positive", True, "Texte."))))
    assert finding.severity == "error"
    assert finding.message == "Language 'fr' is not known. Write en or zh."


def test_an_alias_claimed_by_two_actors_is_an_error_whatever_its_case() -> None:
    (finding,) = with_actors(actor("lynas", "Lynas", "莱纳斯"), actor("lyc", "LYNAS", "莱公司"))
    assert finding == Finding(
        "error", "actor 'lynas' and actor 'lyc'", "Alias 'Lynas' is claimed by each of them. Leave it to one."
    )


def test_an_alias_repeated_within_an_actor_is_a_warning() -> None:
    (finding,) = with_actors(actor("japan", "Japan", "japan", "日本"))
    assert finding.severity == "warning"
    assert finding.message == "An alias is repeated: 'Japan', 'japan'. Keep one."


def test_an_alias_in_capitals_does_not_repeat_one_in_any_case() -> None:
    assert with_actors(actor("lynas", "LYNAS", "Lynas", "莱纳斯")) == []


def test_aliases_that_match_their_own_case_do_not_repeat_one_another() -> None:
    cased = Alias("Mount Weld", match_case=True), Alias("Mount weld", match_case=True)
    assert with_actors(actor("lynas", "莱纳斯", *cased)) == []


def test_an_alias_that_opens_one_of_another_actor_is_a_warning() -> None:
    (finding,) = with_actors(actor("india", "India", "印度"), actor("indonesia", "Indonesia", "印度尼西亚"))
    assert (finding.severity, finding.place) == ("warning", "actor 'indonesia'")
    assert finding.message == (
        "Alias '印度尼西亚' begins with '印度' of actor 'india'; the longer name wins. "
        "If that is meant, list it in the not_in of '印度'."
    )


def test_an_alias_inside_one_of_another_actor_is_a_warning() -> None:
    (finding,) = with_actors(actor("china", "Bank of China", "中国"), actor("bank", "State Bank of China", "国行"))
    assert "'State Bank of China' contains 'Bank of China' of actor 'china'" in finding.message


def test_an_overlap_that_not_in_names_is_known() -> None:
    india = actor("india", "India", Alias("印度", ("印度尼西亚",)))
    assert with_actors(india, actor("indonesia", "Indonesia", "印度尼西亚")) == []


def test_a_latin_alias_inside_a_word_is_no_overlap() -> None:
    assert with_actors(actor("united_states", "US", "美国"), actor("russia", "Russia", "俄罗斯")) == []


def test_overlaps_within_an_actor_are_fine() -> None:
    assert with_actors(actor("india", "India", "印度", "印度政府")) == []


@pytest.mark.parametrize("alias", ["美", "U"])
def test_an_alias_of_one_character_matches_too_much(alias: str) -> None:
    (finding,) = with_actors(actor("united_states", "United States", "美国", alias))
    assert finding.severity == "warning"
    assert finding.message.startswith(f"Alias '{alias}' is a single character and matches too much.")


@pytest.mark.parametrize(("alias", "longer"), [("日本", "日元"), ("日本", "日本"), ("Japan", "Japans")])
def test_a_not_in_name_that_could_not_hold_the_alias_is_an_error(alias: str, longer: str) -> None:
    (finding,) = with_actors(actor("japan", "Tokyo", "东京", Alias(alias, (longer,))))
    assert finding.severity == "error"
    assert f"'{longer}' in not_in has no effect, as '{alias}' is not a name inside it" in finding.message


@pytest.mark.parametrize(("alias", "script"), [("Japan", "Chinese"), ("日本", "Latin")])
def test_aliases_in_one_script_only_are_a_warning(alias: str, script: str) -> None:
    (finding,) = with_actors(actor("japan", alias))
    assert finding.message.startswith(f"No alias is in {script} script.")


def test_errors_come_before_warnings() -> None:
    found = with_actors(actor("japan", "Japan"), actor("india", "India", Alias("印度", ("越南",))))
    assert [finding.severity for finding in found] == ["error", "warning"]
