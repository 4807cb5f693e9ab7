"""The processor an encoder runs on: which device, and whether it computes in half precision."""

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

import torch


@dataclass(frozen=True, slots=True)
class Processor:
    """A device and whether bf16 is fast on it; weights and sums stay in full precision either way."""

    device: torch.device
    has_bf16: bool

    def precision(self) -> AbstractContextManager[object]:
        """Return the context in which the encoder computes."""
        return torch.autocast(self.device.type, torch.bfloat16) if self.has_bf16 else nullcontext()


def this_processor() -> Processor:
    """Return the graphics processor if there is one, else the central one; bf16 where it has units for it."""
    if torch.cuda.is_available():
        return Processor(torch.device("cuda"), torch.cuda.is_bf16_supported())
    return Processor(torch.device("cpu"), bool(torch.cpu.get_capabilities().get("amx_bf16")))
