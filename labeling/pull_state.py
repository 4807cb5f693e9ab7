"""What a pull remembers for the next one, in a file beside the annotations."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from standpoint.errors import RecordError
from standpoint.fields import Fields
from standpoint.jsonl import replacing

FORMAT = 1


@dataclass(frozen=True, slots=True)
class PullState:
    """What the last pull left.

    `ground`: what all annotations depend on (server, project, annotators' names, codebook history), as plain JSON.
    `watermark`: the newest change of a task that it saw (ISO 8601; None: it saw none). `tasks` maps each answered task
    to its article (None where it does not say) and its number of answers. `written` maps each file's name to the
    SHA-256 of what was written, None where no file was.
    """

    ground: Mapping[str, Any]
    watermark: str | None
    tasks: Mapping[int, tuple[str | None, int]]
    written: Mapping[str, str | None]


def read_state(path: Path) -> PullState | None:
    """Read what the last pull left; None where there is nothing, or nothing that can be used."""
    try:
        fields = Fields(json.loads(path.read_text(encoding="utf-8")))
        if fields.integer("format") != FORMAT:
            return None
        return PullState(
            ground=fields.mapping("ground"),
            watermark=fields.optional_text("watermark"),
            tasks={int(id): (article, int(count)) for id, (article, count) in fields.mapping("tasks").items()},
            written=fields.mapping("written"),
        )
    except (OSError, ValueError, TypeError, RecordError):
        return None


def write_state(path: Path, state: PullState) -> None:
    """Write what the next pull needs to know.

    Raises:
        InputError: the file cannot be written.
    """
    plain = {
        "format": FORMAT,
        "ground": state.ground,
        "watermark": state.watermark,
        "written": state.written,
        "tasks": {str(id): list(task) for id, task in sorted(state.tasks.items())},
    }
    with replacing(path) as file:
        json.dump(plain, file, ensure_ascii=False)
        file.write("\n")


def digest_of(path: Path) -> str | None:
    """Return the SHA-256 of a file, None where there is none."""
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else None
