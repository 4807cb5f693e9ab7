"""Pulling: what annotators answered in Label Studio into one file that a later pull only brings up to date."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from labeling.codebook_history import history_of
from labeling.pull_state import PullState, digest_of, read_state, write_state
from labeling.pulled import Pulled, fetched_tasks
from labeling.studio_annotation import Answers, Context, Quarantined, annotator_names, answers_of
from standpoint.annotation import Annotation, annotation_from_json
from standpoint.codebook import Codebook
from standpoint.errors import InputError, StudioError
from standpoint.jsonl import read_jsonl, write_jsonl

OVERLAP = timedelta(minutes=1)
"""How far before the last change it saw a pull looks again: changes may come to light later than they are dated."""

BATCH = 100
"""How many tasks are exported, and held in memory, at a time."""


class Source(Protocol):
    """What a pull asks of the server; `labeling.studio_client.Studio` is one."""

    @property
    def url(self) -> str:
        """The server's address, without name or password."""

    def project(self, project_id: int) -> dict[str, Any]:
        """Return a project with its settings and counts."""

    def users(self) -> dict[int, str]:
        """Return the e-mail address of every account."""

    def task_times(self, project_id: int, *, updated_since: str | None, answered: bool) -> Iterator[tuple[int, str]]:
        """Yield id and time of the last change of tasks."""

    def exported_tasks(self, project_id: int, ids: Collection[int]) -> Sequence[dict[str, Any]]:
        """Return the answered ones of some tasks, each answer with the prediction that was shown."""


@dataclass(frozen=True, slots=True)
class PullReport:
    """What a pull did, and what the file then holds.

    `why_full` is None where only changed tasks were fetched. `n_new`, `n_changed` and `n_removed` are against the last
    pull, `n_moved` counts re-anchored spans in the `n_tasks` that were fetched; all else is of the whole file.
    `backup`: where a file that no pull of this project had written was moved.
    """

    why_full: str | None
    n_tasks: int
    n_new: int
    n_changed: int
    n_removed: int
    n_moved: int
    annotations: tuple[Annotation, ...]
    quarantined: Mapping[str, int]
    backup: Path | None


def quarantine_path(out: Path) -> Path:
    """Return where what is no annotation is kept: `NAME.quarantine.jsonl` beside the annotations."""
    return out.with_name(f"{out.stem}.quarantine.jsonl")


def state_path(out: Path) -> Path:
    """Return where a pull remembers how far it came: `NAME.pull.json` beside the annotations."""
    return out.with_name(f"{out.stem}.pull.json")


def unknown_labels(annotations: Iterable[Annotation], codebook: Codebook) -> Counter[str]:
    """Count the annotations that hold a label which the codebook does not have, by label."""
    known = {
        "frame": codebook.frame_ids,
        "actor": codebook.actor_ids,
        "stance": codebook.stance_ids,
        "evidence label": codebook.frame_ids + codebook.actor_ids,
    }
    counts: Counter[str] = Counter()
    for one in annotations:
        used = {
            "frame": one.frames,
            "actor": one.stances.keys(),
            "stance": set(one.stances.values()),
            "evidence label": {item.label for item in one.evidence},
        }
        counts.update(
            f"{kind} '{label}'" for kind, labels in used.items() for label in labels if label not in known[kind]
        )
    return counts


def pull(source: Source, project_id: int, *, out: Path, full: bool = False, tell: Callable[[str], None]) -> PullReport:
    """Bring the annotations in `out` and the quarantine beside it up to date with the project.

    Only tasks that changed since the last pull are fetched, unless `full`, or the last pull was of another project or
    codebook history, or its files are not as it left them, or answers disappeared; the files are the same either way,
    sorted by article and annotator. `tell` is told how far it is.

    Raises:
        StudioError: the server does not answer, or the project was not set up by Standpoint; the old files stay.
        InputError: a file cannot be written.
    """
    ground, context = _ground(source, project_id)
    state = read_state(state_path(out))
    before = _left(out, state)
    why_full = "it was asked for" if full else _why_full(state, ground, is_intact=before is not None)
    before = before or Pulled()
    if why_full is None:
        fetched = _fetched(source, project_id, context, after=before.watermark, tell=tell)
        after = before.updated_by(fetched)
        why_full = before.shortfall(fetched, n_answers=_n_answers(source.project(project_id)))
    if why_full is not None:
        fetched = _fetched(source, project_id, context, after=None, tell=tell)
        after = Pulled().updated_by(fetched)
    is_ours = state is not None and digest_of(out) == state.written.get(out.name) and _same_project(state, ground)
    backup = None if is_ours or not out.is_file() else _moved(out)
    _write(out, after, ground)
    return _report(before, after, fetched, why_full=why_full, backup=backup)


