"""Tests of typed access to foreign objects."""

from typing import Any

import pytest

from standpoint.errors import RecordError
from standpoint.fields import Fields


@pytest.mark.parametrize("value", [None, 42, "text", ["list"]])
def test_anything_but_an_object_is_refused(value: Any) -> None:  # noqa: ANN401 - any foreign value
    with pytest.raises(RecordError, match="expected an object with named fields"):
        Fields(value)


def test_a_missing_text_is_named() -> None:
    with pytest.raises(RecordError, match="field 'title' is missing. Add it as a text."):
        Fields({}).text("title")


def test_a_text_of_the_wrong_type_is_shown() -> None:
    with pytest.raises(RecordError, match=r"field 'title' must be a text, found a number \('42'\)"):
        Fields({"title": 42}).text("title")


@pytest.mark.parametrize("text", ["\ud83d", "ok \udc00"])
def test_half_a_surrogate_pair_is_refused(text: str) -> None:
    with pytest.raises(RecordError, match="half of a surrogate pair, which no file can store. Remove it."):
        Fields({"title": text}).text("title")


def test_a_whole_emoji_is_welcome() -> None:
    assert Fields({"title": "👩‍🔬 𠮷"}).text("title") == "👩‍🔬 𠮷"


def test_an_optional_text_that_is_absent_null_or_empty_is_none() -> None:
    fields = Fields({"null": None, "empty": ""})
    assert [fields.optional_text(name) for name in ("absent", "null", "empty")] == [None, None, None]


@pytest.mark.parametrize("value", [True, "3", [3]])
def test_what_is_no_number_is_refused(value: Any) -> None:  # noqa: ANN401 - any foreign value
    with pytest.raises(RecordError, match="field 'seconds' must be a number"):
        Fields({"seconds": value}).number("seconds")


@pytest.mark.parametrize("value", [float("inf"), float("nan"), 10**400])
def test_a_number_that_no_file_can_hold_is_refused(value: float) -> None:
    with pytest.raises(RecordError, match="field 'seconds' is too large or not a number"):
        Fields({"seconds": value}).number("seconds")


@pytest.mark.parametrize("value", [None, 1.0, True, "1"])
def test_what_is_no_whole_number_is_refused(value: Any) -> None:  # noqa: ANN401 - any foreign value
    with pytest.raises(RecordError, match="field 'start' must be a whole number"):
        Fields({"start": value}).integer("start")


def test_a_flag_is_true_or_false_and_nothing_else() -> None:
    assert Fields({}).flag("suggested", default=True)
    with pytest.raises(RecordError, match="field 'suggested' must be true or false"):
        Fields({"suggested": 1}).flag("suggested", default=False)


def test_a_list_with_one_wrong_item_is_refused() -> None:
    assert Fields({"frames": ["a", "b"]}).texts("frames") == ("a", "b")
    with pytest.raises(RecordError, match="field 'frames' must be a text, found nothing"):
        Fields({"frames": ["a", None]}).texts("frames")


def test_a_text_is_no_list_and_a_list_is_no_object() -> None:
    fields = Fields({"frames": "us_failure", "stances": ["china"]})
    with pytest.raises(RecordError, match="field 'frames' must be a list, found a text"):
        fields.items("frames")
    with pytest.raises(RecordError, match="field 'stances' must be an object, found a list"):
        fields.mapping("stances")


def test_a_key_that_nobody_reads_is_refused_with_the_closest_one() -> None:
    with pytest.raises(RecordError) as error:
        Fields({"id": "china", "alias": []}).only("an actor", "id", "aliases")
    assert str(error.value) == (
        "key 'alias' is not in the keys of an actor (id, aliases); did you mean 'aliases'? Correct or remove it."
    )
