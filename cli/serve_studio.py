"""The side of `standpoint serve` that faces Label Studio: its options, and the doors they open."""

import shlex
from pathlib import Path
from typing import Annotated

import typer

from serving.keys import read_keys
from serving.retraining import Retraining, RetrainingConfig
from serving.studio_door import Door, studio_door
from serving.training_door import training_door
from standpoint.errors import InputError

StudioKeysOption = Annotated[
    Path | None, typer.Option("--studio-keys", help="File of keys for Label Studio (else the one of --keys).")
]
RetrainOption = Annotated[
    str | None, typer.Option("--retrain", metavar="COMMAND", help="What to run when people have annotated.")
]
RetrainAfterOption = Annotated[int, typer.Option("--retrain-after", help="Run it after so many annotations,")]
RetrainQuietOption = Annotated[float, typer.Option("--retrain-quiet", help="or so many seconds after the last one.")]


def retraining_of(command: str | None, folder: Path, after: int, quiet: float) -> Retraining | None:
    """Return what runs the command, with its state in the folder; None where there is no command.

    Raises:
        InputError: the command cannot be run or read, a number is not positive, or the folder cannot be written.
    """
    if command is None:
        return None
    try:
        words = tuple(shlex.split(command))
    except ValueError as error:
        raise InputError(f"--retrain {command}: cannot be read as a command ({error}). Close the quotes.") from None
    return Retraining(RetrainingConfig(words, folder, after_annotations=after, quiet_seconds=quiet))


def studio_doors(studio_keys: Path | None, retraining: Retraining | None, *, with_keys: bool) -> tuple[Door, Door]:
    """Return Label Studio's door and the one to its retraining; `with_keys`: the latter asks for a key.

    Raises:
        InputError: the file of keys cannot be used.
    """
    keys = None if studio_keys is None else read_keys(studio_keys)
    return studio_door(keys=keys, retraining=retraining), training_door(retraining, with_keys=with_keys)
