"""Progress on the terminal: what is being done, and for how long already; plain lines where nobody watches."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn


@contextmanager
def told(console: Console) -> Iterator[Callable[[str], None]]:
    """Lend a function that shows what is being done next; the line goes away when the work is over."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=None)

        def tell(step: str) -> None:
            progress.update(task, description=step)

        yield tell
