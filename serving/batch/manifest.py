"""The manifest: which model made an output folder, and which of its shards are finished; a line each, only added to."""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from pathlib import Path
from typing import Any

from serving.batch.shard import Receipt, receipt_from_json
from standpoint.errors import OutputError
from standpoint.jsonl import sync_folder

MANIFEST = "manifest.jsonl"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Header:
    """What all of an output folder is made with; another one may not add to it.

    `model_digest` is the SHA-256 of the model's description, which holds that of every file of the model.
    """

    model: str
    model_digest: str
    codebook: str
    layout: str
    evidence: bool
    shard_articles: int

    def differences(self, other: "Header") -> list[str]:
        """Say in words what differs from another header."""
        pairs = ((item.name.replace("_", " "), getattr(self, item.name), getattr(other, item.name)) for item in _FIELDS)
        return [f"{name} {mine} there, {others} here" for name, mine, others in pairs if mine != others]


_FIELDS = fields(Header)


@dataclass
class Run:
    """One run of the command over an input, until all of it is done: its finished shards by number."""

    number: int
    receipts: dict[int, Receipt] = field(default_factory=dict)
    is_ended: bool = False


class Manifest:
    """The manifest of a folder; what is added is on disk before `add_*` returns."""

    def __init__(self, path: Path) -> None:
        """Read it where it is there.

        A line that was cut off at the end, as by a power failure, is taken away.

        Raises:
            OutputError: it cannot be read, or is not a manifest.
        """
        self.path = path
        self.header: Header | None = None
        self.runs: list[Run] = []
        for number, line in enumerate(_whole_lines(path), start=1):
            try:
                self._take(json.loads(line))
            except (ValueError, LookupError, TypeError) as error:
                raise OutputError(
                    f"{path}:{number}: is no line of a manifest ({error}). Score into another folder."
                ) from error

    @property
    def receipts(self) -> Iterator[Receipt]:
        """Yield the receipts of all finished shards, in the order of their runs and numbers."""
        for run in self.runs:
            yield from (run.receipts[number] for number in sorted(run.receipts))

    @property
    def runtime(self) -> str | None:
        """Return what computed the first shard; None where nothing did, or where there is no choice."""
        return next((receipt.runtime for receipt in self.receipts if receipt.runtime is not None), None)

    def begin(self, header: Header) -> None:
        """Write the header.

        Raises:
            OutputError: the manifest cannot be written.
        """
        self._add({"kind": "output", "format": FORMAT, **asdict(header)})

    def add_run(self, time: datetime) -> Run:
        """Begin another run.

        Raises:
            OutputError: the manifest cannot be written.
        """
        self._add({"kind": "run", "run": len(self.runs) + 1, "begun": time.isoformat(timespec="seconds")})
        return self.runs[-1]

    def add_receipt(self, receipt: Receipt) -> None:
        """Record that a shard is finished.

        Raises:
            OutputError: the manifest cannot be written.
        """
        self._add({"kind": "shard", **receipt.to_json()})

    def end_run(self, time: datetime) -> None:
        """Record that all of the last run's input is done.

        Raises:
            OutputError: the manifest cannot be written.
        """
        self._add({"kind": "end", "run": len(self.runs), "ended": time.isoformat(timespec="seconds")})

    def _add(self, value: Mapping[str, Any]) -> None:
        try:
            is_new = not self.path.exists()
            with self.path.open("ab") as file:
                file.write(json.dumps(value, ensure_ascii=False).encode() + b"\n")
                file.flush()
                os.fsync(file.fileno())
            if is_new:
                sync_folder(self.path.parent)
        except OSError as error:
            raise OutputError(
                f"{self.path}: cannot be written ({error.strerror}). Mend that and run the same command again."
            ) from error
        self._take(value)

    def _take(self, value: Mapping[str, Any]) -> None:
        kind = value["kind"]
        others = {name: item for name, item in value.items() if name not in ("kind", "format")}
        match kind:
            case "output":
                if value["format"] != FORMAT:
                    raise ValueError(f"format {value['format']!r}, this version writes {FORMAT}")
                self.header = Header(**others)
            case "run":
                self.runs.append(Run(value["run"]))
            case "shard":
                self.runs[value["run"] - 1].receipts[value["number"]] = receipt_from_json(value)
            case "end":
                self.runs[value["run"] - 1].is_ended = True
            case other:
                raise ValueError(f"kind {other!r} is not known")


def _whole_lines(path: Path) -> list[bytes]:
    """Return the lines of a file that are whole, and cut off what follows the last of them."""
    try:
        if not path.exists():
            return []
        content = path.read_bytes()
        n_whole = content.rfind(b"\n") + 1
        if n_whole < len(content):
            os.truncate(path, n_whole)
        return content[:n_whole].splitlines()
    except OSError as error:
        raise OutputError(f"{path}: cannot be read ({error.strerror}). Check its permissions.") from error
