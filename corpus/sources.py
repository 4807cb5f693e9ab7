"""Sources: where articles lie, found before anything is read: files, folders, patterns, URLs, standard input."""

import glob
import re
import stat
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any
from urllib.parse import urlsplit

from fsspec.core import url_to_fs  # type: ignore[import-untyped]  # fsspec ships no types
from fsspec.implementations.local import LocalFileSystem  # type: ignore[import-untyped]  # fsspec ships no types

from corpus.content import Content, temporary_copy
from corpus.formats import FORMATS, is_readable, named_format, suffix_of
from standpoint.errors import InputError

STANDARD_INPUT = "-"
_URL = re.compile(r"[a-z][a-z0-9+.-]*(?:::[a-z][a-z0-9+.-]*)*://", re.IGNORECASE)
_CHAINED = re.compile(r"::(?=[a-z][a-z0-9+.-]*(?:://|::))", re.IGNORECASE)
_Opening = Callable[[], AbstractContextManager[IO[bytes]]]


@dataclass(frozen=True, slots=True)
class Source:
    """One file to be read: `name` is what messages call it, without passwords and keys.

    `format` is None where it has to be told by how the file begins. `is_named` says whether the user named this very
    file; others were found in a folder or by a pattern. `size` is in bytes as it lies there, None where not known.
    `is_once` says that its bytes come only once.
    """

    name: str
    format: str | None
    is_named: bool
    size: int | None
    path: Path | None = None
    is_once: bool = False
    _opening: _Opening | None = None

    @contextmanager
    def content(self) -> Iterator[Content]:
        """Give its bytes. What can be read only once, or is elsewhere, is copied to a temporary file as long as needed.

        Raises:
            InputError: it cannot be opened, fetched or copied.
        """
        if self.path is not None or self._opening is None:
            yield Content(self.path or Path(self.name), place=self.name)
            return
        with self._fetched(self._opening) as path:
            yield Content(path, place=self.name)

    @contextmanager
    def _fetched(self, opening: _Opening) -> Iterator[Path]:
        is_at_hand = False
        try:
            with opening() as file, temporary_copy(file, place=self.name) as path:
                is_at_hand = True
                yield path
        except InputError:
            raise
        except Exception as error:  # a driver may raise anything; its words may hold keys and are not repeated
            if is_at_hand:
                raise
            raise _out_of_reach(self.name, error) from None


def sources_in(inputs: Sequence[str | Path | Source]) -> list[Source]:
    """Return what the inputs stand for, in their order; the files of a folder or pattern are sorted by name.

    An input is a file, a folder, a pattern (`news/*.jsonl`, `**` for any folders), `-` for standard input, or a URL
    that fsspec knows, also with a pattern or of a folder where its files can be listed. Nothing is read. A source
    stands for itself.

    Raises:
        InputError: a path is missing, a pattern fits nothing, a format is not known, or a URL cannot be reached.
    """
    if sum(str(one) == STANDARD_INPUT for one in inputs) > 1:
        raise InputError("-: standard input can be read only once. Name it once.")
    return [source for one in inputs for source in _sources_of(one)]


def files_in(path: Path) -> list[Path]:
    """Return the file itself, or all files of a known format in a folder and below, in the order of their names.

    Hidden files and lists of rejected records are passed over.

    Raises:
        InputError: the path does not exist, or the folder holds no such file.
    """
    if not path.is_dir():
        if not path.exists():
            raise InputError(f"{_printable(str(path))}: there is no such file or folder. Check the path.")
        return [path]
    files = _readable_below(path)
    if not files:
        raise _nothing_in(_printable(str(path)), "folder")
    return files


def _readable_below(folder: Path) -> list[Path]:
    files = sorted(folder.rglob("*"))
    return [file for file in files if is_readable(file.relative_to(folder).parts) and file.is_file()]


def without_secrets(named: str | Path) -> str:
    """Return an input as it may be printed: a URL without user, password, query and fragment.

    >>> without_secrets("https://reader:secret@wire.example/news.jsonl?token=secret")
    'https://wire.example/news.jsonl'
    """
    if not isinstance(named, str) or not _URL.match(named):
        return _printable(str(named))
    return "::".join(map(_without_secrets, _CHAINED.split(named)))


def _without_secrets(url: str) -> str:
    scheme, mark, rest = url.partition("://")
    place, slash, path = rest.partition("/")
    return _printable(re.split("[?#]", f"{scheme}{mark}{place.rpartition('@')[2]}{slash}{path}", maxsplit=1)[0])


def _printable(name: str) -> str:
    """Return a name that can be written: bytes of a file's name that are no text are shown as such."""
    return name.encode("utf-8", "backslashreplace").decode()


def _sources_of(named: str | Path | Source) -> list[Source]:
    if isinstance(named, Source):
        return [named]
    if named == STANDARD_INPUT:
        return [Source("<stdin>", None, True, None, is_once=True, _opening=_standard_input)]
    if isinstance(named, str) and _URL.match(named):
        return _remote_sources(named)
    return _local_sources(Path(named))


