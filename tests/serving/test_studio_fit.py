"""Tests of serving.studio_fit."""

from dataclasses import replace

import pytest

from labeling.studio_config import studio_config
from serving.studio_fit import misfit
from standpoint.codebook import Actor, Alias, Codebook, Frame, StanceLabel, Words

NAME = Words("name", "名")
FAILURE, ALLIANCE = Frame("failure", NAME, NAME), Frame("alliance", Words("Allies", "联手"), NAME)
CHINA, JAPAN = Actor("china", NAME, (Alias("China"),)), Actor("japan", Words("Japan", "日本"), (Alias("Japan"),))
CODEBOOK = Codebook("demo", NAME, frames=(FAILURE, ALLIANCE), actors=(CHINA, JAPAN))


def test_the_interface_of_the_codebook_fits() -> None:
    assert misfit(studio_config(CODEBOOK), CODEBOOK) is None


def test_other_wording_and_a_question_of_ones_own_fit() -> None:
    renamed = replace(CODEBOOK, frames=(replace(FAILURE, name=Words("Collapse", "崩溃")), ALLIANCE))
    own = '<Choices name="tone" toName="text"><Choice value="angry"/></Choices></View>'
    assert misfit(studio_config(renamed).removesuffix("</View>") + own, CODEBOOK) is None


@pytest.mark.parametrize(
    ("project", "words"),
    [
        (replace(CODEBOOK, frames=(FAILURE,)), "lacks 'alliance' in 'evidence', 'alliance' in 'frames'. Run"),
        (
            replace(CODEBOOK, frames=(FAILURE, ALLIANCE, Frame("market", Words("Market", "市场"), NAME))),
            "also offers 'market' in 'evidence', 'market' in 'frames'. Run",
        ),
        (replace(CODEBOOK, actors=(CHINA,)), "'stance__japan'"),
        (replace(CODEBOOK, stances=(StanceLabel("pro", NAME),)), "'pro' in 'stance__china'"),
    ],
)
def test_a_project_with_other_labels_is_told_which(project: Codebook, words: str) -> None:
    found = misfit(studio_config(project), CODEBOOK) or ""
    assert words in found
    assert CODEBOOK.reference in found


@pytest.mark.parametrize("config", ["", "<View>", "no xml", "<View>\ud800</View>", "<!DOCTYPE x><View/>"])
def test_what_is_no_interface_does_not_fit(config: str) -> None:
    assert "cannot be read as XML" in (misfit(config, CODEBOOK) or "")


def test_spans_need_the_text_of_the_task() -> None:
    config = studio_config(CODEBOOK).replace('value="$text"', 'value="$body"')
    assert "lacks '$text' in 'text'; it also offers '$body' in 'text'" in (misfit(config, CODEBOOK) or "")
