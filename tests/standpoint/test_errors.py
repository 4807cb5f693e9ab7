"""Tests of the exception tree and its messages."""

import pytest

from standpoint.errors import (
    CodebookError,
    CodebookMismatchError,
    InputError,
    ModelError,
    ModelFolderError,
    RecordError,
    StandpointError,
    TrackingError,
    TrainingError,
    at,
    unknown,
)


@pytest.mark.parametrize(
    ("error", "base"),
    [
        (RecordError, InputError),
        (CodebookError, InputError),
        (ModelFolderError, ModelError),
        (CodebookMismatchError, ModelError),
        (InputError, StandpointError),
        (ModelError, StandpointError),
        (TrainingError, StandpointError),
        (TrackingError, StandpointError),
    ],
)
def test_every_error_stands_under_its_branch_of_the_tree(error: type[Exception], base: type[Exception]) -> None:
    assert issubclass(error, base)


def test_a_place_goes_in_front_and_the_kind_of_error_stays() -> None:
    placed = at("gold.jsonl:41", RecordError("field 'id' is missing"))
    assert type(placed) is RecordError
    assert str(placed) == "gold.jsonl:41: field 'id' is missing"


def test_an_unknown_label_comes_with_the_known_ones_and_the_closest() -> None:
    message = unknown("frame", "us_failur", ["us_failure", "ally_strategy"], "codebook 'demo'")
    assert (
        message == "frame 'us_failur' is not in codebook 'demo' (us_failure, ally_strategy); did you mean 'us_failure'?"
    )


def test_a_remedy_stands_at_the_end() -> None:
    assert (
        unknown("frame", "us", ["us_failure"], "it", remedy="Fix it.")
        == "frame 'us' is not in it (us_failure). Fix it."
    )
    assert unknown("frame", "ab", ["abc"], "it", remedy="Fix it.").endswith("did you mean 'abc'? Fix it.")


def test_a_label_like_no_other_gets_no_guess() -> None:
    assert "did you mean" not in unknown("frame", "zzz", ["us_failure"], "codebook 'demo'")
