"""An article: one piece of news as Standpoint reads, stores and scores it."""

import hashlib
import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from standpoint.errors import RecordError
from standpoint.fields import Fields

LANGUAGES = ("zh", "en", "mixed")

# Written twice, for `re` passes over what cannot begin a match three times as fast if the first part does not repeat.
_HAN = r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003134f]"
_HAN_RUN = re.compile(f"{_HAN}{_HAN}*")
_LATIN_WORD = re.compile(r"[A-Za-z][A-Za-z]*")
_HAN_PER_WORD = 1.6


@dataclass(frozen=True, slots=True)
class Article:
    """One piece of news.

    Every offset in Standpoint is a Python code-point offset into `text`, end exclusive.
    `published` is an ISO 8601 date or date and time; `story` names the group of near-copies
    the article belongs to (None: not grouped yet).
    """

    id: str
    title: str
    body: str
    source: str | None = None
    published: str | None = None
    url: str | None = None
    language: str = "en"
    story: str | None = None

    def __post_init__(self) -> None:
        """Check the parts that other rooms rely on."""
        if not self.id:
            raise RecordError("an article needs an id. Leave the field out to have one made from its content.")
        if self.language not in LANGUAGES:
            raise RecordError(
                f"language '{self.language}' is not one of {', '.join(LANGUAGES)}. Leave it out to have it detected."
            )
        if self.published is not None:
            _parsed(self.published)

    @property
    def text(self) -> str:
        """The title, a blank line, the body: what every offset counts in."""
        return f"{self.title}\n\n{self.body}"

    @property
    def day(self) -> date | None:
        """The day of publication, or None where it is not known."""
        return None if self.published is None else _parsed(self.published).date()

    def to_json(self) -> dict[str, Any]:
        """Return the record as it is written to JSON Lines."""
        return {
            "id": self.id,
            "title": self.title,
            "body": self.body,
            "source": self.source,
            "published": self.published,
            "url": self.url,
            "language": self.language,
            "story": self.story,
        }


def article_from_json(value: Any) -> Article:  # noqa: ANN401 - parsed JSON may be anything
    """Read an article; id and language are derived from the content where absent.

    Raises:
        RecordError: a field has the wrong type, or title and body are both empty.
    """
    fields = Fields(value)
    title, body = fields.text("title", default=""), fields.text("body", default="")
    return make_article(
        title,
        body,
        id=_identifier(value.get("id")),
        source=fields.optional_text("source"),
        published=fields.optional_text("published"),
        url=fields.optional_text("url"),
        language=fields.optional_text("language"),
        story=_identifier(value.get("story")),
    )


def make_article(
    title: str,
    body: str,
    *,
    id: str | None = None,
    source: str | None = None,
    published: str | None = None,
    url: str | None = None,
    language: str | None = None,
    story: str | None = None,
) -> Article:
    """Build an article, deriving id and language from its content where they are None.

    Raises:
        RecordError: title and body are both empty, or a field is not valid.
    """
    if not (title.strip() or body.strip()):
        raise RecordError("title and body are both empty. An article needs text.")
    return Article(
        id=id or content_id(title, body, source, published),
        title=title,
        body=body,
        source=source,
        published=published,
        url=url,
        language=language or detect_language(title, body),
        story=story,
    )


def content_id(title: str, body: str, source: str | None, published: str | None) -> str:
    """Return an id that is the same whenever the same article is read again (16 hex digits)."""
    parts = "\x1f".join((title, body, source or "", published or ""))
    return hashlib.sha256(parts.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def detect_language(title: str, body: str) -> str:
    """Return 'zh', 'en' or 'mixed' from the share of Chinese characters, title and body apart.

    >>> detect_language("稀土", "Core Viewpoint - The U.S. depends on imports for magnets.")
    'mixed'
    """
    shares = [share for share in map(_chinese_share, (title, body)) if share is not None]
    if not shares:
        return "en"
    if min(shares) >= 0.5:
        return "zh"
    return "en" if max(shares) < 0.5 else "mixed"


def _chinese_share(text: str) -> float | None:
    n_chinese = 0 if text.isascii() else sum(map(len, _HAN_RUN.findall(text)))
    if not n_chinese:
        return 0.0 if _LATIN_WORD.search(text) else None
    chinese = n_chinese / _HAN_PER_WORD
    return chinese / (chinese + len(_LATIN_WORD.findall(text)))


def _identifier(value: object) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise RecordError(f"an id must be a text or a whole number, found {value!r}.")
    return Fields({"id": str(value)}).text("id")


def _parsed(published: str) -> datetime:
    try:
        return datetime.fromisoformat(published)
    except ValueError:
        raise RecordError(
            f"published '{published}' is not a date. Write 2025-11-20 or 2025-11-20T07:43, or leave it out."
        ) from None
