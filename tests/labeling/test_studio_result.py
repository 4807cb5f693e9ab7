"""Tests of labeling.studio_result."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeling.anchoring import BLANK, MISSING, OUTSIDE
from labeling.studio_result import Labels, labels_of, result_items
from standpoint.annotation import Evidence

TEXT = "Deal fails\n\nThe deal failed. 交易失败。"
LENGTHS = st.integers(1, 15)
NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8).filter(
    lambda name: name != "__none__"
)
SPANS = st.builds(lambda label, start, length: Evidence(label, start, start + length), NAMES, LENGTHS, LENGTHS).filter(
    lambda span: TEXT[span.start : span.end].strip() != ""
)


def choices(control: str, *chosen: object) -> dict[str, Any]:
    return {"id": "x", "from_name": control, "to_name": "text", "type": "choices", "value": {"choices": list(chosen)}}


def span(**value: object) -> dict[str, Any]:
    return {"id": "x", "from_name": "evidence", "to_name": "text", "type": "labels", "value": value}


NO_FRAME = choices("frames", "__none__")


@given(st.frozensets(NAMES), st.dictionaries(NAMES, NAMES), st.lists(SPANS), st.none() | NAMES)
def test_labels_come_back_as_they_were_written(
    frames: frozenset[str], stances: dict[str, str], evidence: list[Evidence], note: str | None
) -> None:
    items = result_items(frames, stances, evidence, TEXT, note=note)
    assert labels_of(items, TEXT) == Labels(frames, stances, tuple(evidence), note)
    assert len({item["id"] for item in items}) == len(items)


def test_labels_are_written_as_the_interface_writes_them() -> None:
    items = result_items(["b", "a"], {"china": "critical"}, [Evidence("a", 16, 20)], TEXT, note="sure")
    assert [(item["from_name"], item["type"], item["value"]) for item in items] == [
        ("frames", "choices", {"choices": ["a", "b"]}),
        ("actors", "choices", {"choices": ["china"]}),
        ("stance__china", "choices", {"choices": ["critical"]}),
        ("evidence", "labels", {"start": 16, "end": 20, "text": "deal", "labels": ["a"]}),
        ("note", "textarea", {"text": ["sure"]}),
    ]
    assert {item["to_name"] for item in items} == {"text"}


def test_no_frame_is_written_as_the_choice_of_none() -> None:
    assert [item["value"] for item in result_items([], {}, [], TEXT)] == [{"choices": ["__none__"]}]


def test_an_item_has_the_score_of_its_least_certain_label() -> None:
    scores = {("frames", "a"): 0.9, ("frames", "b"): 0.6, ("stance__china", "critical"): 0.7}
    items = result_items(["a", "b"], {"china": "critical"}, [Evidence("a", 0, 4)], TEXT, scores=scores)
    assert [item.get("score") for item in items] == [0.6, None, 0.7, None]


@pytest.mark.parametrize(
    ("items", "problem"),
    [
        ([], "frames were left open"),
        ([choices("frames")], "frames were left open"),
        ([choices("frames", "__none__", "a")], "none of the frames is chosen, and so is a"),
        ([NO_FRAME, choices("actors", "china")], "actor 'china' is ticked but has no stance"),
        ([NO_FRAME, choices("stance__china", "x", "y")], "actor 'china' has several stances: x, y"),
        ([NO_FRAME, choices("stance__china", "x"), choices("stance__china", "y")], "several stances"),
        ([NO_FRAME, choices("frames", 7)], "what 'frames' holds cannot be read"),
        ([NO_FRAME, choices("actors", "us", "\ud83d")], "what 'actors' holds cannot be read"),
        ([NO_FRAME, choices("stance__china", None)], "what 'stance__china' holds cannot be read"),
    ],
)
def test_an_answer_that_is_not_complete_has_a_problem(items: list[object], problem: str) -> None:
    labels = labels_of(items, TEXT)
    assert len(labels.problems) == 1
    assert problem in labels.problems[0]


def test_contradicting_stances_are_left_out_and_frames_beside_none_are_kept() -> None:
    labels = labels_of([choices("frames", "__none__", "a"), choices("stance__china", "x", "y")], TEXT)
    assert (labels.frames, labels.stances) == (frozenset({"a"}), {})


def test_a_stance_counts_although_its_actor_is_not_ticked() -> None:
    labels = labels_of([NO_FRAME, choices("stance__china", "critical")], TEXT)
    assert (labels.stances, labels.problems) == ({"china": "critical"}, ())


def test_a_single_choice_may_stand_without_a_list() -> None:
    item = {"from_name": "frames", "value": {"choices": "a"}}
    assert labels_of([item], TEXT) == Labels(frozenset({"a"}), {})


def test_labels_that_no_codebook_has_are_kept() -> None:
    items = [choices("frames", "gone"), choices("stance__atlantis", "angry"), span(start=0, end=4, labels=["gone"])]
    assert labels_of(items, TEXT) == Labels(frozenset({"gone"}), {"atlantis": "angry"}, (Evidence("gone", 0, 4),))


@pytest.mark.parametrize(
    "item",
    [
        None,
        "frames",
        ["frames"],
        {},
        {"from_name": None},
        {"from_name": ["frames"], "value": {"choices": ["a"]}},
        choices("sentiment", "good"),
        choices("stance__", "critical"),
        choices("stance__\ud83d", "critical"),
    ],
)
def test_an_item_of_no_control_is_set_aside_as_it_came(item: object) -> None:
    labels = labels_of([NO_FRAME, item], TEXT)
    assert [(part.reason, part.value) for part in labels.set_aside] == [
        ("it belongs to no control of the interface", item)
    ]
    assert labels.problems == ()


@pytest.mark.parametrize("result", [None, "x", {"from_name": "x"}, 3])
def test_a_result_that_is_no_list_is_set_aside_whole(result: object) -> None:
    labels = labels_of(result, TEXT)
    assert [part.value for part in labels.set_aside] == [result]
    assert "frames were left open" in labels.problems[0]


@pytest.mark.parametrize("value", [None, [], {"text": 3}, {"text": ["\ud83d"]}, {}])
def test_a_note_that_cannot_be_read_is_set_aside_and_no_problem(value: object) -> None:
    labels = labels_of([NO_FRAME, {"from_name": "note", "value": value}], TEXT)
    assert (labels.note, labels.problems, len(labels.set_aside)) == (None, (), 1)


def test_notes_are_joined_line_by_line() -> None:
    assert labels_of([{"from_name": "note", "value": {"text": ["one", "two"]}}], TEXT).note == "one\ntwo"


def test_a_span_with_several_labels_is_evidence_for_each() -> None:
    labels = labels_of([NO_FRAME, span(start=0, end=4, text="Deal", labels=["a", "b"])], TEXT)
    assert labels.evidence == (Evidence("a", 0, 4), Evidence("b", 0, 4))


@pytest.mark.parametrize("found", [None, [], "a", [3], ["\ud83d"]])
def test_a_span_without_a_label_is_set_aside(found: object) -> None:
    labels = labels_of([NO_FRAME, span(start=0, end=4, text="Deal", labels=found)], TEXT)
    assert (labels.evidence, [part.reason for part in labels.set_aside]) == ((), ["it has no label"])


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ({"start": 500, "end": 510}, OUTSIDE),
        ({"start": 9, "end": 2}, OUTSIDE),
        ({"start": "0", "end": "4"}, OUTSIDE),
        ({"start": True, "end": 4}, OUTSIDE),
        ({"start": 0.5, "end": 4}, OUTSIDE),
        ({"start": 0, "end": 4, "startOffset": 7, "endOffset": 9}, OUTSIDE),
        ({}, OUTSIDE),
        ({"start": 0, "end": 4, "text": "Agreement"}, MISSING),
        ({"start": 10, "end": 12}, BLANK),
    ],
)
def test_a_span_that_cannot_be_placed_is_set_aside(value: dict[str, object], reason: str) -> None:
    labels = labels_of([NO_FRAME, span(labels=["a"], **value)], TEXT)
    assert (labels.evidence, [part.reason for part in labels.set_aside]) == ((), [reason])
    assert labels.problems == ()


@pytest.mark.parametrize(
    "value",
    [
        {"start": 0, "end": 4},
        {"start": "/div[1]/text()[1]", "end": "/div[1]/text()[1]", "startOffset": 3, "endOffset": 9},
        {"start": None, "end": None},
    ],
)
def test_a_span_is_found_by_its_words(value: dict[str, object]) -> None:
    labels = labels_of([NO_FRAME, span(labels=["a"], text="交易失败", **value)], TEXT)
    assert (labels.evidence, labels.n_moved) == ((Evidence("a", 29, 33),), 1)


def test_offsets_may_be_whole_numbers_with_a_point() -> None:
    labels = labels_of([NO_FRAME, span(start=0.0, end=4.0, text="Deal", labels=["a"])], TEXT)
    assert (labels.evidence, labels.n_moved) == ((Evidence("a", 0, 4),), 0)


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-9, 99)
    | st.floats()
    | st.text(max_size=3)
    | st.sampled_from(["a", "Deal"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["choices", "labels", "start", "end", "text", "startOffset"]), inner)
    ),
    max_leaves=8,
)
CONTROLS = st.sampled_from(["frames", "actors", "evidence", "note", "stance__china", "stance__", "x"]) | VALUES


@given(VALUES | st.lists(VALUES | st.fixed_dictionaries({"from_name": CONTROLS, "value": VALUES})))
def test_whatever_a_server_holds_nothing_is_raised_and_every_item_is_somewhere(result: Any) -> None:  # noqa: ANN401
    labels = labels_of(result, TEXT)
    assert all(0 <= item.start < item.end <= len(TEXT) for item in labels.evidence)
    assert labels.problems or labels.frames or "__none__" in str(result)
