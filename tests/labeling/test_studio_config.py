"""The labelling interface made from a codebook."""

from pathlib import Path
from xml.etree import ElementTree

from labeling.studio_config import COLOURS, NONE, display_names, stance_control, studio_config
from standpoint.codebook import Actor, Alias, Codebook, Frame, StanceLabel, Words
from standpoint.codebook_file import load_codebook

FRAMES = (
    Frame("failure", Words("Failure", "失败"), Words("It fails.", "写成失败。")),
    Frame("alliance", Words("Alliance", "联盟"), Words("They join.", "写成联手。")),
)
ACTORS = (
    Actor("us", Words("United States", "美国"), (Alias("US"),)),
    Actor("prc", Words("China, People's Republic", "中国"), (Alias("China"),)),
)
CODEBOOK = Codebook("demo", Words("Demo", "示例"), FRAMES, ACTORS)


def control(codebook: Codebook, name: str) -> ElementTree.Element:
    found = ElementTree.fromstring(studio_config(codebook)).find(f".//*[@name='{name}']")
    assert found is not None
    return found


def aliases(codebook: Codebook, name: str) -> list[str]:
    return [choice.attrib["alias"] for choice in control(codebook, name)]


def frame(name: Words, id: str = "f") -> Frame:
    return Frame(id, name, Words("", ""))


def test_frames_are_offered_with_an_explicit_none() -> None:
    assert aliases(CODEBOOK, "frames") == ["failure", "alliance", NONE]
    assert control(CODEBOOK, "frames").attrib["required"] == "true"


def test_a_frame_has_both_names_and_explains_itself() -> None:
    first = control(CODEBOOK, "frames")[0]
    assert first.attrib["value"] == "Failure / 失败"
    assert first.attrib["hint"] == "It fails. 写成失败。"


def test_each_frame_has_evidence_in_a_colour_of_its_own() -> None:
    labels = control(CODEBOOK, "evidence")
    assert [label.attrib["alias"] for label in labels] == ["failure", "alliance"]
    assert len({label.attrib["background"] for label in labels}) == 2
    assert len(set(COLOURS)) == 8


def test_every_actor_has_a_required_stance_that_appears_with_it() -> None:
    root = ElementTree.fromstring(studio_config(CODEBOOK))
    shown = {view.attrib["whenChoiceValue"]: view for view in root.iterfind(".//View[@visibleWhen]")}
    assert list(shown) == ["us", "prc"]
    for id, view in shown.items():
        choices = view.find("Choices")
        assert choices is not None
        assert (choices.attrib["name"], choices.attrib["required"]) == (stance_control(id), "true")
        assert [choice.attrib["alias"] for choice in choices] == ["critical", "neutral", "supportive"]


def test_the_actors_come_with_the_task() -> None:
    assert control(CODEBOOK, "actors").attrib["value"] == "$actors"


def test_a_codebook_without_actors_asks_for_none() -> None:
    assert "$actors" not in studio_config(Codebook("demo", Words("Demo", ""), FRAMES))


def test_the_scale_may_be_any_other() -> None:
    scale = (StanceLabel("for", Words("for", "赞成")), StanceLabel("against", Words("against", "反对")))
    assert aliases(Codebook("demo", Words("Demo", ""), FRAMES, ACTORS, scale), "stance__us") == ["for", "against"]


def test_names_that_read_alike_are_told_apart_by_their_id() -> None:
    georgia = Words("Georgia", "")
    assert display_names((frame(georgia, "country"), frame(georgia, "state"))) == {
        "country": "Georgia (country)",
        "state": "Georgia (state)",
    }


def test_a_name_that_is_the_same_in_both_languages_comes_once() -> None:
    assert display_names([frame(Words("CRML", "CRML"))]) == {"f": "CRML"}


def test_nothing_in_a_name_breaks_the_interface() -> None:
    wild = Codebook("demo", Words("Demo", ""), (frame(Words('<b>&"quoted"</b>\x00\n  more', "")),))
    assert control(wild, "frames")[0].attrib["value"] == '<b>&"quoted"</b> more'


def test_a_dollar_sign_in_a_name_does_not_ask_for_a_field_of_the_task() -> None:
    assert "$text_sha256" not in studio_config(Codebook("demo", Words("Demo", ""), (frame(Words("$text_sha256", "")),)))


def test_no_rule_of_the_style_needs_an_angle_bracket() -> None:
    style = ElementTree.fromstring(studio_config(CODEBOOK)).findtext("Style")
    assert style
    assert not set("<>&") & set(style)


def test_the_sample_codebook_makes_an_interface() -> None:
    codebook = load_codebook(Path(__file__).parents[2] / "codebooks" / "rare-earths.toml")
    assert aliases(codebook, "frames") == [*codebook.frame_ids, NONE]
    names = [element.attrib["name"] for element in ElementTree.fromstring(studio_config(codebook)).iter("Choices")]
    assert names == ["frames", "actors", *map(stance_control, codebook.actor_ids)]
