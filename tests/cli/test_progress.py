"""Tests of telling progress: one bar for all trainings on a terminal, a line for every epoch elsewhere."""

import io
import re

import pytest
from rich.console import Console

from cli.progress import Teller
from models.encoder_progress import TrainingProgress

_CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def console(*, is_terminal: bool) -> Console:
    return Console(file=io.StringIO(), force_terminal=is_terminal, width=160, color_system=None)


def said(console: Console) -> str:
    """Return what a console showed, without what moves its cursor."""
    assert isinstance(console.file, io.StringIO)
    return _CONTROL.sub("", console.file.getvalue())


def shown(teller: Teller) -> str:
    """Return the line as it would be drawn now."""
    page = Console(file=io.StringIO(), width=160, color_system=None)
    page.print(teller._bar)
    return said(page)


def epoch(step: int, *scores: float, n_steps: int = 8, loss: float | None = 0.5) -> TrainingProgress:
    return TrainingProgress(step, n_steps, loss, scores)


def test_before_anything_is_trained_there_is_no_bar() -> None:
    with Teller(console(is_terminal=True)) as teller:
        teller("reading gold")
        line = shown(teller)
    assert "reading gold" in line
    assert "━" not in line
    assert "left" not in line


def test_the_bar_counts_the_steps_of_all_trainings() -> None:
    with Teller(console(is_terminal=True), n_trainings=4) as teller:
        (task,) = teller._bar.tasks
        teller("part 1: stances")
        teller.observe(epoch(2))
        assert (task.completed, task.total) == (2, 32)
        teller.observe(epoch(8))
        teller("part 2: frames")
        teller("part 2: stances")
        teller.observe(epoch(4))
        assert (task.completed, task.total) == (12, 32)
        assert task.percentage == pytest.approx(37.5)


def test_more_trainings_than_were_announced_do_not_overrun_the_bar() -> None:
    with Teller(console(is_terminal=True), n_trainings=1) as teller:
        (task,) = teller._bar.tasks
        for part in ("one", "two", "three"):
            teller(part)
            teller.observe(epoch(8))
        assert (task.completed, task.total) == (24, 24)


def test_the_line_says_what_is_done_with_loss_and_figure_and_time_left() -> None:
    with Teller(console(is_terminal=True)) as teller:
        teller("final: stances")
        teller.observe(epoch(3, loss=1.25))
        assert re.search(r"final: stances .*━.* loss 1\.25 .*0:00:0\d left", shown(teller))
        assert "F1" not in shown(teller)
        teller.observe(epoch(4, 0.5, 0.612))
        assert "loss 0.50, F1 held out 0.612" in shown(teller)


def test_a_run_that_goes_on_has_no_loss_yet() -> None:
    with Teller(console(is_terminal=True)) as teller:
        teller("final: stances")
        teller.observe(epoch(4, 0.612, loss=None))
        assert "F1 held out 0.612" in shown(teller)
        assert "loss" not in shown(teller)


def test_figures_go_away_with_the_training_they_are_of() -> None:
    with Teller(console(is_terminal=True)) as teller:
        teller("final: stances")
        teller.observe(epoch(8, 0.5))
        teller("recording the run")
        assert "recording the run" in shown(teller)
        assert "loss" not in shown(teller)
        assert "F1" not in shown(teller)


def test_nothing_is_left_on_a_terminal_even_when_the_work_breaks_off() -> None:
    page = console(is_terminal=True)

    def broken_off() -> None:
        with Teller(page) as teller:
            teller("final: stances")
            teller.observe(epoch(4, 0.5))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        broken_off()
    assert isinstance(page.file, io.StringIO)
    assert page.file.getvalue().endswith("\x1b[?25h\r\x1b[1A\x1b[2K")
    assert "epoch" not in said(page)


def test_elsewhere_a_line_is_printed_for_every_epoch_and_for_nothing_else() -> None:
    page = console(is_terminal=False)
    with Teller(page, n_trainings=2) as teller:
        for part in ("part 1: stances", "part 2: stances"):
            teller(part)
            for progress in (epoch(1), epoch(2), epoch(2, 0.25), epoch(3, 0.25), epoch(4, 0.25, 0.5)):
                teller.observe(progress)
            teller("frames")
    assert said(page).splitlines() == [
        f"{part}: stances: epoch {number}, step {2 * number} of 8, loss 0.50, F1 held out {score:.3f}"
        for part in ("part 1", "part 2")
        for number, score in ((1, 0.25), (2, 0.5))
    ]


def test_a_run_that_goes_on_says_so_in_a_line_of_its_own() -> None:
    page = console(is_terminal=False)
    with Teller(page) as teller:
        teller("part 1: stances")
        teller.observe(epoch(8, 0.25, 0.5, loss=None))
        teller("final: stances")
        for progress in (epoch(4, 0.25, 0.5, loss=None), epoch(5, 0.25, 0.5), epoch(6, 0.25, 0.5, 0.75)):
            teller.observe(progress)
    assert said(page).splitlines() == [
        "part 1: stances: epoch 2, step 8 of 8, F1 held out 0.500",
        "final: stances: epoch 2, step 4 of 8, F1 held out 0.500",
        "final: stances: epoch 3, step 6 of 8, loss 0.50, F1 held out 0.750",
    ]


def test_words_in_brackets_are_shown_as_they_are() -> None:
    page = console(is_terminal=False)
    with Teller(page) as teller:
        teller("[red]稀土[/red]")
        teller.observe(epoch(1, 0.5))
    assert said(page).startswith("[red]稀土[/red]: epoch 1")
