"""The project in Label Studio: found by title or id, made from the codebook, and kept in step with it."""

import difflib
import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from labeling.codebook_history import Revision, history_of, with_revision
from labeling.label_use import LabelUse, counted_use, dropped_labels
from labeling.studio_client import Raw, Studio
from labeling.studio_config import studio_config
from labeling.studio_guide import studio_guide
from standpoint.codebook import Codebook
from standpoint.errors import StudioError

SHOWN = {
    "show_instruction": True,
    "show_skip_button": True,
    "enable_empty_annotation": False,
    "show_collab_predictions": True,
    "evaluate_predictions_automatically": False,
    "sampling": "Sequential sampling",
}
"""Settings that are the same for every project; tasks come in the order they were pushed in."""

DEFAULT_ANSWERS = 2
"""After how many answers a task of a new project is shown no more."""


@dataclass(frozen=True, slots=True)
class SetUp:
    """What was done to a project; `changed` names the settings that are not what they were, `notes` what to know."""

    project_id: int
    title: str
    codebook: str
    created: bool
    changed: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def setup_project(
    studio: Studio,
    codebook: Codebook,
    *,
    title: str | None = None,
    now: datetime,
    maximum_annotations: int | None = None,
) -> SetUp:
    """Create the project or bring it in step with the codebook; a second run changes nothing.

    `title`: the project's title or id, by default the codebook's English name. `now`: when the codebook comes into
    force, if it is not yet. `maximum_annotations`: after how many answers a task is shown no more; None leaves that
    as it is, or 2 in a new project.

    Raises:
        StudioError: the project is another codebook's or nobody's, or an actor that is gone has answers.
    """
    name = title or codebook.name.en
    found = find_project(studio, name)
    if found is None:
        return _created(studio, codebook, name, now, maximum_annotations or DEFAULT_ANSWERS)
    check_belongs(found, codebook)
    description = with_revision(found["description"] or "", Revision(codebook.reference, now))
    wanted = wanted_settings(codebook) | {"description": description}
    if maximum_annotations is not None:
        wanted["maximum_annotations"] = maximum_annotations
    uses = _checked_uses(studio, found, codebook)
    changes = {name: wanted[name] for name in differing(found, wanted)}
    after = studio.update_project(found["id"], changes) if changes else found
    changed = differing(found, {name: after[name] for name in changes})
    notes = [use.note() for use in uses]
    if "label_config" in changed and found["task_number"]:
        notes.append("the codebook changed: push the articles again, which brings the tasks' lists of actors in step")
    return SetUp(found["id"], found["title"], codebook.reference, False, changed, tuple(notes))


def find_project(studio: Studio, name: str) -> Raw | None:
    """Return the project of a title, or of an id; None where there is none.

    Raises:
        StudioError: several have the title; the message lists their ids.
    """
    titles = studio.projects()
    found = [number for number, title in titles.items() if title == name]
    if not found and name.isdecimal() and int(name) in titles:
        found = [int(name)]
    if len(found) > 1:
        ids = ", ".join(map(str, sorted(found)))
        raise StudioError(
            f"{studio.url}: {len(found)} projects have the title '{name}' (ids {ids}). Use --project {found[0]}."
        )
    return studio.project(found[0]) if found else None


def project_of(studio: Studio, codebook: Codebook, name: str | None) -> Raw:
    """Return the project, by default the one of the codebook's English name, if the codebook is in force there.

    Raises:
        StudioError: there is none, it is another codebook's, or it was set up from another revision.
    """
    wanted = name or codebook.name.en
    project = find_project(studio, wanted)
    if project is None:
        titles = list(studio.projects().values())
        close = difflib.get_close_matches(wanted, titles, n=1, cutoff=0.6)
        hint = f"; did you mean '{close[0]}'?" if close else "."
        raise StudioError(
            f"{studio.url}: no project '{wanted}' ({', '.join(titles) or 'there is none at all'}){hint} "
            "Make it with `standpoint label setup`."
        )
    check_belongs(project, codebook)
    return project


def check_in_force(project: Raw, codebook: Codebook) -> None:
    """Check that annotators of the project are asked by this revision of the codebook.

    Raises:
        StudioError: the project was set up from another one.
    """
    revision = history_of(project["description"] or "")[-1]
    if revision.reference != codebook.reference:
        raise StudioError(
            f"project '{project['title']}' asks by '{revision.reference}', but the codebook is now "
            f"'{codebook.reference}'. Run `standpoint label setup` first."
        )


def check_belongs(project: Raw, codebook: Codebook) -> None:
    """Check that the project was made from this codebook, in whatever revision.

    Raises:
        StudioError: it was made from another codebook or by somebody else.
    """
    history = history_of(project["description"] or "")
    owner = history[-1].reference.rpartition("@")[0] if history else None
    if owner != codebook.id:
        whose = f"is for codebook '{owner}', not '{codebook.id}'" if owner else "was not made by Standpoint"
        raise StudioError(
            f"project '{project['title']}' (id {project['id']}) {whose}. Name another one with --project; "
            "a title that is not there yet makes a new project."
        )


def wanted_settings(codebook: Codebook) -> dict[str, object]:
    """Return the settings that the codebook asks for."""
    return SHOWN | {"label_config": studio_config(codebook), "expert_instruction": studio_guide(codebook)}


def differing(project: Mapping[str, object], wanted: Mapping[str, object]) -> tuple[str, ...]:
    """Return the names of the settings that are not as wanted; of the guide only the words count."""
    return tuple(name for name, value in wanted.items() if _essence(name, project.get(name)) != _essence(name, value))


def _created(studio: Studio, codebook: Codebook, title: str, now: datetime, maximum_annotations: int) -> SetUp:
    if title.isdecimal():
        raise StudioError(f"{studio.url}: no project has the id {title}. Give a title to make a new project.")
    if not 3 <= len(title) <= 50:
        raise StudioError(f"'{title}' has {len(title)} characters; Label Studio takes 3 to 50. Use --project.")
    description = with_revision("", Revision(codebook.reference, now))
    settings = wanted_settings(codebook) | {"title": title, "description": description}
    project = studio.create_project(settings | {"maximum_annotations": maximum_annotations})
    return SetUp(project["id"], title, codebook.reference, created=True)


def _checked_uses(studio: Studio, project: Raw, codebook: Codebook) -> list[LabelUse]:
    """Return the uses of labels that leave the interface.

    Raises:
        StudioError: a whole control would leave it, which the server refuses.
    """
    dropped = dropped_labels(project.get("parsed_label_config") or {}, codebook)
    uses = counted_use(studio.answered_tasks(project["id"]), dropped, codebook) if dropped else []
    for use in uses:
        if use.takes_control:
            raise StudioError(
                f"actor '{use.label}' is no longer in the codebook, but {use.n_answers} answers in project "
                f"'{project['title']}' give it a stance, and Label Studio keeps a question that has answers. "
                "Leave the actor in the codebook, or make a new project with --project."
            )
    return uses


def _essence(name: str, value: object) -> object:
    """Return what counts of a setting: the server rewrites the guide's HTML and the description's line ends."""
    if name == "expert_instruction":
        return html.unescape(re.sub(r"<[^>]*>", " ", str(value))).split()
    return str(value).replace("\r\n", "\n").strip() if name == "description" else value
