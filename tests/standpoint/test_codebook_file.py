"""Tests of the codebook file: TOML in, a codebook or a clear error out."""

import json
from pathlib import Path

import pytest

from standpoint.codebook import Alias
from standpoint.codebook_file import codebook_from_json, load_codebook
from standpoint.errors import CodebookError, InputError

DEMO = """
format = 1
id = "demo"
name = { en = "Demo", zh = "示例" }
[[frame]]
id = "us_failure"
name = { en = "US failure" }
definition = { en = "The effort fails." }
[[actor]]
id = "china"
name = { en = "China" }
aliases = ["China", { text = "中国", not_in = ["南中国海"] }, { text = "Critical Metals", match_case = true }]
"""


def written(folder: Path, content: str) -> Path:
    path = folder / "demo.toml"
    path.write_text(content, encoding="utf-8")
    return path


def test_a_codebook_is_read_with_its_aliases(tmp_path: Path) -> None:
    actor = load_codebook(written(tmp_path, DEMO)).actors[0]
    assert actor.aliases == (
        Alias("China"),
        Alias("中国", not_in=("南中国海",)),
        Alias("Critical Metals", match_case=True),
    )


def test_layout_order_of_keys_and_comments_do_not_change_the_fingerprint(tmp_path: Path) -> None:
    codebook = load_codebook(written(tmp_path, DEMO))
    moved = DEMO.replace('format = 1\nid = "demo"', '# a comment\n\nid   =  "demo"\nformat = 1').replace(
        '"The effort fails."', '"""\nThe effort\n  fails."""'
    )
    assert load_codebook(written(tmp_path, moved)).reference == codebook.reference


def test_json_brings_the_same_codebook_back(tmp_path: Path) -> None:
    codebook = load_codebook(written(tmp_path, DEMO))
    assert codebook_from_json(json.loads(json.dumps(codebook.to_json()))) == codebook


def test_a_byte_order_mark_is_passed_over(tmp_path: Path) -> None:
    assert load_codebook(written(tmp_path, "\ufeff" + DEMO)).id == "demo"


def test_broken_toml_is_named_with_file_and_line(tmp_path: Path) -> None:
    with pytest.raises(CodebookError, match=r"demo.toml: not valid TOML: .*at line 5.*Mend that line"):
        load_codebook(written(tmp_path, DEMO.replace("[[frame]]", "[[frame]")))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none.toml: cannot be read \(No such file or directory\). Check the path."):
        load_codebook(tmp_path / "none.toml")


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "demo.toml"
    path.write_bytes(DEMO.encode("gbk"))
    with pytest.raises(CodebookError, match="is not UTF-8. Save the file as UTF-8."):
        load_codebook(path)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("aliases =", "alias =", r"actor 1 \(china\): key 'alias' is not in the keys of an actor .*mean 'aliases'"),
        ("definition =", "defintion =", r"frame 1 \(us_failure\): key 'defintion' .*mean 'definition'"),
        ("not_in =", "notin =", r"actor 1 \(china\): key 'notin' is not in the keys of an alias .*mean 'not_in'"),
        ("zh =", "cn =", "key 'cn' is not in the keys of 'name' \\(en, zh\\)"),
        ("[[frame]]", "[[frames]]", "key 'frames' is not known. Frames are \\[\\[frame\\]\\]"),
        ("[[frame]]", "[[stance.labels]]", "key 'labels' is not in the keys of \\[stance\\] .*mean 'label'"),
        ("[[actor]]", "[[frame.example]]", r"frame 1 \(us_failure\): example 1 \(china\): key 'id' is not in the keys"),
    ],
)
def test_a_key_that_nobody_reads_never_passes_silently(tmp_path: Path, old: str, new: str, words: str) -> None:
    with pytest.raises(CodebookError, match=words):
        load_codebook(written(tmp_path, DEMO.replace(old, new, 1)))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("format = 1", "format = 2", "format 2 is not known. This version reads format 1."),
        ('"us_failure"', '"US failure"', "frame id 'US failure' is not valid. Use lower-case letters"),
        ('"us_failure"', '"china"', "'china' is both a frame and an actor. Give one of them another id."),
        ('"China", {', '" ", {', "an alias is empty. Remove it."),
        ('["南中国海"]', '"南中国海"', "field 'not_in' must be a list, found a text"),
        ("match_case = true", "match_case = 1", "field 'match_case' must be true or false, found a number"),
        ("aliases = [", "aliases = []#", "it has no aliases, so no article could mention it"),
    ],
)
def test_a_codebook_that_contradicts_itself_is_refused(tmp_path: Path, old: str, new: str, words: str) -> None:
    with pytest.raises(CodebookError, match=words):
        load_codebook(written(tmp_path, DEMO.replace(old, new, 1)))


def test_two_frames_of_one_id_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CodebookError, match="frame 'us_failure' is defined twice. Remove or rename one."):
        load_codebook(written(tmp_path, DEMO + '[[frame]]\nid = "us_failure"\n'))


def test_a_codebook_of_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CodebookError, match="it has neither frames nor actors. Add at least one"):
        load_codebook(written(tmp_path, 'id = "demo"\n'))
