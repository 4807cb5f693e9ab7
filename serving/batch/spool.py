"""The spool: a folder with shards, and the model, on their way to machines that share it."""

import json
import shutil
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from serving.batch.shard import MOST_DEATHS, Receipt, Shard, deadly, shard_from_json
from standpoint.errors import InputError, OutputError
from standpoint.jsonl import write_jsonl

_END, _MODEL = "end", "model"
_LOOK_SECONDS = 0.1


class Spool:
    """The command's side: it puts shards in, and takes those out that are done."""

    def __init__(self, folder: Path) -> None:
        """Make the folder anew.

        Raises:
            OutputError: it cannot be made.
        """
        self.folder = folder
        self._n_put = 0
        self._waiting: dict[tuple[int, int], Path] = {}
        self.remove()
        with self._written():
            folder.mkdir(parents=True)

    @property
    def n_waiting(self) -> int:
        """How many shards were put in and are not done."""
        return len(self._waiting)

    def add_model(self, folder: Path) -> Path:
        """Copy a model folder; return where it is.

        Raises:
            OutputError: the disk is full or fails.
        """
        with self._written():
            return Path(shutil.copytree(folder, self.folder / _MODEL))

    def put(self, shard: Shard) -> None:
        """Write a shard, which is there for the other side at once.

        Raises:
            OutputError: the disk is full or fails.
        """
        path = _place(self.folder, self._n_put)
        with self._written():
            write_jsonl(path, [shard.to_json()])
        self._waiting[shard.run, shard.number] = path
        self._n_put += 1

    def end(self) -> None:
        """Tell the other side that no more shards come.

        Raises:
            OutputError: the disk is full or fails.
        """
        with self._written():
            (self.folder / _END).touch()

    def take_out(self, receipt: Receipt) -> bool:
        """Empty a shard that is done; return whether it was waiting. Its file stays, as `arrivals` counts on it.

        Raises:
            OutputError: the disk fails.
        """
        path = self._waiting.pop((receipt.run, receipt.number), None)
        if path is not None:
            with self._written():
                path.write_bytes(b"")
                _deaths(path).unlink(missing_ok=True)
        return path is not None

    def remove(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self.folder, ignore_errors=True)

    @contextmanager
    def _written(self) -> Iterator[None]:
        try:
            yield
        except (OSError, InputError) as error:
            said = str(error).rstrip(".")
            raise OutputError(f"{self.folder}: cannot be written ({said}). Mend that and run again.") from error


def arrivals(folder: Path) -> Iterator[Path]:
    """Yield the places of shards as they are put into a spool, until it is ended or gone; always in the same order."""
    number = 0
    while True:
        is_over = (folder / _END).exists() or not folder.exists()
        place = _place(folder, number)
        if place.exists():
            yield place
            number += 1
        elif is_over:
            return
        else:
            time.sleep(_LOOK_SECONDS)


def begun(place: Path) -> Shard:
    """Read a shard that is about to be scored, and note that; Ray would begin for ever with one that kills its process.

    Raises:
        OutputError: it is not there on this machine.
        ModelError: it was begun several times and never done.
    """
    try:
        shard = shard_from_json(json.loads(place.read_bytes()))
        with _deaths(place).open("ab") as file:
            file.write(b".")
            n_begun = file.tell()
    except OSError as error:
        raise OutputError(
            f"{place}: cannot be used on machine {socket.gethostname()} of the cluster ({error.strerror}). "
            "Score into a folder that all machines share and call by the same path."
        ) from error
    if n_begun > MOST_DEATHS:
        raise deadly(shard, "Use machines with more memory, or smaller --shard-articles in another folder.")
    return shard


def _place(folder: Path, number: int) -> Path:
    return folder / f"{number:08d}.json"


def _deaths(place: Path) -> Path:
    return place.with_suffix(".begun")
