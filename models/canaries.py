"""The canaries: made-up articles that every model can answer, and what one answered when it was trained."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from math import nan
from typing import Any

from models.news_model import NewsModel
from standpoint.article import Article
from standpoint.codebook import Codebook
from standpoint.prediction import Prediction

TOLERANCE = 1e-6
"""How far a linear model's probabilities may move between machines, beyond what rounding moves them."""

_DIGITS = 6
_FIXED = (
    (
        "稀土出口管制",
        "中国宣布对稀土出口实施新的管制。美方批评这一决定，日本将寻找其他供应商。\n\n影响有限。",
    ),
    (
        "Rare earth controls",
        "China set new export controls. Washington criticised the plan; allies signed a pact.\n",
    ),
    (
        "混合 mixed 🧲",
        "Tokyo👩‍🔬 said “稀土”供应 is tight.\u200b \u202ereversed\u202c\ncafe\u0301 🇯🇵🇨🇳，价格上涨 12%。",
    ),
    ("Only a title", ""),
    ("", "。"),
    ("A very long article", "The ministry said that supply is safe. 该部门表示，供应是安全的。 " * 2000),
)
_SENTENCES = (
    "{0} broke its promise and failed. {0}违背承诺，遭到批评。",
    "{0} published figures today. {0}今日公布数据。",
    "{0} kept its word and won praise. {0}信守承诺，受到称赞。",
)
_MOST_ACTORS = 50


def canary_articles(codebook: Codebook) -> list[Article]:
    """Return short made-up articles in Chinese, English and both, an empty one, a very long one, and the actors'."""
    names = [actor.aliases[0].text for actor in codebook.actors[:_MOST_ACTORS] if actor.aliases]
    named = "\n".join(_SENTENCES[number % 3].format(name) for number, name in enumerate(names))
    texts = [*_FIXED, (codebook.name.en, named)]
    return [Article(f"canary-{number}", title, body, language="mixed") for number, (title, body) in enumerate(texts)]


def canary_answers(model: NewsModel, *, tolerance: float = TOLERANCE) -> dict[str, Any]:
    """Return what a model answers the canaries as plain JSON, for `NewsModel.training["canaries"]`.

    `articles` tells these articles from those that another version of the code has; `answers` holds probabilities,
    rounded, by article and name; `tolerance` is how far they may be off where the model is loaded.
    """
    articles = canary_articles(model.codebook)
    answers = {item.article_id: _probabilities(item) for item in model.predict(articles, evidence=False)}
    return {"articles": _digest(articles), "tolerance": tolerance, "answers": answers}


def canary_differences(
    kept: Mapping[str, Any], articles: Sequence[Article], predictions: Sequence[Prediction]
) -> Iterator[str]:
    """Yield, in words, where the canaries are answered otherwise than when `canary_answers` was asked.

    Nothing where the answers kept are to other articles.
    """
    if kept["articles"] != _digest(articles):
        return
    for prediction in predictions:
        before, now = kept["answers"][prediction.article_id], _probabilities(prediction)
        for name in sorted(before.keys() | now.keys()):
            distance = abs(now.get(name, nan) - before.get(name, nan))
            if not distance <= kept["tolerance"] + 10**-_DIGITS:  # true where either is missing or not a number
                yield f"{prediction.article_id}: {name} is {now.get(name)}, and was {before.get(name)} in training"


def _probabilities(prediction: Prediction) -> dict[str, float]:
    """Return every probability, rounded: `frames/us_failure`, `stance/japan/critical`."""
    frames = {f"frames/{frame.id}": frame.proba for frame in prediction.frames}
    stances = {
        f"stance/{stance.actor}/{label}": proba
        for stance in prediction.stances
        for label, proba in stance.proba.items()
    }
    return {name: round(proba, _DIGITS) for name, proba in (frames | stances).items()}


def _digest(articles: Sequence[Article]) -> str:
    return hashlib.sha256("\0".join(article.text for article in articles).encode()).hexdigest()[:12]
