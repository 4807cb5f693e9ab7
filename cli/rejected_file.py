"""The file beside an output that keeps what was set aside, each record with its reason."""

from collections.abc import Sequence
from pathlib import Path

from corpus.outcome import Rejected
from corpus.reading import REJECTED_SUFFIX
from standpoint.jsonl import write_jsonl


def rejected_path(out: Path) -> Path:
    """Return where the records set aside on the way to `out` are kept: `NAME.rejected.jsonl` beside it."""
    return out.with_name(out.stem + REJECTED_SUFFIX)


def keep_rejected(rejected: Sequence[Rejected], out: Path) -> None:
    """Write what was set aside; where nothing was, remove the list of an earlier run."""
    if rejected:
        write_jsonl(rejected_path(out), (item.to_json() for item in rejected))
    else:
        rejected_path(out).unlink(missing_ok=True)
