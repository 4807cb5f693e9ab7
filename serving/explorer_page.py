"""The explorer page as HTML: filled in from its template, every text escaped, nothing from outside."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from serving.explorer_form import Asked
from serving.explorer_result import Result
from serving.explorer_words import WORDS
from standpoint.article import Article
from standpoint.codebook import Words

_TEMPLATES = Path(__file__).parent / "templates"
N_HUES = 8
"""Colours there are for frames; the style sheet names them `hue0` and so on."""


@dataclass(frozen=True)
class View:
    """What the page is to show; either a problem or a result or neither.

    `call` is the API call of the result; `samples` are the articles to pick from, `files` where its other files are.
    """

    language: str
    asked: Asked
    max_characters: int
    with_key: bool
    samples: Sequence[Article]
    files: Mapping[str, str]
    problem: str = ""
    result: Result | None = None
    call: str = ""


def explorer_page(view: View) -> str:
    """Return the page in the language of the view."""

    def say(name: str, **values: object) -> str:
        return WORDS[name].in_language(view.language).format(**values)

    def words(given: Words) -> str:
        return given.in_language(view.language)

    template = _environment().get_template("explorer.html")
    html = template.render(view=view, result=view.result, say=say, words=words, n_hues=N_HUES)
    return html.replace("\0", "\ufffd")  # HTML has no NUL; browsers put this in its place as well


def failure_page(request_id: str, files: Mapping[str, str]) -> str:
    """Return the page, in both languages, for a request on which the service itself failed."""
    return _environment().get_template("failure.html").render(words=WORDS, request_id=request_id, files=files)


@cache  # a template takes twenty times as long to compile as to fill in
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"percent": percent}
    return environment


def percent(proba: float) -> str:
    """Return a probability in per cent; only what is certain is 0 or 100.

    >>> [percent(proba) for proba in (0.0, 0.0004, 0.425, 0.9987)]
    ['0', '<1', '42', '>99']
    """
    if 0 < proba < 0.005:
        return "<1"
    return ">99" if 0.995 <= proba < 1 else f"{100 * proba:.0f}"
