"""The output folder of a job: one command at a time writes to it, and all in it was made by one model."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from serving.batch.manifest import MANIFEST, Header, Manifest
from serving.batch.scorer import PARTS, keys_path, rejections_path
from serving.batch.seen import SeenArticles
from serving.batch.shard import Receipt, shard_name
from serving.batch.tables import SUFFIXES, join_files, main_table, table_names
from standpoint.errors import OtherJobError, OutputError
from standpoint.jsonl import read_jsonl

REJECTED = "rejected.jsonl"
_LOCK = ".lock"


class Output:
    """An output folder that is open for a header's job."""

    def __init__(self, folder: Path, header: Header, manifest: Manifest) -> None:
        self.folder = folder
        self.header = header
        self.manifest = manifest

    def fill(self, seen: SeenArticles, *, n_runs: int) -> None:
        """Tell what the first runs wrote to a memory of articles."""
        for receipt in self.manifest.receipts:
            if receipt.run <= n_runs:
                for key in read_jsonl(keys_path(self.folder, _name(receipt)), dict):
                    seen.add_known(key["id"], key["text"], key["story"])

    def files(self, table: str) -> list[Path]:
        """Return the files of a table in the order of the input; those of unfinished shards are not among them."""
        suffix = SUFFIXES[self.header.layout]
        paths = (self.folder / table / f"{_name(receipt)}{suffix}" for receipt in self.manifest.receipts)
        return [path for path in paths if path.exists()]

    def gather_rejected(self) -> None:
        """Write the list of everything that was set aside; where nothing was, there is none."""
        paths = [
            rejections_path(self.folder, _name(receipt))
            for receipt in self.manifest.receipts
            if receipt.counts.rejected
        ]
        if paths:
            join_files(paths, self.folder / REJECTED)
        else:
            (self.folder / REJECTED).unlink(missing_ok=True)

    def move_to(self, out: Path, rejected: Path) -> bool:
        """Make files of the tables: the main one at `out`, the others beside it, and remove the folder.

        Where nothing was scored, `out` stays as it is. Returns whether it was written.
        """
        main = main_table(self.header.layout)
        written = bool(self.files(main))
        for table in table_names(self.header.layout):
            place = out if table == main else out.with_name(f"{out.stem}.{table}{out.suffix}")
            if paths := self.files(table):
                join_files(paths, place)
            elif written and place != out:
                place.unlink(missing_ok=True)
        if (self.folder / REJECTED).exists():
            (self.folder / REJECTED).replace(rejected)
        else:
            rejected.unlink(missing_ok=True)
        shutil.rmtree(self.folder)
        return written


@contextmanager
def opened_output(folder: Path, header: Header) -> Iterator[Output]:
    """Lend an output folder, made where it is missing, to one command at a time.

    Raises:
        OutputError: another command writes there, the folder holds something else, or what another model made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder}: cannot be written ({error.strerror}). Choose another folder.") from error
    try:
        with FileLock(folder / _LOCK, timeout=0):
            manifest = Manifest(folder / MANIFEST)
            _check(folder, header, manifest)
            _clean(folder)
            yield Output(folder, header, manifest)
    except Timeout:
        raise OutputError(f"{folder}: another command is writing there. Wait until it is done.") from None


def _check(folder: Path, header: Header, manifest: Manifest) -> None:
    if manifest.header is None:
        others = [path.name for path in folder.iterdir() if path.name not in (_LOCK, MANIFEST, PARTS)]
        if others:
            raise OutputError(f"{folder}: holds other files ({sorted(others)[0]}). Choose an empty or new folder.")
        manifest.begin(header)
    elif differences := manifest.header.differences(header):
        raise OtherJobError(f"{folder}: was made otherwise ({'; '.join(differences)}). Score into another folder.")


def _clean(folder: Path) -> None:
    """Remove what a command that was killed left half-written."""
    for path in folder.rglob(".run-*"):
        path.unlink(missing_ok=True)


def _name(receipt: Receipt) -> str:
    return shard_name(receipt.run, receipt.number)
