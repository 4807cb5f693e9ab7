"""The explorer's form: what a browser sends from the page, read only where it is that page's own."""

from dataclasses import dataclass
from urllib.parse import unquote_to_bytes, urlsplit

from starlette.requests import Request

from serving.problems import ProblemError

_MOST_FIELDS = 10


@dataclass(frozen=True)
class Asked:
    """The article that is asked about; `sample` is its name where it is one of ours."""

    title: str = ""
    body: str = ""
    sample: str = ""


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
        """Return the article in the form; a title has one line."""
        return Asked(" ".join(self.text("title").split("\n")), self.text("body"))


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
