"""The codebook: which frames, actors and stances are annotated, and what they mean."""

import hashlib
import json
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, Literal

Kind = Literal["positive", "negative", "borderline"]


@dataclass(frozen=True)
class Words:
    """The same words in English and Chinese."""

    en: str
    zh: str

    def in_language(self, language: str) -> str:
        """Return the Chinese words for 'zh', the English ones for any other language."""
        return self.zh if language == "zh" else self.en


@dataclass(frozen=True)
class Rules:
    """Rules for annotators in English and Chinese, in the same order."""

    en: tuple[str, ...] = ()
    zh: tuple[str, ...] = ()


@dataclass(frozen=True)
class Example:
    """A short text that shows a frame, shows its absence, or lies on its border."""

    language: str
    kind: Kind
    present: bool
    text: str
    note: str | None = None


@dataclass(frozen=True)
class Frame:
    """One way of telling the story that an article may use."""

    id: str
    name: Words
    definition: Words
    include: Rules = Rules()
    exclude: Rules = Rules()
    examples: tuple[Example, ...] = ()


@dataclass(frozen=True)
class Alias:
    """A name an actor goes by; it does not match inside the longer names of `not_in`.

    With `match_case` it matches only as it is written: for `Critical Metals`, a company, beside critical metals.
    """

    text: str
    not_in: tuple[str, ...] = ()
    match_case: bool = False


@dataclass(frozen=True)
class Actor:
    """A country, body or company that articles take a stance toward."""

    id: str
    name: Words
    aliases: tuple[Alias, ...]
    definition: Words = Words("", "")


@dataclass(frozen=True)
class StanceLabel:
    """One point of the stance scale."""

    id: str
    name: Words
    definition: Words = Words("", "")


DEFAULT_STANCES = (
    StanceLabel("critical", Words("critical", "批评")),
    StanceLabel("neutral", Words("neutral", "中立")),
    StanceLabel("supportive", Words("supportive", "支持")),
)


@dataclass(frozen=True)
class Codebook:
    """Frames, actors and the stance scale, passed to whatever depends on them."""

    id: str
    name: Words
    frames: tuple[Frame, ...] = ()
    actors: tuple[Actor, ...] = ()
    stances: tuple[StanceLabel, ...] = DEFAULT_STANCES
    description: Words = Words("", "")
    stance_description: Words = Words("", "")

    @property
    def frame_ids(self) -> tuple[str, ...]:
        """The frames' ids in the codebook's order."""
        return tuple(frame.id for frame in self.frames)

    @property
    def actor_ids(self) -> tuple[str, ...]:
        """The actors' ids in the codebook's order."""
        return tuple(actor.id for actor in self.actors)

    @property
    def stance_ids(self) -> tuple[str, ...]:
        """The stance labels' ids in the codebook's order."""
        return tuple(stance.id for stance in self.stances)

    @cached_property
    def fingerprint(self) -> str:
        """Hash of what annotators are asked (8 hex digits).

        Layout, order of keys and the actors' aliases do not change it: aliases only help to find
        an actor, so that adding one does not make earlier annotations stale.
        """
        meaning = self.to_json()
        for actor in meaning["actors"]:
            del actor["aliases"]
        canonical = json.dumps(_squeezed(meaning), ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(canonical.encode()).hexdigest()[:8]

    @property
    def reference(self) -> str:
        """Id and fingerprint, as annotations and models record them: `rare-earths@9f2c41d0`."""
        return f"{self.id}@{self.fingerprint}"

    def to_json(self) -> dict[str, Any]:
        """Return the whole codebook as plain JSON; `codebook_from_json` reads it back."""
        plain: dict[str, Any] = json.loads(json.dumps(asdict(self)))
        return plain


def _squeezed(value: Any) -> Any:  # noqa: ANN401 - walks plain JSON
    """Return the value with runs of white space in its texts made one space."""
    if isinstance(value, str):
        return " ".join(value.split())
    if isinstance(value, list):
        return [_squeezed(item) for item in value]
    if isinstance(value, dict):
        return {key: _squeezed(item) for key, item in value.items()}
    return value
