"""The annotator's guide made from a codebook."""

import re
from pathlib import Path

import pytest

from labeling.studio_guide import studio_guide
from standpoint.codebook import Actor, Alias, Codebook, Example, Frame, Rules, Words
from standpoint.codebook_file import load_codebook

FRAME = Frame(
    "failure",
    Words("Failure", "失败"),
    Words("The effort fails.", "努力失败了。"),
    Rules(("Delays count.",), ("延误也算。",)),
    Rules(("Denials do not.",), ("否认不算。",)),
    (
        Example("en", "borderline", False, "It might fail.", "Only a fear."),
        Example("zh", "positive", True, "彻底垮了。"),
    ),
)
ACTORS = (Actor("china", Words("China", "中国"), (Alias("China"),), Words("The state.", "国家。")),)
CODEBOOK = Codebook("demo", Words("Demo", "示例"), (FRAME,), ACTORS, description=Words("Read it all.", "读完全文。"))


def words_of(html: str) -> str:
    """Return what can be read; each tag ends a word."""
    return " ".join(re.sub(r"<[^>]*>", " ", re.sub(r"<style>.*</style>", "", html)).split())


def test_a_frame_is_explained_with_its_rules() -> None:
    words = words_of(studio_guide(CODEBOOK))
    english = (
        "Failure / 失败 (failure): The effort fails. Mark it when Delays count. Do not mark it when Denials do not."
    )
    assert english in words
    assert "Failure / 失败 (failure): 努力失败了。 标注的情形 延误也算。 不标的情形 否认不算。" in words


def test_examples_say_whether_the_frame_is_there_and_why() -> None:
    words = words_of(studio_guide(CODEBOOK))
    assert "Borderline: no It might fail. Only a fear." in words
    assert "是 彻底垮了。" in words


def test_each_language_has_a_part_of_its_own() -> None:
    english, chinese = words_of(studio_guide(CODEBOOK)).split("中文指南")
    assert "彻底垮了" not in english
    assert "It might fail" not in chinese


def test_the_stance_scale_the_actors_and_the_description_are_there() -> None:
    words = words_of(studio_guide(CODEBOOK))
    for text in ("critical / 批评", "China / 中国 (china): The state.", "Read it all.", "读完全文。"):
        assert text in words


def test_a_language_that_nothing_is_written_in_is_left_out() -> None:
    english = Codebook("demo", Words("Demo", ""), (Frame("failure", Words("Failure", ""), Words("It fails.", "")),))
    guide = words_of(studio_guide(english))
    assert "中文指南" not in guide
    assert "Stances" not in guide


def test_no_text_is_taken_for_markup() -> None:
    wild = Words("<script>alert(1)</script> & more", "")
    guide = studio_guide(Codebook("demo", Words("Demo", ""), (Frame("f", wild, wild, Rules((wild.en,))),)))
    assert "<script" not in guide
    assert guide.count("&lt;script&gt;alert(1)&lt;/script&gt; &amp; more") == 3


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_definition_of_the_sample_codebook_is_in_the_guide(language: str) -> None:
    codebook = load_codebook(Path(__file__).parents[2] / "codebooks" / "rare-earths.toml")
    guide = studio_guide(codebook).replace("&quot;", '"').replace("&#x27;", "'")
    definitions = [entry.definition for entry in codebook.frames]
    definitions += [entry.definition for entry in codebook.actors]
    definitions += [entry.definition for entry in codebook.stances]
    assert [words for words in definitions if words.in_language(language) not in guide] == []
