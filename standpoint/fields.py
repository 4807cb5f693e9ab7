"""Fields of a foreign JSON or TOML object, read with their type checked."""

import re
import sys
from collections.abc import Mapping
from typing import Any

from standpoint.errors import RecordError, unknown

_SURROGATE = re.compile("[\ud800-\udfff]")


class Fields:
    """Typed access to an object read from outside; every miss is a `RecordError`."""

    def __init__(self, value: Any) -> None:  # noqa: ANN401 - parsed JSON may be anything
        if not isinstance(value, Mapping):
            raise RecordError(f"expected an object with named fields, found {_kind(value)}. Write one {{...}} here.")
        self._fields: Mapping[str, Any] = value

    def only(self, owner: str, *names: str) -> None:
        """Refuse every field that is not among the names; `owner` says whose fields they are.

        Raises:
            RecordError: a field has another name; the message lists the known ones.
        """
        for name in self._fields:
            if name not in names:
                raise RecordError(unknown("key", name, names, f"the keys of {owner}", remedy="Correct or remove it."))

    def text(self, name: str, *, default: str | None = None) -> str:
        """Return a text field; a missing one is an error unless a default is given."""
        value = self._fields.get(name, default)
        if value is None:
            raise RecordError(f"field '{name}' is missing. Add it as a text.")
        return self._checked_text(name, value)

    def optional_text(self, name: str) -> str | None:
        """Return a text field, or None where it is absent, null or empty."""
        value = self._fields.get(name)
        return None if value is None or value == "" else self._checked_text(name, value)

    def number(self, name: str) -> float | None:
        """Return a number, or None where it is absent or null."""
        value = self._fields.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise RecordError(f"field '{name}' must be a number, found {_kind(value)}.")
        if not abs(value) <= sys.float_info.max:
            raise RecordError(f"field '{name}' is too large or not a number. Use null where a value is missing.")
        return float(value)

    def integer(self, name: str) -> int:
        """Return a whole number; a missing one is an error."""
        value = self._fields.get(name)
        if isinstance(value, bool) or not isinstance(value, int):
            raise RecordError(f"field '{name}' must be a whole number, found {_kind(value)}.")
        return value

    def flag(self, name: str, *, default: bool) -> bool:
        """Return true or false."""
        value = self._fields.get(name, default)
        if not isinstance(value, bool):
            raise RecordError(f"field '{name}' must be true or false, found {_kind(value)}.")
        return value

    def items(self, name: str) -> list[Any]:
        """Return a list; an absent or null one is empty."""
        value = self._fields.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            raise RecordError(f"field '{name}' must be a list, found {_kind(value)}.")
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a list of texts; an absent one is empty."""
        return tuple(self._checked_text(name, item) for item in self.items(name))

    def mapping(self, name: str) -> dict[str, Any]:
        """Return an object; an absent or null one is empty."""
        value = self._fields.get(name)
        if value is None:
            return {}
        if not isinstance(value, Mapping):
            raise RecordError(f"field '{name}' must be an object, found {_kind(value)}.")
        return dict(value)

    def _checked_text(self, name: str, value: Any) -> str:  # noqa: ANN401 - checked here
        if not isinstance(value, str):
            raise RecordError(f"field '{name}' must be a text, found {_kind(value)}.")
        if _SURROGATE.search(value):
            raise RecordError(f"field '{name}' holds half of a surrogate pair, which no file can store. Remove it.")
        return value


def _kind(value: object) -> str:
    names = {type(None): "nothing", bool: "true/false", str: "a text", list: "a list", dict: "an object"}
    shown = names.get(type(value), "a number" if isinstance(value, int | float) else type(value).__name__)
    return f"{shown} ({str(value)[:40]!r})" if isinstance(value, str | int | float) else shown
