"""Content: the bytes of one source on this machine, unpacked where they are compressed, read as often as needed."""

import bz2
import gzip
import io
import lzma
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any

import pyarrow as pa  # type: ignore[import-untyped]  # pyarrow ships no types

from corpus.formats import HEAD_BYTES
from standpoint.errors import InputError

_BUFFER_BYTES = 1 << 20
_GZIP, _BZIP2, _XZ, _ZSTD = b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd"
_DAMAGE = (OSError, EOFError, zlib.error, lzma.LZMAError)


class Content:
    """The bytes of one source. Whether they are compressed is told by how they begin, whatever the name says."""

    def __init__(self, path: Path, *, place: str) -> None:
        """Read from a file that can be read again; messages call it `place`."""
        self.path, self.place = path, place
        self._raw: io.FileIO | None = None
        self._n_read = 0

    @property
    def n_read(self) -> int:
        """How many bytes of the file were read since it was last opened, as they are on disk."""
        if self._raw is not None and not self._raw.closed:
            self._n_read = self._raw.tell()
        return self._n_read

    @contextmanager
    def opened(self, *, counted: bool = True) -> Iterator[io.BufferedReader]:
        """Open it from the start; `counted` says whether `n_read` is to count this reading.

        Raises:
            InputError: it cannot be opened or, while it is read inside, not be read or unpacked.
        """
        try:
            with self.path.open("rb", buffering=0) as raw, _unpacked(raw) as file:
                self._raw, self._n_read = raw if counted else None, 0
                yield file
                self._n_read = self.path.stat().st_size if counted else 0
        except _DAMAGE as error:
            raise _unreadable(self.place, error) from error

    @contextmanager
    def unpacked_path(self) -> Iterator[Path]:
        """Give a file with the bytes, a temporary one where they are compressed.

        Raises:
            InputError: it cannot be read or unpacked.
        """
        with ExitStack() as stack:
            with self.opened() as file:
                is_packed = not isinstance(file.raw, io.FileIO)
                path = stack.enter_context(temporary_copy(file, place=self.place)) if is_packed else self.path
            yield path

    def reach(self, share: float) -> None:
        """Say that so much of the bytes was read, 0 to 1, by a reader that opens the file itself."""
        self._n_read = int(share * self.path.stat().st_size)

    def head(self) -> bytes:
        """Return the first bytes.

        Raises:
            InputError: it cannot be read or unpacked.
        """
        with self.opened(counted=False) as file:
            return file.read(HEAD_BYTES)

    def whole(self) -> bytes:
        """Return all bytes.

        Raises:
            InputError: it cannot be read or unpacked, or is empty.
        """
        with self.opened() as file:
            raw = file.read()
        if not raw.strip():
            raise empty(self.place)
        return raw


@contextmanager
def temporary_copy(file: IO[bytes], *, place: str) -> Iterator[Path]:
    """Copy what can be read once to a file that is there as long as it is needed; memory does not grow with it.

    Raises:
        InputError: the copy cannot be written.
    """
    with tempfile.NamedTemporaryFile(prefix="standpoint-") as copy:
        for block in iter(lambda: file.read(_BUFFER_BYTES), b""):
            try:
                copy.write(block)
            except OSError as error:
                folder = tempfile.gettempdir()
                raise InputError(
                    f"{place}: cannot be copied to {folder} ({error.strerror}). Make room, or set TMPDIR."
                ) from error
        copy.flush()
        yield Path(copy.name)


def empty(place: str) -> InputError:
    """Return the error of a file that holds nothing."""
    return InputError(f"{place}: the file is empty. Remove it or write it again.")


@contextmanager
def _unpacked(raw: io.FileIO) -> Iterator[io.BufferedReader]:
    """Give the bytes that a file holds when it is unpacked, buffered."""
    magic = raw.read(len(_XZ))
    raw.seek(0)
    opened: Any
    if magic.startswith(_GZIP):
        opened = gzip.GzipFile(fileobj=raw)
    elif magic.startswith(_BZIP2) and magic[3:4].isdigit():
        opened = bz2.BZ2File(raw)
    elif magic.startswith(_XZ):
        opened = lzma.LZMAFile(raw)
    elif magic.startswith(_ZSTD):
        opened = pa.CompressedInputStream(raw, "zstd")
    else:
        opened = raw
    with io.BufferedReader(opened, _BUFFER_BYTES) as file:
        yield file


def _unreadable(place: str, error: Exception) -> InputError:
    if isinstance(error, OSError) and error.strerror:
        return InputError(f"{place}: cannot be read ({error.strerror}). Check the path and its permissions.")
    return InputError(f"{place}: cannot be unpacked ({error}). It is cut off or damaged; fetch or write it again.")