def _ground(source: Source, project_id: int) -> tuple[dict[str, Any], Context]:
    """Return what all annotations of a project depend on, as plain JSON and as it is used."""
    project, names = source.project(project_id), annotator_names(source.users())
    history = history_of(project.get("description") or "")
    if not history:
        raise StudioError(
            f"{source.url}: project {project_id} does not say by which codebook it is annotated. "
            "Run `standpoint label setup` first."
        )
    plain = {
        "server": source.url,
        "project": project_id,
        "project_created": project.get("created_at"),
        "annotators": {str(id): name for id, name in names.items()},
        "codebooks": [revision.to_line() for revision in history],
    }
    return plain, Context(names, history)


def _left(out: Path, state: PullState | None) -> Pulled | None:
    """Read what the last pull left; None where there was none, or a file is not as it left it."""
    if state is None or any(digest_of(out.with_name(name)) != known for name, known in state.written.items()):
        return None
    aside = quarantine_path(out)
    return Pulled(
        watermark=state.watermark,
        tasks=state.tasks,
        annotations=tuple(read_jsonl(out, annotation_from_json)),
        quarantined=tuple(read_jsonl(aside, lambda value: Quarantined(**value))) if aside.exists() else (),
    )


def _why_full(state: PullState | None, ground: Mapping[str, Any], *, is_intact: bool) -> str | None:
    if state is None or state.watermark is None:
        return "there was none before"
    if not is_intact:
        return "the files are not as the last pull left them"
    return None if state.ground == ground else "the project, its annotators or its codebook changed"


def _same_project(state: PullState, ground: Mapping[str, Any]) -> bool:
    return all(state.ground.get(name) == ground[name] for name in ("server", "project", "project_created"))


def _fetched(
    source: Source, project_id: int, context: Context, *, after: str | None, tell: Callable[[str], None]
) -> Pulled:
    """Fetch the tasks that changed about a watermark or later, or all answered ones."""
    since = after and (datetime.fromisoformat(after) - OVERLAP).isoformat()
    changes = dict(source.task_times(project_id, updated_since=since, answered=since is None))
    return fetched_tasks(changes, _answers(source, project_id, context, ids=sorted(changes), tell=tell))


def _answers(
    source: Source, project_id: int, context: Context, *, ids: Sequence[int], tell: Callable[[str], None]
) -> Iterator[Answers]:
    for begin in range(0, len(ids), BATCH):
        tell(f"{begin:,} of {len(ids):,} tasks")
        for task in source.exported_tasks(project_id, ids[begin : begin + BATCH]):
            yield answers_of(task, context)


def _n_answers(project: Mapping[str, Any]) -> int:
    return int(project["total_annotations_number"]) + int(project["skipped_annotations_number"])


def _write(out: Path, pulled: Pulled, ground: Mapping[str, Any]) -> None:
    """Write annotations, quarantine and, last, what the next pull needs to know."""
    aside = quarantine_path(out)
    write_jsonl(out, (one.to_json() for one in pulled.annotations))
    if pulled.quarantined:
        write_jsonl(aside, (item.to_json() for item in pulled.quarantined))
    else:
        aside.unlink(missing_ok=True)
    written = {path.name: digest_of(path) for path in (out, aside)}
    write_state(state_path(out), PullState(ground, pulled.watermark, pulled.tasks, written))


def _moved(path: Path) -> Path:
    """Give a file the name of a backup and return that."""
    try:
        return path.replace(path.with_name(f"{path.name}.bak"))
    except OSError as error:
        raise InputError(f"{path}: cannot be moved ({error.strerror}). Choose another name.") from error


def _report(before: Pulled, after: Pulled, fetched: Pulled, *, why_full: str | None, backup: Path | None) -> PullReport:
    old, new = ({(one.article_id, one.annotator): one for one in pulled.annotations} for pulled in (before, after))
    return PullReport(
        why_full=why_full,
        n_tasks=len(fetched.tasks),
        n_new=len(new.keys() - old.keys()),
        n_changed=sum(old[key] != new[key] for key in old.keys() & new.keys()),
        n_removed=len(old.keys() - new.keys()),
        n_moved=fetched.n_moved,
        annotations=after.annotations,
        quarantined=Counter(item.reason for item in after.quarantined),
        backup=backup,
    )
