"""Patience with a server: how often to try, and how long to wait in between."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Patience:
    """How often to try, and how long to wait: `first_wait` seconds, doubling up to `longest_wait`, times 0.5 to 1.

    `timeout`: seconds that one answer may take. `jitter` returns a number from 0 to 1.
    """

    attempts: int = 6
    first_wait: float = 0.5
    longest_wait: float = 15.0
    timeout: float = 120.0
    sleep: Callable[[float], None] = time.sleep
    jitter: Callable[[], float] = random.random

    def wait(self, n_tried: int) -> None:
        """Sleep before the next try."""
        longest = min(self.longest_wait, self.first_wait * 2 ** (n_tried - 1))
        self.sleep(longest * (1 + self.jitter()) / 2)
