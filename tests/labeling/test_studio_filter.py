"""Filters over a project's tasks."""

import pytest

from labeling.studio_filter import column_filter, id_filters, utc


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-11-25T03:00:00Z", "2026-11-25T03:00:00.000000Z"),
        ("2026-11-25T03:00:00.5", "2026-11-25T03:00:00.500000Z"),
        ("2026-11-25T03:00:00-05:00", "2026-11-25T08:00:00.000000Z"),
    ],
)
def test_every_time_gets_the_one_form_that_the_server_takes(moment: str, expected: str) -> None:
    assert utc(moment) == expected


def test_many_ids_are_spread_over_several_filters() -> None:
    named = [one["value"] for (one,) in id_filters(list(range(450)))]
    assert [len(ids) for ids in named] == [200, 200, 50]
    assert sum(named, []) == list(range(450))


def test_a_filter_is_worded_as_the_server_words_it() -> None:
    expected = {"filter": "filter:tasks:id", "operator": "greater", "value": 7, "type": "Number"}
    assert column_filter("id", "greater", 7) == expected
