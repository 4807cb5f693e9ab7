"""What was seen: which articles came before, on disk, so that memory does not grow with their number."""

import sqlite3
from contextlib import closing
from types import TracebackType
from typing import Self

from standpoint.article import Article

_TABLES = """
CREATE TABLE known (id TEXT, text TEXT, PRIMARY KEY (id, text)) WITHOUT ROWID;
CREATE TABLE met (id TEXT PRIMARY KEY, text TEXT) WITHOUT ROWID;
CREATE TABLE texts (text TEXT PRIMARY KEY, id TEXT, story TEXT) WITHOUT ROWID;
"""
_CACHE_KIB = 16_384


class SeenArticles:
    """Remembers ids and hashes of texts in a database that goes away with it.

    `known` is what an output held before; the rest is what was met since.
    """

    def __init__(self) -> None:
        self._database = sqlite3.connect("", isolation_level=None)  # no name: a file of its own that nobody else sees
        self._database.executescript(f"PRAGMA journal_mode=OFF; PRAGMA cache_size=-{_CACHE_KIB}; BEGIN; {_TABLES}")

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Forget everything."""
        self._database.close()

    def add_known(self, id: str, text: str, story: str | None) -> None:
        """Remember an article that an output held before."""
        self._database.execute("INSERT OR IGNORE INTO known VALUES (?, ?)", (id, text))
        self._database.execute("INSERT OR IGNORE INTO texts VALUES (?, ?, ?)", (text, id, story))

    def is_known(self, id: str, text: str) -> bool:
        """Say whether an output held this article with this text."""
        return self._one("SELECT 1 FROM known WHERE id = ? AND text = ?", id, text) is not None

    def is_changed(self, id: str) -> bool:
        """Say whether an output held an article of this id, whatever its text."""
        return self._one("SELECT 1 FROM known WHERE id = ? LIMIT 1", id) is not None

    def meet(self, article: Article, text: str) -> str:
        """Remember that an article came; return the hash of the text that came first under its id."""
        found = self._one("SELECT text FROM met WHERE id = ?", article.id)
        if found is not None:
            return found[0] or ""
        self._database.execute("INSERT INTO met VALUES (?, ?)", (article.id, text))
        return ""

    def first_of(self, article: Article, text: str) -> tuple[str, str | None]:
        """Return id and story of the first article with this text, which may be the article itself."""
        found = self._one("SELECT id, story FROM texts WHERE text = ?", text)
        if found is not None:
            return found[0] or "", found[1]
        self._database.execute("INSERT INTO texts VALUES (?, ?, ?)", (text, article.id, article.story))
        return article.id, article.story

    def _one(self, query: str, *values: str) -> tuple[str | None, ...] | None:
        with closing(self._database.execute(query, values)) as rows:
            found: tuple[str | None, ...] | None = rows.fetchone()
            return found
