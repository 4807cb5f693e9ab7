"""The errors Standpoint raises, each saying what is wrong, where, and what to do.

StandpointError
├── InputError            a file or record that cannot be read
│   ├── RecordError       one record: wrong field, wrong type, unknown label
│   └── CodebookError     a codebook that cannot be parsed or contradicts itself
├── ModelError            a model that cannot be used
│   ├── ModelFolderError  missing, incomplete, tampered with, or of another format
│   └── CodebookMismatchError  made for another codebook
├── TrainingError         gold that no model can be fitted on
├── TrackingError         a tracking store or registry that does not answer as needed
├── OutputError           a place that cannot be written to, or that holds something else
│   └── OtherJobError     what another model, codebook or input made
└── StudioError           a Label Studio server that does not answer as needed
"""

import difflib
from collections.abc import Iterable


class StandpointError(Exception):
    """Base of every error that Standpoint raises on purpose."""


class InputError(StandpointError):
    """A file or record that cannot be read."""


class RecordError(InputError):
    """One record with a missing field, a wrong type or an unknown label."""


class CodebookError(InputError):
    """A codebook that cannot be parsed or contradicts itself."""


class ModelError(StandpointError):
    """A model that cannot be used."""


class ModelFolderError(ModelError):
    """A model folder that is missing, incomplete, tampered with or of another format."""


class CodebookMismatchError(ModelError):
    """Records or a model made for another codebook than the one in use."""


class TrainingError(StandpointError):
    """Gold annotations that no model can be fitted on."""


class TrackingError(StandpointError):
    """A tracking store or model registry that does not answer as needed."""


class OutputError(StandpointError):
    """A place that cannot be written to, or that holds the output of something else."""


class OtherJobError(OutputError):
    """An output that another model, codebook or input made than those at hand."""


class StudioError(StandpointError):
    """A Label Studio server, or the client for it, that does not answer as needed."""


def at(place: str, error: InputError) -> InputError:
    """Return the same kind of error with the place it happened in front.

    >>> str(at("gold.jsonl:41", RecordError("field 'id' is missing")))
    "gold.jsonl:41: field 'id' is missing"
    """
    return type(error)(f"{place}: {error}")


def unknown(kind: str, value: str, known: Iterable[str], owner: str, *, remedy: str = "") -> str:
    """Say that a label is unknown, list the known ones and the closest, and end with the remedy.

    >>> unknown("frame", "economy", ["us_failure"], "codebook 'demo'")
    "frame 'economy' is not in codebook 'demo' (us_failure)"
    """
    names = list(known)
    close = difflib.get_close_matches(value, names, n=1, cutoff=0.6)
    hint = f"; did you mean '{close[0]}'?" if close else ""
    message = f"{kind} '{value}' is not in {owner} ({', '.join(names)}){hint}"
    return f"{message}{'' if hint else '.'} {remedy}" if remedy else message
