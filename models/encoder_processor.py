"""The processor an encoder runs on: which device, and whether it computes in half precision."""

import os
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

import torch

# oneDNN keeps what it compiled for a shape, and batches of texts have ever new ones: 1,024 kept take half a gigabyte.
for _name in ("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "LRU_CACHE_CAPACITY"):
    os.environ.setdefault(_name, "32")


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
