"""The codebook check: what a codebook leaves open for annotators, and which aliases would mislead."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

from standpoint.codebook import Actor, Alias, Codebook, Frame, Kind, Rules, Words

Severity = Literal["error", "warning"]

EXAMPLES_WANTED: dict[Kind, int] = {"positive": 2, "negative": 1, "borderline": 1}
"""How many examples of each kind a frame needs in each language."""

_LANGUAGES = {"en": "English", "zh": "Chinese"}


@dataclass(frozen=True)
class Finding:
    """One thing to mend in a codebook: where it is, what is wrong and what to do."""

    severity: Severity
    place: str
    message: str


def check_codebook(codebook: Codebook) -> list[Finding]:
    """Return what should be mended: errors first, then warnings, each in the codebook's order.

    An error contradicts itself or does not do what it says; a warning leaves annotators or the search for
    mentions without something they need. A codebook in one language gets one warning for the other language.

    >>> from standpoint.codebook import Alias, Words
    >>> india = Actor("india", Words("India", "印度"), (Alias("India"), Alias("印")), Words("The state.", "国家。"))
    >>> finding = check_codebook(Codebook("demo", Words("Demo", "示例"), actors=(india,)))[-1]
    >>> print(f"{finding.severity}: {finding.place}: {finding.message}")
    warning: actor 'india': Alias '印' is a single character and matches too much. Use a longer name.
    """
    languages = _languages(codebook)
    findings = list(_in_codebook(codebook, languages))
    for frame in codebook.frames:
        findings += _in_frame(frame, languages)
    for actor in codebook.actors:
        findings += _in_actor(actor, languages)
    findings += _between_actors(codebook.actors)
    return sorted(findings, key=lambda finding: finding.severity != "error")


def _languages(codebook: Codebook) -> tuple[str, ...]:
    """Return the languages that any frame or actor has a name or definition in; both where none has."""
    entries: list[Frame | Actor] = [*codebook.frames, *codebook.actors]
    written = [words for entry in entries for words in (entry.name, entry.definition)]
    used = tuple(language for language in _LANGUAGES if any(words.in_language(language) for words in written))
    return used or tuple(_LANGUAGES)


def _in_codebook(codebook: Codebook, languages: tuple[str, ...]) -> Iterator[Finding]:
    for language in _LANGUAGES:
        if language not in languages:
            yield Finding(
                "warning",
                "codebook",
                f"Nothing is written in {_LANGUAGES[language]}. Translate it if such articles are to be annotated.",
            )
    yield from _missing("codebook", "name", codebook.name, languages)
    for what, words in (("description", codebook.description), ("stance description", codebook.stance_description)):
        if words != Words("", ""):
            yield from _missing("codebook", what, words, languages)
    for stance in codebook.stances if codebook.actors else ():
        yield from _missing(f"stance '{stance.id}'", "name", stance.name, languages)
        yield from _missing(f"stance '{stance.id}'", "definition", stance.definition, languages)


def _missing(place: str, what: str, words: Words, languages: tuple[str, ...]) -> Iterator[Finding]:
    missing = [language for language in languages if not words.in_language(language)]
    if missing:
        names = " or ".join(_LANGUAGES[language] for language in missing)
        keys = " and ".join(f"{what.replace(' ', '.')}.{language}" for language in missing)
        yield Finding("warning", place, f"There is no {what} in {names}. Write {keys}.")


def _in_frame(frame: Frame, languages: tuple[str, ...]) -> Iterator[Finding]:
    place = f"frame '{frame.id}'"
    yield from _missing(place, "name", frame.name, languages)
    yield from _missing(place, "definition", frame.definition, languages)
    if len(languages) == len(_LANGUAGES):
        yield from _unbalanced(place, "include", frame.include)
        yield from _unbalanced(place, "exclude", frame.exclude)
    for language in languages:
        yield from _too_few_examples(place, frame, language)
    yield from _poor_examples(place, frame)


def _unbalanced(place: str, what: str, rules: Rules) -> Iterator[Finding]:
    if len(rules.en) != len(rules.zh):
        counts = f"{len(rules.en)} in English and {len(rules.zh)} in Chinese"
        yield Finding(
            "warning", place, f"The {what} rules differ in number: {counts}. Translate those that are missing."
        )


def _too_few_examples(place: str, frame: Frame, language: str) -> Iterator[Finding]:
    counts = Counter(example.kind for example in frame.examples if example.language == language)
    lacking = [f"{wanted - counts[kind]} {kind}" for kind, wanted in EXAMPLES_WANTED.items() if counts[kind] < wanted]
    if lacking:
        yield Finding("warning", place, f"Too few examples in {_LANGUAGES[language]}. Add {', '.join(lacking)}.")


def _poor_examples(place: str, frame: Frame) -> Iterator[Finding]:
    answers: dict[str, bool] = {}
    for number, example in enumerate(frame.examples, start=1):
        where = f"{place}, example {number}"
        if example.language not in _LANGUAGES:
            yield Finding("error", where, f"Language '{example.language}' is not known. Write en or zh.")
        if example.kind != "positive" and not example.note:
            yield Finding("warning", where, f"A {example.kind} example needs its reason. Add a note.")
        text = " ".join(example.text.split())
        if text not in answers:
            answers[text] = example.present
        elif answers[text] == example.present:
            yield Finding("warning", where, "The same text is an example already. Remove one.")
        else:
            yield Finding("error", where, "The same text is an example with the opposite answer. Remove one.")


def _in_actor(actor: Actor, languages: tuple[str, ...]) -> Iterator[Finding]:
    place = f"actor '{actor.id}'"
    yield from _missing(place, "name", actor.name, languages)
    yield from _missing(place, "definition", actor.definition, languages)
    if len(languages) == len(_LANGUAGES):
        yield from _one_script(place, actor)
    yield from _repeated_aliases(place, actor)
    for alias in actor.aliases:
        yield from _in_alias(place, alias)


def _one_script(place: str, actor: Actor) -> Iterator[Finding]:
    scripts = {any(_is_wide(character) for character in alias.text) for alias in actor.aliases}
    if len(scripts) == 1:
        lacking, articles = ("Latin", "English") if scripts == {True} else ("Chinese", "Chinese")
        yield Finding("warning", place, f"No alias is in {lacking} script. Add those that {articles} articles use.")


def _repeated_aliases(place: str, actor: Actor) -> Iterator[Finding]:
    same: dict[str, list[str]] = {}
    for alias in actor.aliases:
        is_cased = alias.match_case or alias.text.isupper()  # such a name matches only as it is written
        same.setdefault(alias.text if is_cased else alias.text.casefold(), []).append(f"'{alias.text}'")
    for texts in same.values():
        if len(texts) > 1:
            yield Finding("warning", place, f"An alias is repeated: {', '.join(texts)}. Keep one.")


def _in_alias(place: str, alias: Alias) -> Iterator[Finding]:
    if len(alias.text) == 1:
        message = f"Alias '{alias.text}' is a single character and matches too much. Use a longer name."
        yield Finding("warning", place, message)
    for longer in alias.not_in:
        if alias.text.casefold() not in _names_inside(longer.casefold()):
            message = (
                f"'{longer}' in not_in has no effect, as '{alias.text}' is not a name inside it. Mend or remove it."
            )
            yield Finding("error", place, message)


def _between_actors(actors: Iterable[Actor]) -> Iterator[Finding]:
    owners: dict[str, dict[str, Alias]] = {}
    for actor in actors:
        for alias in actor.aliases:
            owners.setdefault(alias.text.casefold(), {})[actor.id] = alias
    for folded, claims in owners.items():
        yield from _claimed_twice(claims)
        yield from _inside_another(folded, claims, owners)


def _claimed_twice(claims: dict[str, Alias]) -> Iterator[Finding]:
    if len(claims) > 1:
        places = " and ".join(f"actor '{actor}'" for actor in claims)
        text = next(iter(claims.values())).text
        yield Finding("error", places, f"Alias '{text}' is claimed by each of them. Leave it to one.")


def _inside_another(folded: str, claims: dict[str, Alias], owners: dict[str, dict[str, Alias]]) -> Iterator[Finding]:
    """Warn of other actors' aliases inside an alias, unless their `not_in` shows that this is known."""
    for name in sorted(_names_inside(folded)):
        for shorter_actor, shorter in owners.get(name, {}).items():
            known = shorter_actor in claims or folded in (longer.casefold() for longer in shorter.not_in)
            if not known:
                actor, alias = next(iter(claims.items()))
                position = "begins with" if folded.startswith(name) else "contains"
                yield Finding(
                    "warning",
                    f"actor '{actor}'",
                    f"Alias '{alias.text}' {position} '{shorter.text}' of actor '{shorter_actor}'; the longer name "
                    f"wins. If that is meant, list it in the not_in of '{shorter.text}'.",
                )


def _names_inside(text: str) -> set[str]:
    """Return the shorter texts inside a text that could match there as names: whole words in Latin script."""
    return {
        text[start:end]
        for start, end in combinations(range(len(text) + 1), 2)
        if end - start < len(text) and not _splits_word(text, start) and not _splits_word(text, end)
    }


def _splits_word(text: str, position: int) -> bool:
    around = text[max(0, position - 1) : position + 1]
    return 0 < position < len(text) and all(letter.isalnum() and not _is_wide(letter) for letter in around)


def _is_wide(character: str) -> bool:
    return character >= "\u2e80"
