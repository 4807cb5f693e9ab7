"""What is known of a model that is served: which version it is, where it comes from, how well it was measured."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from standpoint.errors import RecordError
from standpoint.fields import Fields

_ENDS = ("/low", "/high")


@dataclass(frozen=True)
class MeasuredFigure:
    """One figure of a model's quality, such as `temporal/frames/macro_f1`, and its 95 % interval where it has one."""

    name: str
    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A version that its source says is the one to serve.

    `key` tells it from every other content of the source. `uri` is `models:/standpoint/3`, or the model folder.
    `version`, `run_id` and `promoted` (as the version's tag `promoted` says) are None where nothing records them;
    `created` is when it was registered, or its folder written.
    """

    key: str
    name: str
    version: int | None
    uri: str
    created: datetime
    aliases: tuple[str, ...] = ()
    run_id: str | None = None
    promoted: datetime | None = None
    figures: tuple[MeasuredFigure, ...] = ()

    @property
    def label(self) -> str:
        """Name and version: `standpoint/3`."""
        return self.name if self.version is None else f"{self.name}/{self.version}"


@dataclass(frozen=True, kw_only=True)
class ModelInfo(Offer):
    """An offer that was loaded.

    `model` is how it signs its predictions, `codebook` the reference it was trained for; `from_cache` says that it is
    served because the cache has it, while the source does not answer or offers a version that is refused.
    """

    model: str
    codebook: str
    loaded_at: datetime
    from_cache: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return it as plain JSON, times as ISO 8601; `info_from_json` reads it back."""
        plain: dict[str, Any] = json.loads(json.dumps(asdict(self), default=datetime.isoformat))
        return plain


def info_from_json(value: Any) -> ModelInfo:  # noqa: ANN401 - parsed JSON may be anything
    """Read what `ModelInfo.to_json` wrote.

    Raises:
        RecordError: a field is missing or has the wrong type.
    """
    fields = Fields(value)
    version = fields.number("version")
    return ModelInfo(
        key=fields.text("key"),
        name=fields.text("name"),
        version=None if version is None else int(version),
        uri=fields.text("uri"),
        created=_required_time(fields, "created"),
        aliases=fields.texts("aliases"),
        run_id=fields.optional_text("run_id"),
        promoted=_time(fields, "promoted"),
        figures=tuple(_figure(Fields(item)) for item in fields.items("figures")),
        model=fields.text("model"),
        codebook=fields.text("codebook"),
        loaded_at=_required_time(fields, "loaded_at"),
        from_cache=fields.flag("from_cache", default=False),
    )


def figures_from_scalars(scalars: Mapping[str, float]) -> tuple[MeasuredFigure, ...]:
    """Join values and the ends of their intervals, which training writes one by one; in order of their names.

    >>> figures_from_scalars({"frames/macro_f1": 0.6, "frames/macro_f1/low": 0.5, "frames/macro_f1/high": 0.7})
    (MeasuredFigure(name='frames/macro_f1', value=0.6, low=0.5, high=0.7),)
    """
    return tuple(
        MeasuredFigure(name, value, scalars.get(f"{name}/low"), scalars.get(f"{name}/high"))
        for name, value in sorted(scalars.items())
        if not (name.endswith(_ENDS) and name.rpartition("/")[0] in scalars)
    )


def _figure(fields: Fields) -> MeasuredFigure:
    value = fields.number("value")
    if value is None:
        raise RecordError("a figure needs a value. Write a number.")
    return MeasuredFigure(fields.text("name"), value, fields.number("low"), fields.number("high"))


def _required_time(fields: Fields, name: str) -> datetime:
    fields.text(name)
    found = _time(fields, name)
    if found is None:
        raise RecordError(f"field '{name}' is missing. Add it as an ISO 8601 time.")
    return found


def _time(fields: Fields, name: str) -> datetime | None:
    text = fields.optional_text(name)
    try:
        return None if text is None else datetime.fromisoformat(text)
    except ValueError:
        raise RecordError(f"field '{name}' must be an ISO 8601 time, found '{text}'.") from None
