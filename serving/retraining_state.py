"""The state of retraining: what is queued, what runs, how the last run ended; kept in a file over a restart."""

import json
import logging
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from serving.request_log import LOGGER
from standpoint.errors import InputError, RecordError
from standpoint.fields import Fields
from standpoint.jsonl import replacing

INTERRUPTED = "interrupted"
"""The outcome of a run that was under way when the service ended without ending it."""


@dataclass(frozen=True)
class JobResult:
    """How a run ended: `succeeded`, `failed`, `timed out`, `stopped` or `interrupted`; exit code and last lines."""

    outcome: str
    started: datetime
    ended: datetime
    exit_code: int | None = None
    output: tuple[str, ...] = ()


@dataclass(frozen=True)
class RetrainingState:
    """`n_hints` annotations came since the last run began, `is_ordered` somebody asked for a run.

    `running` is when the run under way began; `last` is the last one that ended.
    """

    n_hints: int = 0
    is_ordered: bool = False
    running: datetime | None = None
    last: JobResult | None = None

    @property
    def is_queued(self) -> bool:
        """Whether a run will begin."""
        return self.is_ordered or self.n_hints > 0

    def to_json(self) -> dict[str, Any]:
        """Return it as plain JSON, times as ISO 8601; `state_from_json` reads it back."""
        plain: dict[str, Any] = json.loads(json.dumps(asdict(self), default=datetime.isoformat))
        return plain


def state_from_json(value: Any) -> RetrainingState:  # noqa: ANN401 - parsed JSON may be anything
    """Read what `RetrainingState.to_json` wrote.

    Raises:
        RecordError: a field is missing or has the wrong type.
    """
    fields = Fields(value)
    last = value.get("last")
    return RetrainingState(
        n_hints=int(fields.number("n_hints") or 0),
        is_ordered=fields.flag("is_ordered", default=False),
        running=_time(fields.optional_text("running")),
        last=None if last is None else _result(Fields(last), last),
    )


def read_state(path: Path, *, now: datetime) -> RetrainingState:
    """Read what an earlier service left; a run that was under way then is queued again.

    A file that cannot be read counts as none, and the log says so: a missed training is caught by the next.
    """
    try:
        state = state_from_json(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return RetrainingState()
    except (OSError, ValueError, RecordError) as error:
        found = {"file": str(path), "error": type(error).__name__}
        logging.getLogger(LOGGER).warning("retraining state unreadable", extra={"fields": found})
        return RetrainingState()
    if state.running is None:
        return state
    ended = JobResult(INTERRUPTED, state.running, now)
    return replace(state, running=None, last=ended, is_ordered=True)


def write_state(path: Path, state: RetrainingState) -> None:
    """Write the state, whole or not at all.

    Raises:
        InputError: the file cannot be written.
    """
    try:
        with replacing(path) as file:
            json.dump(state.to_json(), file, ensure_ascii=False, indent=1)
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror}). Choose another folder.") from error


def _result(fields: Fields, value: dict[str, Any]) -> JobResult:
    started, ended, code = _time(fields.text("started")), _time(fields.text("ended")), value.get("exit_code")
    if started is None or ended is None:
        raise RecordError("a result needs `started` and `ended`. Write ISO 8601 times.")
    return JobResult(
        fields.text("outcome"), started, ended, code if isinstance(code, int) else None, fields.texts("output")
    )


def _time(text: str | None) -> datetime | None:
    try:
        return None if text is None else datetime.fromisoformat(text)
    except ValueError:
        raise RecordError(f"'{text}' is not a time. Write it in ISO 8601.") from None
