"""The runtime that computes with torch: where the network is trained, and where it has a processor that torch suits."""

import copy

import torch
from torch import nn

from models.encoder_network import EncoderNetwork, tensors
from models.encoder_processor import Processor
from models.encoder_runtime import BatchAnswers, EncoderRuntime
from models.passage_batch import PassageBatch


class TorchRuntime(EncoderRuntime):
    """Computes with the network as it is at the time; in bf16 where the processor has units for it."""

    def __init__(self, network: EncoderNetwork, processor: Processor) -> None:
        self.network, self.processor, self.padding = network, processor, network.padding
        self.name = f"torch-{processor.device.type}-{'bf16' if processor.has_bf16 else 'fp32'}"

    def run(self, batch: PassageBatch) -> BatchAnswers:
        """Answer a batch, which may have no places."""
        with torch.inference_mode(), self.processor.precision():
            places, sums = self.network.answers(tensors(batch, self.processor.device))
        return BatchAnswers(places.float().cpu().numpy(), sums.cpu().numpy())


def settled(network: EncoderNetwork, processor: Processor) -> TorchRuntime:
    """Return a runtime for a network that learns no more: its encoder is kept in bf16 where that is fast.

    Casting once is a fifth quicker than casting in every pass; the head stays in full precision.
    """
    kept = copy.deepcopy(network).eval().to(processor.device)
    if processor.has_bf16:
        nn.Module.to(kept.encoder, torch.bfloat16)
    runtime = TorchRuntime(kept, Processor(processor.device, has_bf16=False))
    runtime.name = f"torch-{processor.device.type}-{'bf16' if processor.has_bf16 else 'fp32'}"
    return runtime
