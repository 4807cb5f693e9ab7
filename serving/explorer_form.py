"""The explorer's form: what a browser sends from the page, read only where it is that page's own."""

import re
from collections.abc import Container
from dataclasses import dataclass
from itertools import count
from urllib.parse import unquote_to_bytes, urlsplit

from starlette.requests import Request

from serving.api_records import LONGEST_NAME, MOST_NAMES
from serving.problems import ProblemError
from standpoint.codebook import Actor, Alias, Words

_COMMA = re.compile("[,，、]")
_MOST_FIELDS = 10


@dataclass(frozen=True)
class Asked:
    """The article that is asked about, and the other actors to look for, a line each.

    `sample` is the article's name where it is one of ours.
    """

    title: str = ""
    body: str = ""
    sample: str = ""
    actors: str = ""


class FormError(ProblemError):
    """Something wrong in what was filled in; `values` fill the page's words for it."""

    def __init__(self, name: str, detail: str, **values: int) -> None:
        super().__init__(422, name, detail)
        self.values = {key: f"{value:,}" for key, value in values.items()}


class Form:
    """The fields of a form; each is decoded when it is asked for."""

    def __init__(self, body: bytes) -> None:
        pairs = [item.partition(b"=") for item in body.split(b"&", _MOST_FIELDS)]
        self._fields = {name: value for name, _, value in reversed(pairs)}

    def text(self, name: str) -> str:
        r"""Return a field as text, line ends as in the text area: browsers send each as CR LF; empty where absent.

        >>> Form(b"title=a+%E7%A8%80&body=1%0D%0A2").text("body")
        '1\n2'
        """
        encoded = self._fields.get(name.encode(), b"").replace(b"+", b" ")
        text = unquote_to_bytes(encoded).decode("utf-8", "replace")
        return text.replace("\r\n", "\n").replace("\r", "\n")

    def asked(self) -> Asked:
        """Return what is filled in; a title has one line."""
        return Asked(" ".join(self.text("title").split("\n")), self.text("body"), actors=self.text("actors"))


def other_actors(lines: str, *, most: int, taken: Container[str]) -> tuple[Actor, ...]:
    r"""Return the actors in the form, one a line, its names with commas between; their ids are none that are taken.

    Raises:
        FormError: there are more than `most`, or one has too many names or too long a name.

    >>> [(actor.id, [name.text for name in actor.aliases]) for actor in other_actors("A\n\nB、乙", most=2, taken=())]
    [('other-1', ['A']), ('other-2', ['B', '乙'])]
    """
    limit = most * MOST_NAMES * (LONGEST_NAME + 1)
    if len(lines) > limit:
        raise _too_much(lines.count("\n", 0, limit) + 1, most)
    ids = (id for id in map("other-{}".format, count(1)) if id not in taken)
    actors: list[Actor] = []
    for number, line in enumerate(lines.split("\n"), start=1):
        names = [name for name in map(str.strip, _COMMA.split(line)) if name]
        if not names:
            continue
        if len(actors) == most or len(names) > MOST_NAMES or max(map(len, names)) > LONGEST_NAME:
            raise _too_much(number, most)
        actors.append(Actor(next(ids), Words(names[0], names[0]), tuple(map(Alias, names))))
    return tuple(actors)


def _too_much(line: int, most: int) -> FormError:
    limits = {"actors": most, "names": MOST_NAMES, "characters": LONGEST_NAME}
    return FormError("wrong-actors", f"Line {line} of the other actors is too much.", line=line, **limits)


def own_form_only(request: Request) -> None:
    """Let a form in that was sent from this service's own page, so that no other page spends its time.

    Browsers say where a request comes from; whoever is no browser may say nothing.

    Raises:
        ProblemError: 403, it was sent from elsewhere; 415, it is no form.
    """
    headers = request.headers
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    is_own = site in ("same-origin", "none") if site else origin is None or _host(origin) == headers.get("host")
    if not is_own:
        raise ProblemError(403, "from-elsewhere", "The form was sent from another page. Open this service's own.")
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/x-www-form-urlencoded":
        raise ProblemError(415, "not-a-form", "Only the page's form is read here. Programs use POST /v1/predict.")


def _host(origin: str) -> str:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""
