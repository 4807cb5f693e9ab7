"""The calls of the usual way: what is read, and beside whose name, to find the stance toward an actor of an article."""

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.asked_articles import Asked
from models.targets import Scene, Target, mentions_by_sentence
from standpoint.sentences import Span, sentences
from training.gold import Gold

WAYS = ("first_sentence", "every_sentence", "whole_article")
"""A stance is read off the first sentence that names the actor, off each that does, or off the article's beginning."""

HEADLINE = "every_sentence"
"""The way that reads all that is said of an actor, as one pass does."""


@dataclass(frozen=True, slots=True)
class Call:
    """A text and a name beside it; `question` numbers the actor, counted over all articles."""

    question: int
    text: str
    name: str


def calls(asked: Sequence[Asked], way: str) -> list[Call]:
    """Return the calls of one of `WAYS`, at least one for each actor; the name is the actor's in that text."""
    found: list[Call] = []
    question = 0
    for one in asked:
        scene = Scene(one.article.text, tuple(sentences(one.article.text)))
        for target in one.targets:
            for text, name in _texts(scene, target, way):
                found.append(Call(question, scene.text[slice(*text)].strip(), scene.text[slice(*name)]))
            question += 1
    return found


def gold_calls(gold: Gold) -> list[Call]:
    """Return one call for each of gold's questions: its whole text."""
    return [Call(number, one.scene.text.strip(), one.target.names[0]) for number, one in enumerate(gold.questions)]


def _texts(scene: Scene, target: Target, way: str) -> list[tuple[Span, Span]]:
    """Return the spans that are read, each with that of the name."""
    whole = [((0, len(scene.text)), target.mentions[0])]
    if way == "whole_article":
        return whole
    naming = [(span, mentions[0]) for span, mentions in mentions_by_sentence(scene, target)] or whole
    return naming[:1] if way == "first_sentence" else naming
