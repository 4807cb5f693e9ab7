"""Tests of the codebooks that come with the project."""

from collections import Counter
from pathlib import Path

import pytest

from standpoint.codebook import Frame
from standpoint.codebook_check import check_codebook
from standpoint.codebook_file import load_codebook
from standpoint.mentions import MentionFinder

FOLDER = Path(__file__).parents[1] / "codebooks"
RARE_EARTHS = load_codebook(FOLDER / "rare-earths.toml")

# Findings that are known and right as they are: the file, then the message's beginning and why it may stay.
ALLOWED: dict[str, dict[str, str]] = {"rare-earths.toml": {}}


def test_there_are_codebooks() -> None:
    assert [path.name for path in sorted(FOLDER.glob("*.toml"))] == ["rare-earths.toml"]


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.toml")), ids=lambda path: path.name)
def test_a_codebook_has_no_findings_but_the_allowed(path: Path) -> None:
    allowed = tuple(ALLOWED.get(path.name, {}))
    assert [finding for finding in check_codebook(load_codebook(path)) if not finding.message.startswith(allowed)] == []


def test_rare_earths_gives_a_ministry_of_commerce_to_its_country() -> None:
    finder = MentionFinder(RARE_EARTHS.actors)
    text = "印度商务部回应中国商务部，商务部称美国商务部长缺席。"
    assert [mention.actor for mention in finder.find(text)] == ["india", "china", "china", "united_states"]


def test_rare_earths_has_its_eight_frames() -> None:
    assert set(RARE_EARTHS.frame_ids) == {
        "us_failure",
        "china_dominance",
        "ally_strategy",
        "us_self_reliance",
        "export_controls",
        "market_opportunity",
        "cost_and_environment",
        "third_country_hedging",
    }


@pytest.mark.parametrize(
    "actor",
    "united_states china japan india russia australia pakistan european_union greenland mongolia myanmar "
    "mp_materials critical_metals lynas".split(),
)
def test_rare_earths_has_the_actor(actor: str) -> None:
    assert actor in RARE_EARTHS.actor_ids


def test_rare_earths_has_the_default_stance_scale() -> None:
    assert RARE_EARTHS.stance_ids == ("critical", "neutral", "supportive")


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("frame", RARE_EARTHS.frames, ids=lambda frame: frame.id)
def test_a_rare_earths_frame_has_its_examples(frame: Frame, language: str) -> None:
    counts = Counter(example.kind for example in frame.examples if example.language == language)
    assert counts == {"positive": 2, "negative": 1, "borderline": 1}
