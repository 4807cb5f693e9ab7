"""Tests of the codebook commands."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.codebook import codebook_app
from standpoint.codebook_file import codebook_from_json, load_codebook
from standpoint.errors import InputError, RecordError

SOUND = """
id = "demo"
name = { en = "Demo [1]", zh = "示例" }
description = { en = "Read it:\\n- all of it", zh = "通读：\\n- 全文" }
[[stance.label]]
id = "critical"
name = { en = "critical", zh = "批评" }
definition = { en = "Finds fault.", zh = "挑毛病。" }
[[stance.label]]
id = "supportive"
name = { en = "supportive", zh = "支持" }
definition = { en = "Speaks well.", zh = "称许。" }
[[actor]]
id = "japan"
name = { en = "Japan", zh = "日本" }
definition = { en = "The government in Tokyo.", zh = "东京的政府。" }
aliases = ["Japan", { text = "日本", not_in = ["日本海"] }]
"""
FRAME = """
[[frame]]
id = "blame"
name = { en = "Blame", zh = "指责" }
definition = { en = "Someone is blamed.", zh = "有人受指责。" }
include = { en = ["Guilt is assigned."], zh = ["追究责任。"] }
[[frame.example]]
language = "zh"
kind = "borderline"
present = false
text = "怪谁呢？"
note = "只是发问。"
"""


@pytest.fixture
def sound(tmp_path: Path) -> str:
    return written(tmp_path, SOUND)


@pytest.fixture
def framed(tmp_path: Path) -> str:
    return written(tmp_path, SOUND + FRAME)


def written(folder: Path, text: str) -> str:
    path = folder / "demo.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def output(*arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(codebook_app, arguments, env={"COLUMNS": "100", "FORCE_COLOR": None})
    assert result.exit_code == code, result.output
    return result.stdout


def test_check_says_that_all_is_well_with_counts_and_fingerprint(sound: str) -> None:
    shown = output("check", sound)
    assert f"{load_codebook(Path(sound)).reference}: all is well" in shown
    assert "0 frames, 1 actor, 2 aliases; examples: none" in shown


def test_check_lists_warnings_and_allows_them(framed: str) -> None:
    shown = output("check", framed)
    assert "warning    frame 'blame'   Too few examples in English. Add 2 positive, 1 negative, 1" in shown
    assert "0 errors, 2 warnings" in shown
    assert "examples: 1 zh" in shown


def test_check_fails_on_warnings_when_strict(framed: str) -> None:
    output("check", framed, "--strict", code=1)


def test_check_passes_a_sound_codebook_when_strict(sound: str) -> None:
    output("check", sound, "--strict")


def test_check_fails_on_errors(tmp_path: Path) -> None:
    shown = output("check", written(tmp_path, SOUND.replace("日本海", "[海]")), code=1)
    assert "error" in shown
    assert "'[海]' in not_in has no effect" in shown
    assert "1 error, 0 warnings" in shown


def test_check_leaves_an_unreadable_file_to_the_main_program(tmp_path: Path) -> None:
    result = CliRunner().invoke(codebook_app, ["check", str(tmp_path / "none.toml")])
    assert isinstance(result.exception, InputError)
    assert "none.toml: cannot be read" in str(result.exception)


def test_show_prints_everything_in_english(framed: str) -> None:
    shown = output("show", framed)
    for words in ("Demo [1]", "demo@", "- all of it", "Finds fault.", "Blame  blame", "- Guilt is assigned."):
        assert words in shown
    assert "Aliases: Japan, 日本" in shown
    assert "怪谁呢" not in shown


def test_show_prints_chinese_with_the_kind_of_each_example(framed: str) -> None:
    shown = output("show", framed, "--language", "zh")
    for words in ("示例", "- 全文", "指责  blame", "有人受指责。", "- 追究责任。", "别名：Japan, 日本"):
        assert words in shown
    assert "边界：不标  怪谁呢？" in shown
    assert "→ 只是发问。" in shown
    assert "Someone is blamed." not in shown


def test_show_cuts_no_long_chinese_example(tmp_path: Path) -> None:
    long = "长" * 120 + "尾"
    shown = output("show", written(tmp_path, SOUND + FRAME.replace("怪谁呢？", long)), "--language", "zh")
    assert shown.count("长") == 120
    assert "尾" in shown


def test_show_prints_one_frame_only(framed: str) -> None:
    shown = output("show", framed, "--frame", "blame")
    assert "Someone is blamed." in shown
    assert "Read it" not in shown
    assert "Tokyo" not in shown


def test_show_prints_one_actor_only(framed: str) -> None:
    shown = output("show", framed, "--actor", "japan")
    assert "The government in Tokyo." in shown
    assert "blamed" not in shown


def test_show_names_the_known_ids_for_an_unknown_one(framed: str) -> None:
    result = CliRunner().invoke(codebook_app, ["show", framed, "--frame", "blume"])
    assert isinstance(result.exception, RecordError)
    assert str(result.exception) == "frame 'blume' is not in codebook 'demo' (blame); did you mean 'blame'?"


def test_show_json_can_be_read_back(framed: str) -> None:
    shown = output("show", framed, "--json")
    assert codebook_from_json(json.loads(shown)) == load_codebook(Path(framed))


def test_show_json_of_one_actor_holds_nothing_else(framed: str) -> None:
    plain = json.loads(output("show", framed, "--json", "--actor", "japan"))
    assert [actor["id"] for actor in plain["actors"]] == ["japan"]
    assert plain["frames"] == []


@pytest.mark.parametrize("command", ["check", "show"])
def test_help_gives_an_example(command: str) -> None:
    assert f"Example: standpoint codebook {command} codebooks/rare-earths.toml" in output(command, "--help")
