"""The history of a project's codebook in its description."""

from datetime import UTC, datetime, timedelta

import pytest

from labeling.codebook_history import Revision, history_of, revision_at, with_revision
from standpoint.errors import StudioError

NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
FIRST = Revision("rare-earths@b9b46775", NOON)
SECOND = Revision("rare-earths@0000000a", NOON + timedelta(days=1))


def test_a_revision_is_one_line_of_the_description() -> None:
    assert with_revision("", FIRST) == "Standpoint codebook rare-earths@b9b46775 since 2026-11-25T12:00:00Z"


def test_the_history_comes_back_as_it_was_written_beside_the_words_of_others() -> None:
    description = with_revision(with_revision("Ask Ana.\r\nBe kind.", FIRST), SECOND)
    assert history_of(description) == (FIRST, SECOND)
    assert description.startswith("Ask Ana.\nBe kind.\n")


def test_a_revision_in_force_is_not_written_again() -> None:
    description = with_revision("", FIRST)
    assert with_revision(description, Revision(FIRST.reference, NOON + timedelta(days=3))) == description


def test_a_revision_that_comes_back_is_written_again() -> None:
    third = Revision(FIRST.reference, NOON + timedelta(days=2))
    description = with_revision(with_revision(with_revision("", FIRST), SECOND), third)
    assert history_of(description) == (FIRST, SECOND, third)


@pytest.mark.parametrize(("hours", "expected"), [(-1, FIRST), (0, FIRST), (23, FIRST), (24, SECOND), (999, SECOND)])
def test_an_answer_belongs_to_the_revision_of_its_time(hours: int, expected: Revision) -> None:
    assert revision_at((FIRST, SECOND), NOON + timedelta(hours=hours)) == expected


def test_a_project_without_history_has_no_revision() -> None:
    assert revision_at(history_of("somebody's project"), NOON) is None


def test_a_time_that_was_edited_away_is_reported() -> None:
    with pytest.raises(StudioError, match="codebook since 'yesterday', which is no time. Write it like 2026"):
        history_of("Standpoint codebook rare-earths@b9b46775 since yesterday")


def test_an_answer_of_the_same_second_belongs_to_the_revision_before() -> None:
    early, late = datetime(2026, 11, 25, 12, 0, 0, 400_000, UTC), datetime(2026, 11, 25, 12, 0, 0, 900_000, UTC)
    history = history_of(with_revision(FIRST.to_line(), Revision("rare-earths@00000000", late)))
    assert revision_at(history, early) == FIRST
    assert history[-1].since == late
