"""Filters over the tasks of a project, as the server's task list takes them."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

Filter = dict[str, Any]
"""One condition in the server's words."""


def column_filter(column: str, operator: str, value: object) -> Filter:
    """Keep tasks whose column compares so with the value, as the Data Manager of the server puts it."""
    kinds = {"id": "Number", "updated_at": "Datetime", "draft_exists": "Boolean"}
    return {
        "filter": f"filter:tasks:{column}",
        "operator": operator,
        "value": value,
        "type": kinds.get(column, "List"),
    }


def id_filters(ids: Sequence[int]) -> Iterator[list[Filter]]:
    """Name some tasks a request: an address has its limit."""
    for start in range(0, len(ids), 200):
        yield [column_filter("id", "in_list", ids[start : start + 200])]


def utc(moment: str) -> str:
    """Return an ISO 8601 time in the one form that the server's filter takes; any other is an HTTP 500 there.

    >>> utc("2026-11-25T11:00:00+08:00")
    '2026-11-25T03:00:00.000000Z'
    """
    parsed = datetime.fromisoformat(moment)
    return parsed.replace(tzinfo=parsed.tzinfo or UTC).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
