"""The progress of a training run, as it is told to whoever watches."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TrainingProgress:
    """How far training has come: steps done of how many, their loss, and the figure on held-out scenes of each epoch.

    It is told once where a run goes on from a checkpoint, after every step, and after every epoch once its figure is
    known. `loss` is None before the first step of this process.
    """

    step: int
    n_steps: int
    loss: float | None
    scores: tuple[float, ...]


Observer = Callable[[TrainingProgress], None]


def unobserved(_: TrainingProgress) -> None:
    """Tell nobody how far training has come."""
