"""The linear parts of a model as settings in JSON and plain arrays, and back."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from models.features import Arrays, View
from models.frame_model import FRAME_VIEWS, FrameModel
from models.ngrams import NgramConfig
from models.stance_model import StanceModel
from models.targets import VIEW_NAMES
from standpoint.codebook import Codebook


def part_settings(part: FrameModel | StanceModel | None) -> dict[str, Any] | None:
    """Return the settings of a linear part as plain JSON."""
    if part is None:
        return None
    return {"views": [asdict(view) for view in part.features.views], "inverse_penalty": part.inverse_penalty}


def arrays_below(prefix: str, arrays: Arrays) -> Arrays:
    """Return the arrays whose names start with a prefix, without it."""
    return {name[len(prefix) :]: value for name, value in arrays.items() if name.startswith(prefix)}


def frame_model_from(settings: Mapping[str, Any] | None, arrays: Arrays) -> FrameModel | None:
    """Read back a linear frame model from its settings and arrays; None where there is none."""
    if settings is None:
        return None
    model = FrameModel(_views(settings["views"]), inverse_penalty=settings["inverse_penalty"])
    return model.load_arrays(arrays)


def stance_model_from(settings: Mapping[str, Any] | None, arrays: Arrays, codebook: Codebook) -> StanceModel | None:
    """Read back a linear stance model; None where there is none."""
    if settings is None:
        return None
    model = StanceModel(len(codebook.stances), _views(settings["views"]), inverse_penalty=settings["inverse_penalty"])
    return model.load_arrays(arrays)


def _views(values: Sequence[Mapping[str, Any]]) -> tuple[View, ...]:
    unknown = {value["name"] for value in values} - {*VIEW_NAMES, *(view.name for view in FRAME_VIEWS)}
    if unknown:
        raise ValueError(f"view '{min(unknown)}' is not known to this version")
    return tuple(
        View(**{**value, "ngrams": NgramConfig(**{name: tuple(span) for name, span in value["ngrams"].items()})})
        for value in values
    )
