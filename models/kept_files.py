"""Kept files: the large files of a model, held open so that they can be written again though their folder is gone."""

import hashlib
import os
import shutil
import weakref
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

from standpoint.errors import ModelFolderError


class KeptFiles:
    """Files by name, with the SHA-256 of each; their folder may be moved or removed afterwards.

    They are closed when nothing refers to the whole any more.
    """

    def __init__(self, folder: Path, digests: Mapping[str, str]) -> None:
        """Open the files of a folder that have these digests.

        Raises:
            ModelFolderError: a file is missing.
        """
        self.digests = dict(digests)
        stack = ExitStack()
        weakref.finalize(self, stack.close)
        self._files = {name: stack.enter_context(_opened(folder / name)) for name in digests}

    @classmethod
    def of(cls, folder: Path) -> "KeptFiles":
        """Open all files of a folder, as they are now."""
        paths = sorted(path for path in folder.iterdir() if path.is_file())
        return cls(folder, {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths})

    def __contains__(self, name: str) -> bool:
        """Say whether there is a file of that name."""
        return name in self._files

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names."""
        return iter(self._files)

    def read(self, name: str) -> bytes:
        """Return a file's content.

        Raises:
            ModelFolderError: it was changed.
        """
        file = self._files[name]
        file.seek(0)
        content = file.read()
        if hashlib.sha256(content).hexdigest() != self.digests[name]:
            raise ModelFolderError(
                f"{file.name}: was changed after the model was saved. Fetch it again from where it was trained, "
                "or train anew."
            )
        return content

    def write(self, folder: Path) -> None:
        """Write all files to a folder, synced; what is read back from there is checked then."""
        for name, file in self._files.items():
            file.seek(0)
            with (folder / name).open("wb") as copy:
                shutil.copyfileobj(file, copy, 1 << 20)
                copy.flush()
                os.fsync(copy.fileno())


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise ModelFolderError(
            f"{path}: cannot be read ({error.strerror}). Fetch the model again from where it was trained, "
            "or train anew."
        ) from error
