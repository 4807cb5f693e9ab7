"""Following: looks at a folder again and again, and tells which of its files are new or have changed."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

from corpus.reading import files_in
from standpoint.errors import InputError

State = tuple[int, int]
"""Size in bytes and time of the last change in nanoseconds."""


class Following:
    """Watches a folder; a file is told of once it has stayed the same between two looks, so that it is whole."""

    def __init__(self, folder: Path, *, every: float, sleep: Callable[[float], None] = time.sleep) -> None:
        """Watch `folder` with `every` seconds between two looks.

        Raises:
            InputError: there is no such folder.
        """
        if not folder.is_dir():
            raise InputError(f"{folder}: there is no such folder. --follow watches a folder.")
        self._folder, self._every, self._sleep = folder, every, sleep
        self._last: dict[Path, State] = {}
        self._told: dict[Path, State] = {}

    def rounds(self) -> Iterator[list[Path]]:
        """Yield, whenever there are any, the files that are new or changed; it goes on for ever."""
        while True:
            if files := self.look():
                yield files
            self._sleep(self._every)

    def look(self) -> list[Path]:
        """Look once; return the files that are new or changed since they were told of, and are whole."""
        now = self._states()
        whole = {file: state for file, state in now.items() if self._last.get(file) == state}
        self._last = now
        fresh = [file for file, state in whole.items() if self._told.get(file) != state]
        self._told.update((file, whole[file]) for file in fresh)
        return fresh

    def _states(self) -> dict[Path, State]:
        try:
            files = files_in(self._folder)
        except InputError:  # it holds no file yet
            return {}
        states = {}
        for file in files:
            try:
                stat = file.stat()
            except OSError:  # it is gone again
                continue
            states[file] = (stat.st_size, stat.st_mtime_ns)
        return states
