"""The codebook file: a TOML file (or the same content as JSON) turned into a `Codebook`."""

import re
import tomllib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar, cast

from standpoint.codebook import (
    DEFAULT_STANCES,
    Actor,
    Alias,
    Codebook,
    Example,
    Frame,
    Kind,
    Rules,
    StanceLabel,
    Words,
)
from standpoint.errors import CodebookError, InputError, at
from standpoint.fields import Fields

FORMAT = 1

Entry = TypeVar("Entry")

_ID = re.compile(r"[a-z][a-z0-9_-]*")
_KINDS = ("positive", "negative", "borderline")


def load_codebook(path: Path) -> Codebook:
    """Read a codebook from a TOML file.

    Raises:
        InputError: the file cannot be read.
        CodebookError: it is not valid TOML, or lacks or repeats something; the message names the file and the entry.
    """
    try:
        content = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}). Check the path.") from error
    except UnicodeDecodeError as error:
        raise CodebookError(f"{path}: byte {error.start} is not UTF-8. Save the file as UTF-8.") from None
    except tomllib.TOMLDecodeError as error:
        raise CodebookError(f"{path}: not valid TOML: {error}. Mend that line and check again.") from None
    try:
        return _from_toml(content)
    except InputError as error:
        raise CodebookError(f"{path}: {error}") from None


def codebook_from_json(value: Any) -> Codebook:  # noqa: ANN401 - parsed JSON may be anything
    """Read a codebook back from `Codebook.to_json`.

    Raises:
        CodebookError: something is missing or of the wrong type.
    """
    fields = Fields(value)
    try:
        return _checked(
            Codebook(
                id=fields.text("id"),
                name=_words(fields, "name"),
                frames=_entries("frame", fields.items("frames"), _frame),
                actors=_entries("actor", fields.items("actors"), _actor),
                stances=_entries("stance", fields.items("stances"), _stance),
                description=_words(fields, "description"),
                stance_description=_words(fields, "stance_description"),
            )
        )
    except CodebookError:
        raise
    except InputError as error:
        raise CodebookError(str(error)) from None


def _from_toml(content: dict[str, Any]) -> Codebook:
    fields = Fields(content)
    if content.get("format", FORMAT) != FORMAT:
        raise CodebookError(f"format {content['format']} is not known. This version reads format {FORMAT}.")
    unknown_keys = sorted(set(content) - {"format", "id", "name", "description", "stance", "frame", "actor"})
    if unknown_keys:
        raise CodebookError(f"key '{unknown_keys[0]}' is not known. Frames are [[frame]], actors are [[actor]].")
    stance = Fields(fields.mapping("stance"))
    stance.only("[stance]", "description", "label")
    return _checked(
        Codebook(
            id=fields.text("id"),
            name=_words(fields, "name"),
            frames=_entries("frame", fields.items("frame"), _frame),
            actors=_entries("actor", fields.items("actor"), _actor),
            stances=_entries("stance", stance.items("label"), _stance) or DEFAULT_STANCES,
            description=_words(fields, "description"),
            stance_description=_words(stance, "description"),
        )
    )


def _checked(codebook: Codebook) -> Codebook:
    for kind, ids in (
        ("frame", codebook.frame_ids),
        ("actor", codebook.actor_ids),
        ("stance", codebook.stance_ids),
    ):
        _check_ids(kind, ids)
    shared = sorted(set(codebook.frame_ids) & set(codebook.actor_ids))
    if shared:
        raise CodebookError(f"'{shared[0]}' is both a frame and an actor. Give one of them another id.")
    if not codebook.frames and not codebook.actors:
        raise CodebookError("it has neither frames nor actors. Add at least one [[frame]] or [[actor]].")
    if codebook.actors and len(codebook.stances) < 2:
        raise CodebookError("the stance scale needs at least two labels. Add [[stance.label]] entries.")
    return codebook


def _check_ids(kind: str, ids: Iterable[str]) -> None:
    seen: set[str] = set()
    for id in ids:
        if not _ID.fullmatch(id):
            raise CodebookError(
                f"{kind} id '{id}' is not valid. Use lower-case letters, digits, '_' and '-', a letter first."
            )
        if id in seen:
            raise CodebookError(f"{kind} '{id}' is defined twice. Remove or rename one.")
        seen.add(id)


def _entries(kind: str, values: list[Any], read: Callable[[Fields], Entry]) -> tuple[Entry, ...]:
    entries = []
    for number, value in enumerate(values, start=1):
        label = value.get("id", "without an id") if isinstance(value, dict) else "without an id"
        try:
            entries.append(read(Fields(value)))
        except InputError as error:
            raise at(f"{kind} {number} ({label})", error) from None
    return tuple(entries)


def _frame(fields: Fields) -> Frame:
    fields.only("a frame", "id", "name", "definition", "include", "exclude", "example", "examples")
    examples = fields.items("example") or fields.items("examples")
    return Frame(
        id=fields.text("id"),
        name=_words(fields, "name"),
        definition=_words(fields, "definition"),
        include=_rules(fields, "include"),
        exclude=_rules(fields, "exclude"),
        examples=_entries("example", examples, _example),
    )


def _example(fields: Fields) -> Example:
    fields.only("an example", "language", "kind", "present", "text", "note")
    kind = fields.text("kind")
    if kind not in _KINDS:
        raise CodebookError(f"kind '{kind}' is not one of {', '.join(_KINDS)}. Choose one of them.")
    present = fields.flag("present", default=kind == "positive")
    if kind != "borderline" and present != (kind == "positive"):
        raise CodebookError(f"a {kind} example cannot have present = {str(present).lower()}. Change one of the two.")
    return Example(
        language=fields.text("language"),
        kind=cast(Kind, kind),
        present=present,
        text=fields.text("text"),
        note=fields.optional_text("note"),
    )


def _actor(fields: Fields) -> Actor:
    fields.only("an actor", "id", "name", "definition", "aliases")
    aliases = tuple(_alias(value) for value in fields.items("aliases"))
    if not aliases:
        raise CodebookError('it has no aliases, so no article could mention it. Add aliases = ["..."].')
    return Actor(
        id=fields.text("id"),
        name=_words(fields, "name"),
        aliases=aliases,
        definition=_words(fields, "definition"),
    )


def _alias(value: Any) -> Alias:  # noqa: ANN401 - parsed TOML may be anything
    fields = Fields({"text": value} if isinstance(value, str) else value)
    fields.only("an alias", "text", "not_in", "match_case")
    text = fields.text("text")
    if not text.strip():
        raise CodebookError("an alias is empty. Remove it.")
    return Alias(text, fields.texts("not_in"), fields.flag("match_case", default=False))


def _stance(fields: Fields) -> StanceLabel:
    fields.only("a stance label", "id", "name", "definition")
    return StanceLabel(fields.text("id"), _words(fields, "name"), _words(fields, "definition"))


def _words(fields: Fields, name: str) -> Words:
    words = Fields(fields.mapping(name))
    words.only(f"'{name}'", "en", "zh")
    return Words(words.text("en", default="").strip(), words.text("zh", default="").strip())


def _rules(fields: Fields, name: str) -> Rules:
    rules = Fields(fields.mapping(name))
    rules.only(f"'{name}'", "en", "zh")
    return Rules(rules.texts("en"), rules.texts("zh"))