def _local_sources(path: Path) -> list[Source]:
    if path.is_dir():
        return [_local_source(file, is_named=False) for file in files_in(path)]
    if not path.exists() and glob.has_magic(str(path)):
        fitting = map(Path, glob.glob(str(path), recursive=True))
        files = {file for one in fitting for file in (_readable_below(one) if one.is_dir() else [one])}
        readable = sorted(file for file in files if is_readable([file.name]) and file.is_file())
        if not readable:
            raise _nothing_in(_printable(str(path)), "pattern")
        return [_local_source(file, is_named=False) for file in readable]
    return [_local_source(file, is_named=True) for file in files_in(path)]


def _local_source(path: Path, *, is_named: bool) -> Source:
    name, state = _printable(str(path)), path.stat()
    if not stat.S_ISREG(state.st_mode):  # a pipe, which can be read only once
        return Source(name, None, is_named, None, is_once=True, _opening=lambda: path.open("rb"))
    return Source(name, named_format(path.name, place=name), is_named, state.st_size, path)


@contextmanager
def _standard_input() -> Iterator[IO[bytes]]:
    yield sys.stdin.buffer


def _remote_sources(url: str) -> list[Source]:
    shown = without_secrets(url)
    try:
        system, path = url_to_fs(url)
        if isinstance(system, LocalFileSystem):
            return _local_sources(Path(path))
        is_web = url.lower().startswith("http")
        if "*" in path or (not is_web and glob.has_magic(path)):
            fixed = re.split(r"[*?[]", path, maxsplit=1)[0].rpartition("/")[0]
            return _listed(system, _fitting(system, path), fixed, shown, "pattern")
        state = system.info(path)
        if state["type"] == "directory":
            return _listed(system, system.find(path, detail=True), path, shown, "folder")
        return [_remote_source(system, path, shown, state.get("size"), is_named=True)]
    except InputError:
        raise
    except Exception as error:  # a driver may raise anything; its words may hold keys and are not repeated
        raise _out_of_reach(shown, error) from None


def _fitting(system: Any, pattern: str) -> dict[str, Any]:  # noqa: ANN401 - fsspec ships no types
    """Return the files that fit a pattern and those below the folders that do, with what is known of each."""
    found: dict[str, Any] = {}
    for path, state in system.glob(pattern, detail=True).items():
        found |= system.find(path, detail=True) if state["type"] == "directory" else {path: state}
    return found


def _listed(system: Any, states: Mapping[str, Any], above: str, shown: str, kind: str) -> list[Source]:  # noqa: ANN401
    """Return the files of a folder or pattern elsewhere; `above` is the folder that was named."""
    below = {path: path.removeprefix(above).strip("/").split("/") for path in sorted(states)}
    readable = [path for path, parts in below.items() if is_readable(parts) and states[path]["type"] == "file"]
    if not readable:
        raise _nothing_in(shown, kind)
    names = {path: without_secrets(system.unstrip_protocol(path)) for path in readable}
    return [_remote_source(system, path, names[path], states[path].get("size"), is_named=False) for path in readable]


def _remote_source(system: Any, path: str, name: str, size: int | None, *, is_named: bool) -> Source:  # noqa: ANN401
    file = PurePosixPath(urlsplit(name).path).name
    format = named_format(file, place=name) if suffix_of(file) else None
    return Source(name, format, is_named, size, _opening=lambda: system.open(path, "rb"))


def _nothing_in(shown: str, kind: str) -> InputError:
    if kind == "pattern":
        return InputError(f"{shown}: no file of a known format ({', '.join(FORMATS)}) fits this pattern. Check it.")
    return InputError(f"{shown}: no file of a known format in this folder ({', '.join(FORMATS)}). Check the path.")


def _out_of_reach(shown: str, error: Exception) -> InputError:
    match error:
        case ImportError():
            scheme = shown.partition("://")[0]
            needed = re.search(r"[Ii]nstall [`'\"]?([\w-]+)", str(error))
            return InputError(
                f"{shown}: reading {scheme}:// needs a driver that is not installed. "
                f"Install it: pip install {needed.group(1) if needed else error.name or 'fsspec[full]'}."
            )
        case FileNotFoundError():
            return InputError(f"{shown}: there is no such file or folder, or nothing answers there. Check the address.")
        case PermissionError():
            return InputError(f"{shown}: may not be read. Check your keys for it and their rights.")
        case ValueError() if "rotocol" in str(error):
            return InputError(f"{shown}: fsspec knows no such protocol. Use a path, s3://, gs:// or https://.")
    name = type(error).__name__
    if "Credential" in name:  # each driver has errors of its own for that
        return InputError(
            f"{shown}: asks for keys, and none were found ({name}). Give them as its driver expects them."
        )
    return InputError(f"{shown}: cannot be fetched ({name}). Check the address and the connection.")
