"""Progress on the terminal: what is being done, how far it is, and for how long still; plain lines elsewhere."""

from types import TracebackType
from typing import Self

from rich.console import Console, RenderableType
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from models.encoder_progress import TrainingProgress


class Teller:
    """Shows what is being done next on a line that goes away when the work is over.

    While a network is trained the line has a bar with loss, F1 and the time left for all `n_trainings`; where nobody
    watches, a line is printed for every epoch instead.
    """

    def __init__(self, console: Console, *, n_trainings: int = 1) -> None:
        self.console = console
        self._bar = Progress(*_columns(), console=console, transient=True, disable=not console.is_terminal)
        self._task = self._bar.add_task("", total=None, figures="")
        self._n_trainings, self._number, self._n_told = n_trainings, 0, 0
        self._what = self._watched = ""

    def __enter__(self) -> Self:
        """Begin to show."""
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop, and clear the line."""
        self._bar.stop()

    def __call__(self, step: str) -> None:
        """Say what is being done next."""
        self._what = step
        self._bar.update(self._task, description=step, figures="")

    def observe(self, progress: TrainingProgress) -> None:
        """Show how far the training of a network has come; each training is announced by another step."""
        if self._what != self._watched:
            self._watched, self._number, self._n_told = self._what, self._number + 1, 0
        n_before, n_trainings = self._number - 1, max(self._n_trainings, self._number)
        self._bar.update(
            self._task,
            completed=n_before * progress.n_steps + progress.step,
            total=n_trainings * progress.n_steps,
            figures=_figures(progress),
        )
        if len(progress.scores) > self._n_told and not self.console.is_terminal:
            said = f"{self._what}: epoch {len(progress.scores)}, step {progress.step} of {progress.n_steps}, "
            self.console.print(said + _figures(progress), markup=False, highlight=False, soft_wrap=True)
        self._n_told = len(progress.scores)


def _figures(progress: TrainingProgress) -> str:
    loss = [] if progress.loss is None else [f"loss {progress.loss:.2f}"]
    return ", ".join([*loss, *(f"F1 held out {score:.3f}" for score in progress.scores[-1:])])


class _WhenKnown(ProgressColumn):
    """Another column, shown only while it is known how much there is to do."""

    max_refresh = 0.5

    def __init__(self, column: ProgressColumn) -> None:
        super().__init__()
        self._column = column

    def render(self, task: Task) -> RenderableType:
        return "" if task.total is None else self._column.render(task)


def _columns() -> tuple[ProgressColumn, ...]:
    return (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        _WhenKnown(BarColumn(bar_width=24)),
        TextColumn("{task.fields[figures]}"),
        TimeElapsedColumn(),
        _WhenKnown(TextColumn("left")),
        _WhenKnown(TimeRemainingColumn()),
    )
