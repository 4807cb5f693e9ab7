"""Fixtures: a small codebook, and a short way to write down what somebody said of an article under it."""

from collections.abc import Callable

import pytest

from standpoint.annotation import Annotation
from standpoint.codebook import Actor, Alias, Codebook, Frame, Words

Say = Callable[..., Annotation]


@pytest.fixture(scope="session")
def codebook() -> Codebook:
    """Make two frames and two actors."""
    name = Words("name", "名")
    return Codebook(
        "demo",
        Words("Demo", "示例"),
        frames=(Frame("failure", Words("Failure", "失败"), name), Frame("pact", Words("Pact", "盟约"), name)),
        actors=(
            Actor("china", Words("China", "中国"), (Alias("China"),)),
            Actor("japan", Words("Japan", "日本"), (Alias("Japan"),)),
        ),
    )


@pytest.fixture(scope="session")
def say(codebook: Codebook) -> Say:
    """Lend a function of article, person and frames; stances by actor, and any other field, by keyword."""

    def annotation(article: str, person: str, *frames: str, **more: object) -> Annotation:
        stances = {actor: str(more.pop(actor)) for actor in ("china", "japan") if actor in more}
        fields = {"codebook": codebook.reference, **more}
        return Annotation(article, person, frames=frozenset(frames), stances=stances, **fields)  # type: ignore[arg-type]

    return annotation
