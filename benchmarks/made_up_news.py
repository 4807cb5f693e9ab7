"""Made-up news of realistic length: sentences of the sample corpus in random order, as many as wanted."""

import json
import math
import random
from collections.abc import Iterator
from pathlib import Path

from benchmarks.served_model import sample_gold
from standpoint.jsonl import replacing

_MEDIAN_CHARACTERS = {"en": 3_000, "zh": 1_000}
_SPREAD = 0.6
_SHORTEST, _LONGEST = 0.15, 6.0
_ZH_SHARE = 0.4


def write_news(path: Path, n_articles: int, *, seed: int) -> None:
    """Write articles as JSON Lines: two in five are Chinese, lengths are log-normal, no two are alike.

    The median has 3,000 characters in English and 1,000 in Chinese.
    """
    with replacing(path) as file:
        for record in _records(n_articles, seed):
            file.write(json.dumps(record, ensure_ascii=False) + "\n")


def _records(n_articles: int, seed: int) -> Iterator[dict[str, str]]:
    draw = random.Random(seed)
    sentences = _sentences()
    for number in range(n_articles):
        language = "zh" if draw.random() < _ZH_SHARE else "en"
        wanted = _MEDIAN_CHARACTERS[language] * min(max(math.exp(draw.gauss(0, _SPREAD)), _SHORTEST), _LONGEST)
        body: list[str] = []
        while sum(map(len, body)) < wanted:
            body.append(draw.choice(sentences[language]))
        day = f"2025-{number % 12 + 1:02d}-{number % 28 + 1:02d}"
        yield {
            "id": f"n{number}",
            "title": f"{draw.choice(sentences[language])[:60]} {number}",
            "body": "\n".join(body),
            "source": f"Outlet {draw.randrange(40)}",
            "published": day,
        }


def _sentences() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {"en": [], "zh": []}
    for item in sample_gold().articles:
        if item.article.language in found:
            found[item.article.language] += [line for line in item.article.body.split("\n") if line]
    return found
