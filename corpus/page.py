"""A web page: the article inside an HTML file, without menus, advertisements and comments."""

import re

import trafilatura

from corpus.dates import iso_date
from corpus.encoding import decode
from corpus.outcome import Placed, Rejected
from standpoint.article import make_article

_CHARSET = re.compile(rb"""<meta[^>]{0,200}charset\s*=\s*["']?\s*([\w-]+)""", re.IGNORECASE)
# As browsers do: pages that say GB2312 or GBK hold what only GB18030 has.
_WIDER = {"gb2312": "gb18030", "gbk": "gb18030"}
_HEAD_BYTES = 4096


def read_page(raw: bytes, *, place: str) -> Placed | Rejected:
    """Return the page's article; paragraphs are parted by a line break.

    Raises:
        InputError: the bytes are not text in any encoding that can be told.
    """
    document = trafilatura.bare_extraction(
        _markup(raw, place),
        with_metadata=True,
        include_comments=False,
        date_extraction_params={"original_date": True, "extensive_search": False},
    )
    if document is None or isinstance(document, dict) or not (document.text or "").strip():
        return Rejected(place, "no article text found in this page. Save the page after it has loaded, or as text.")
    article = make_article(
        document.title or "",
        document.text or "",
        source=document.sitename or document.hostname,
        published=iso_date(document.date),
        url=document.url,
    )
    return Placed(place, article)


def _markup(raw: bytes, place: str) -> str:
    """Return the page's markup in the encoding it declares, or in the one that is found where it declares none."""
    declared = _CHARSET.search(raw[:_HEAD_BYTES])
    if declared is not None:
        name = declared.group(1).decode("ascii").lower()
        try:
            return raw.decode(_WIDER.get(name, name))
        except (UnicodeDecodeError, LookupError):
            pass  # pages often declare another encoding than they use; the bytes decide
    return decode(raw, place=place)
