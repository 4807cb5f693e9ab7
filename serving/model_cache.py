"""The cache: versions that were served, on disk, so that a server starts while the tracking store is down.

One folder a source; in it a folder a version, `3+1f0c9a52`, with the model folder and what is known of it:

    standpoint-champion-8d0c21aa/3+1f0c9a52/info.json
    standpoint-champion-8d0c21aa/3+1f0c9a52/model/model.json
"""

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from serving.model_info import ModelInfo, info_from_json
from standpoint.errors import InputError, ModelError

KEPT = 3
"""How many versions of one source are kept."""

_INFO, _MODEL, _ROOM = "info.json", "model", ".room-"
_ABANDONED_SECONDS = 24 * 3600.0


class ModelCache:
    """The last versions of one source that passed their self-test; the bytes are checked when a model is read."""

    def __init__(self, folder: Path, *, keep: int = KEPT) -> None:
        self._folder = folder
        self._keep = keep

    @contextmanager
    def room(self) -> Iterator[Path]:
        """Lend an empty folder on the cache's disk; what is still in it afterwards is removed.

        Raises:
            ModelError: the cache cannot be written.
        """
        with self._writing():
            self._folder.mkdir(parents=True, exist_ok=True)
            room = Path(tempfile.mkdtemp(dir=self._folder, prefix=_ROOM))
        try:
            yield room
        finally:
            shutil.rmtree(room, ignore_errors=True)

    def entries(self) -> list[tuple[ModelInfo, Path]]:
        """Return what is known of each version and its model folder, the one served last first."""
        found = [(_info(path / _INFO), path / _MODEL) for path in self._versions()]
        known = [(info, folder) for info, folder in found if info is not None]
        return sorted(known, key=lambda entry: entry[0].loaded_at, reverse=True)

    def find(self, key: str) -> Path | None:
        """Return the model folder of an offer, or None."""
        return next((folder for info, folder in self.entries() if info.key == key), None)

    def add(self, info: ModelInfo, folder: Path) -> None:
        """Keep a version as the one served last: move its model folder in whole, and prune the oldest.

        Raises:
            ModelError: the cache cannot be written.
        """
        entry = self._folder / info.model.rpartition("/")[2]
        with self._writing():
            if folder == entry / _MODEL:
                _write(entry, info)
            else:
                self._move_in(entry, info, folder)
            self._prune(info.loaded_at.timestamp())

    def drop(self, folder: Path) -> None:
        """Remove a version by its model folder."""
        shutil.rmtree(folder.parent, ignore_errors=True)

    def _move_in(self, entry: Path, info: ModelInfo, folder: Path) -> None:
        beside = Path(tempfile.mkdtemp(dir=self._folder, prefix=_ROOM))
        try:
            _write(beside, info)
            folder.replace(beside / _MODEL)
            shutil.rmtree(entry, ignore_errors=True)
            beside.replace(entry)
        finally:
            shutil.rmtree(beside, ignore_errors=True)

    def _prune(self, now: float) -> None:
        versions = self._versions()
        kept = {folder.parent for _, folder in self.entries()[: self._keep]}
        rooms = [path for path in self._folder.glob(f"{_ROOM}*") if now - _modified(path, now) > _ABANDONED_SECONDS]
        for path in {*versions, *rooms} - kept:
            shutil.rmtree(path, ignore_errors=True)

    def _versions(self) -> list[Path]:
        """Return the folders of versions; none where there is no cache yet."""
        return [path for path in self._folder.glob("*") if not path.name.startswith(".")]

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise ModelError(
                f"{self._folder}: cannot be used as a cache ({error.strerror}). Make it writable, or name another."
            ) from error


def _info(path: Path) -> ModelInfo | None:
    """Return what a version's file says; None where it is spoiled, and the version with it."""
    try:
        return info_from_json(json.loads(path.read_bytes()))
    except (OSError, ValueError, InputError):
        return None


def _write(entry: Path, info: ModelInfo) -> None:
    beside = entry / f".{_INFO}"
    beside.write_text(json.dumps(info.to_json(), ensure_ascii=False), encoding="utf-8")
    beside.replace(entry / _INFO)


def _modified(path: Path, now: float) -> float:
    """Return when a folder was last written; now where another server has just removed it."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return now
