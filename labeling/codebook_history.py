"""The history of a project's codebook: which revision was in force when, kept in the project's description."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from standpoint.errors import StudioError

_LINE = re.compile(r"^Standpoint codebook (?P<reference>\S+@[0-9a-f]{8}) since (?P<since>\S+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Revision:
    """A codebook's reference (`rare-earths@b9b46775`) and the moment from which annotators were asked by it."""

    reference: str
    since: datetime

    def to_line(self) -> str:
        """Return the line of the description that says so, to the microsecond: answers may come in the same second."""
        since = self.since.astimezone(UTC).isoformat().replace("+00:00", "Z")
        return f"Standpoint codebook {self.reference} since {since}"


def history_of(description: str) -> tuple[Revision, ...]:
    """Read the revisions, oldest first; lines that somebody else wrote are passed over.

    Raises:
        StudioError: a line of ours has no time that can be read.
    """
    found = [Revision(match["reference"], _moment(match["since"])) for match in _LINE.finditer(_unix(description))]
    return tuple(sorted(found, key=lambda revision: revision.since))


def with_revision(description: str, revision: Revision) -> str:
    """Return the description with one more line; the same description where that revision is in force already."""
    history = history_of(description)
    if history and history[-1].reference == revision.reference:
        return description
    return "\n".join([*_unix(description).splitlines(), revision.to_line()])


def revision_at(history: tuple[Revision, ...], moment: datetime) -> Revision | None:
    """Return the revision in force at a moment; the first one for any moment before it, None where there is none.

    >>> early, late = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 20, tzinfo=UTC)
    >>> history = (Revision("demo@0000000a", early), Revision("demo@0000000b", late))
    >>> revision_at(history, datetime(2026, 11, 19, tzinfo=UTC)).reference
    'demo@0000000a'
    >>> revision_at(history, late).reference
    'demo@0000000b'
    """
    begun = [revision for revision in history if revision.since <= moment]
    return begun[-1] if begun else next(iter(history), None)


def _unix(text: str) -> str:
    return text.replace("\r\n", "\n")


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise StudioError(
            f"the project's description names a codebook since '{text}', which is no time. "
            "Write it like 2026-11-25T03:00:00Z, or remove the line."
        ) from None
    return moment.replace(tzinfo=moment.tzinfo or UTC)
