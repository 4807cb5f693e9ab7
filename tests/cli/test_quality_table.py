"""Tests of cli.quality_table."""

import io
from dataclasses import replace
from math import nan

from rich.console import Console

from cli.quality_table import print_qualities
from measurement.intervals import Estimate
from training.gold import Gold
from training.quality import Quality


def printed(qualities: dict[str, Quality], gold: Gold, *, width: int = 80) -> str:
    console = Console(file=io.StringIO(), width=width)
    print_qualities(console, qualities, gold.codebook)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def row(output: str, label: str) -> list[str]:
    """Return the words of the row after its label."""
    line = next(line for line in output.splitlines() if line.strip().startswith(label))
    return line.strip().removeprefix(label).split()


def with_figure(quality: Quality, name: str, estimate: Estimate) -> Quality:
    return Quality(tuple(replace(one, estimate=estimate) if one.name == name else one for one in quality.figures))


def test_a_figure_stands_with_its_interval_and_number_of_articles(demo_gold: Gold, demo_quality: Quality) -> None:
    quality = with_figure(demo_quality, "frames/macro_f1", Estimate(0.5, 0.25, 0.75))
    output = printed({"temporal": quality}, demo_gold)
    assert row(output, "frames, macro-F1") == ["0.50", "[0.25,", "0.75]", "40"]
    assert "later articles" in output


def test_ways_of_measuring_stand_side_by_side(demo_gold: Gold, demo_quality: Quality) -> None:
    other = with_figure(demo_quality, "frames/macro_f1", Estimate(-0.5, -0.75, 0.25))
    output = printed({"temporal": demo_quality, "cross_validated": other}, demo_gold)
    assert row(output, "frames, macro-F1")[-4:] == ["-0.50", "[-0.75,", "0.25]", "40"]
    assert "random folds" in output


def test_nothing_is_cut_off_at_eighty_columns(demo_gold: Gold, demo_quality: Quality) -> None:
    lowest = Estimate(-0.11, -0.22, -0.33)
    quality = with_figure(demo_quality, "stance/macro_f1", lowest)
    qualities = {"temporal": quality, "cross_validated": quality}
    narrow, wide = printed(qualities, demo_gold), printed(qualities, demo_gold, width=300)
    assert max(map(len, narrow.splitlines())) <= 80
    for mark in ("-0.11 [-0.22, -0.33]", "]", " of 40", "0."):
        assert narrow.count(mark) == wide.count(mark) > 0


def test_a_frame_shows_how_many_articles_have_it(demo_gold: Gold, demo_quality: Quality) -> None:
    n_present = int(demo_gold.present[:, 0].sum())
    output = printed({"temporal": demo_quality}, demo_gold)
    assert f"{n_present} of 40" in output.partition("F1 by frame")[2].partition("Stance")[0]


def test_what_only_one_way_could_measure_is_a_dash_for_the_other(demo_gold: Gold, demo_quality: Quality) -> None:
    less = Quality(tuple(figure for figure in demo_quality.figures if not figure.name.startswith("stance/")))
    output = printed({"temporal": less, "cross_validated": demo_quality}, demo_gold)
    assert row(output, "stance, macro-F1")[0] == "–"


def test_an_interval_that_cannot_be_told_is_dashes(demo_gold: Gold, demo_quality: Quality) -> None:
    quality = with_figure(demo_quality, "frames/macro_f1", Estimate(0.5, nan, nan))
    output = printed({"temporal": quality}, demo_gold)
    assert row(output, "frames, macro-F1") == ["0.50", "[–,", "–]", "40"]
    assert "nan" not in output


def test_what_no_way_could_measure_is_left_out(demo_gold: Gold, demo_quality: Quality) -> None:
    output = printed({"temporal": demo_quality}, demo_gold)
    assert "stance, accuracy" in output
    assert not any(figure.name.startswith("frames/language_zh") for figure in demo_quality.figures)
    assert "frames, zh" not in output
    assert "By language" not in output


def test_a_way_of_another_name_is_headed_by_it(demo_gold: Gold, demo_quality: Quality) -> None:
    assert "standpoint/3" in printed({"standpoint/3": demo_quality}, demo_gold)
