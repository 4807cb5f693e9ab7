"""Lines of a file, one after the other, where a line that is too long is dropped and not held in memory."""

import io
import re
from collections.abc import Iterator
from typing import IO

LONGEST_LINE = 64 * 2**20
"""Bytes of a line that are held. A line of articles is a few thousand; what is longer was written without line ends."""

_BLOCK_BYTES = 1 << 20
_CR_ENDS = re.compile(rb"\}[ \t]*\r[ \t]*\{")


def bounded_lines(file: IO[bytes], *, longest: int = LONGEST_LINE) -> Iterator[bytes | None]:
    """Yield each line with its end; None for a line that is longer, whose rest is passed over."""
    while line := file.readline(longest + 1):
        is_too_long = len(line) > longest and not line.endswith(b"\n")
        while line and not line.endswith(b"\n") and is_too_long:
            line = file.readline(_BLOCK_BYTES)
        yield None if is_too_long else line


def with_line_feeds(file: IO[bytes]) -> IO[bytes]:
    """Return the file, with line feeds in place of carriage returns where it has only those between its records."""
    head = file.peek(_BLOCK_BYTES)[:_BLOCK_BYTES] if isinstance(file, io.BufferedReader) else b""
    if b"\n" in head or not _CR_ENDS.search(head):
        return file
    return io.BufferedReader(_WithLineFeeds(file), _BLOCK_BYTES)


class _WithLineFeeds(io.RawIOBase):
    """Bytes whose carriage returns are line feeds."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # what a BufferedReader passes
        block = self._file.read(len(buffer)).replace(b"\r", b"\n")
        buffer[: len(block)] = block
        return len(block)
