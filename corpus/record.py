"""A foreign record, a table row or JSON object, as an article: field names and values translated."""

import math
from collections.abc import Iterable, Mapping
from typing import Any

from corpus.dates import iso_date
from corpus.outcome import Placed, Rejected
from standpoint.article import Article, article_from_json
from standpoint.errors import RecordError
from standpoint.fields import Fields

MOST_CHARACTERS = 10_000_000
"""Of title and body. The longest reports have a million; a longer text is a log, or many articles pasted together."""
_LONGEST_FIELD = 10_000
_LONGEST_REASON = 500

# What each field of an article may be called; where a record has several, the first of the list that is filled counts.
FIELD_NAMES = {
    "id": ("id", "编号"),
    "title": ("title", "headline", "标题", "標題"),
    "body": ("body", "text", "content", "正文", "内容", "內容"),
    "source": ("source", "来源", "來源"),
    "published": ("published", "date", "日期", "发布时间"),
    "url": ("url", "link", "链接", "鏈接"),
    "language": ("language", "语言", "語言"),
    "story": ("story",),
}


def outcome_of(value: Any, place: str) -> Placed | Rejected:  # noqa: ANN401 - parsed JSON may be anything
    """Return the article that a record describes, or why it describes none."""
    try:
        return Placed(place, _article(value))
    except RecordError as error:
        return Rejected(place, str(error))
    except RecursionError:
        return Rejected(place, "nested too deeply. One flat record is expected.")


def checked(outcome: Placed | Rejected) -> Placed | Rejected:
    """Set an article aside that is too long or that other programs cannot hold; have a rejection fit to be written."""
    if isinstance(outcome, Rejected):
        reason = outcome.reason.encode("utf-8", "backslashreplace").decode()
        shown = reason if len(reason) <= _LONGEST_REASON else f"{reason[:_LONGEST_REASON]} ..."
        return outcome if shown == outcome.reason else Rejected(outcome.place, shown)
    problem = _problem(outcome.article)
    return Rejected(outcome.place, problem) if problem else outcome


def _problem(article: Article) -> str | None:
    n_characters = len(article.title) + len(article.body)
    if n_characters > MOST_CHARACTERS:
        return f"title and body have {n_characters:,} characters, an article at most {MOST_CHARACTERS:,}. Split it."
    for name, value in article.to_json().items():
        if value is None:
            continue
        if "\0" in value:
            return f"field '{name}' holds a NUL control character at {value.index(chr(0))}. Remove it."
        if len(value) > _LONGEST_FIELD and name not in ("title", "body"):
            return f"field '{name}' has {len(value):,} characters, more than {_LONGEST_FIELD:,}. Shorten it."
    return None


def missing_body(names: Iterable[str]) -> str | None:
    """Say that none of the names can be the body, which are there and which would do; None where one can."""
    found = list(names)
    if any(_key(name) in FIELD_NAMES["body"] for name in found):
        return None
    accepted = ", ".join(FIELD_NAMES["body"])
    return f"no field for the article's text among {', '.join(found) or 'none'}. Name it one of: {accepted}."


def _article(value: Any) -> Article:  # noqa: ANN401 - parsed JSON may be anything
    Fields(value)
    by_key = {_key(str(name)): item for name, item in value.items()}
    if by_key.keys().isdisjoint(FIELD_NAMES["body"]):
        raise RecordError(missing_body(map(str, value)) or "")
    fields = {field: _first_filled(by_key, names) for field, names in FIELD_NAMES.items()}
    fields["title"], fields["body"] = fields["title"] or "", fields["body"] or ""
    fields["published"] = iso_date(fields["published"])
    fields["language"] = _language(fields["language"])
    return article_from_json(fields)


def _first_filled(by_key: Mapping[str, Any], names: Iterable[str]) -> Any:  # noqa: ANN401 - checked by the reader
    for name in names:
        value = by_key.get(name)
        if value is not None and not _is_empty(value):
            return value
    return None


def _is_empty(value: object) -> bool:
    return value == "" or (isinstance(value, float) and math.isnan(value))


def _key(name: str) -> str:
    return name.strip().lower()


def _language(value: Any) -> Any:  # noqa: ANN401 - checked by the reader
    """Return the first part of a tag in lower case: `zh` for `zh-CN`."""
    return value.lower().replace("_", "-").partition("-")[0] if isinstance(value, str) else value
