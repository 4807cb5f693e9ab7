"""The checkpoint of a training run: one safetensors file, enough to go on after a kill as if nothing had happened."""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from standpoint.errors import TrainingError

_FACTS = "facts"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The tensors of a run by name, and the plain facts beside them; `run` says which run it belongs to."""

    run: str
    tensors: Mapping[str, Tensor]
    facts: Mapping[str, Any]


class CheckpointFolder:
    """A folder for the checkpoints of trainings, which other commands may use at the same time."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._own: set[Path] = set()

    def place(self, run: str) -> Path:
        """Return where the checkpoint of a run belongs."""
        path = self.path / f"{run[:16]}.safetensors"
        self._own.add(path)
        return path

    def clear(self) -> None:
        """Remove the checkpoints that were asked for, and the folder where nothing else is in it."""
        for path in self._own:
            path.unlink(missing_ok=True)
        with suppress(OSError):
            self.path.rmdir()


def write_checkpoint(checkpoint: Checkpoint, path: Path) -> None:
    """Write a checkpoint in the place of the one before, only when it is complete.

    Raises:
        TrainingError: it cannot be written there.
    """
    beside = path.with_name(f".{path.name}")
    facts = json.dumps({"run": checkpoint.run, **checkpoint.facts})
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        save_file({name: value.contiguous() for name, value in checkpoint.tensors.items()}, beside, {_FACTS: facts})
        beside.replace(path)
    except (OSError, SafetensorError) as error:
        raise TrainingError(f"{path}: the checkpoint cannot be written ({error}). Choose another folder.") from error


def read_checkpoint(path: Path, run: str) -> Checkpoint | None:
    """Read the checkpoint of this run; None where there is none.

    Raises:
        TrainingError: it is not a checkpoint, or that of a run on other gold or with other settings.
    """
    if not path.exists():
        return None
    try:
        with safe_open(path, framework="pt") as file:
            facts = json.loads(file.metadata()[_FACTS])
            tensors = {name: file.get_tensor(name) for name in file.keys()}
    except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
        raise TrainingError(f"{path}: is not a checkpoint ({error}). Remove it to start anew.") from error
    if facts.pop("run") != run:
        raise TrainingError(f"{path}: belongs to a run on other gold or with other settings. Remove it to start anew.")
    return Checkpoint(run, tensors, facts)
