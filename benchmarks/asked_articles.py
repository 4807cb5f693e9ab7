"""Long articles of climate news with the actors asked of each: what the encoder's speed is measured on."""

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import cycle, islice

from models.news_model import NewsModel
from models.targets import Target
from serving.scoring import BATCH_ARTICLES
from standpoint.article import Article
from standpoint.codebook import Actor, Alias, Words
from standpoint.errors import InputError
from standpoint.mentions import MentionFinder
from standpoint.prediction import Prediction

MIN_WORDS = 300
N_ACTORS = 4
"""How long an article is at least, and how many of the actors it names are asked, where nothing else is said."""

_NAMES = {
    "United States": ("U.S.", "US", "America", "Washington"),
    "White House": ("Trump administration", "Obama administration"),
    "Donald Trump": ("Trump",),
    "Barack Obama": ("Obama",),
    "Joe Biden": ("Biden",),
    "Scott Pruitt": ("Pruitt",),
    "Alexandria Ocasio-Cortez": ("Ocasio-Cortez",),
    "Bernie Sanders": ("Sanders",),
    "Congress": ("Senate", "House of Representatives", "Capitol Hill", "lawmakers"),
    "Democrats": ("Democratic Party", "Democrat", "Democratic"),
    "Republicans": ("Republican Party", "Republican", "GOP"),
    "Supreme Court": ("court",),
    "Environmental Protection Agency": ("EPA",),
    "Interior Department": ("Zinke",),
    "NASA": (),
    "NOAA": ("National Oceanic and Atmospheric Administration",),
    "California": (),
    "Florida": (),
    "New York": (),
    "Texas": (),
    "United Nations": ("U.N.", "UN", "IPCC"),
    "European Union": ("EU", "Europe", "European"),
    "China": ("Beijing", "Chinese"),
    "India": (),
    "Germany": (),
    "France": (),
    "Canada": (),
    "Brazil": (),
    "Australia": (),
    "Russia": (),
    "scientists": ("researchers",),
    "environmentalists": ("environmental groups", "activists"),
    "oil companies": ("oil industry", "fossil fuel industry", "Exxon", "ExxonMobil", "Exxon Mobil"),
    "coal industry": ("coal companies", "miners"),
    "media": ("New York Times", "Washington Post", "CNN", "Fox News", "Reuters"),
    "Americans": (),
    "voters": (),
    "farmers": (),
    "students": (),
    "officials": (),
    "companies": (),
    "government": (),
}
"""Who is named often in the climate news of Narrative Frames, found by counting names, and by what other names."""

ACTORS = tuple(
    Actor(name, Words(name, ""), tuple(Alias(alias) for alias in (name, *others))) for name, others in _NAMES.items()
)
_FINDER = MentionFinder(ACTORS)


@dataclass(frozen=True)
class Asked:
    """An article and the ids of the actors that are asked of it; it names them all."""

    article: Article
    actors: tuple[str, ...]

    @property
    def targets(self) -> list[Target]:
        """The actors and where they are named, found anew each time."""
        spans: dict[str, list[tuple[int, int]]] = {actor: [] for actor in self.actors}
        for mention in _FINDER.find(self.article.text):
            if mention.actor in spans:
                spans[mention.actor].append((mention.start, mention.end))
        return [Target(actor, (actor,), tuple(found)) for actor, found in spans.items()]


def asked_articles(articles: Iterable[Article], n_actors: int = N_ACTORS, *, seed: int = 0) -> list[Asked]:
    """Return the articles of `MIN_WORDS` words and more that name `n_actors` and more; which are asked is drawn.

    Raises:
        InputError: there is none.
    """
    found = []
    for article in articles:
        named = sorted({mention.actor for mention in _FINDER.find(article.text)})
        if len(named) >= n_actors and len(article.text.split()) >= MIN_WORDS:
            drawn = random.Random(f"{seed} {article.id}").sample(named, n_actors)
            found.append(Asked(article, tuple(drawn)))
    if not found:
        raise InputError(f"no article has {MIN_WORDS} words and names {n_actors} of {len(ACTORS)} actors. Give others.")
    return found


def predict(model: NewsModel, asked: Sequence[Asked]) -> list[Prediction]:
    """Find where the actors are named, and answer for the frames and for them."""
    targets = {one.article.id: one.targets for one in asked}
    return model.predict([one.article for one in asked], targets=targets, evidence=False)


def predicted_stream(model: NewsModel, asked: Sequence[Asked], n_articles: int) -> Iterator[Prediction]:
    """Yield the predictions of so many articles: those given over and over, each time with another beginning."""
    stream = islice(_over_and_over(asked), n_articles)
    while batch := list(islice(stream, BATCH_ARTICLES)):
        yield from predict(model, batch)


def _over_and_over(asked: Sequence[Asked]) -> Iterator[Asked]:
    for number, one in enumerate(cycle(asked)):
        article = replace(one.article, id=str(number), body=f"{number} {one.article.body}")
        yield replace(one, article=article)
