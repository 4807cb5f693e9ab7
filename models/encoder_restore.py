"""Writing a trained network as weights and configuration, and restoring it for torch."""

import json

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save

from models.encoder_network import EncoderNetwork
from models.encoder_processor import this_processor
from models.encoder_source import encoder_of
from models.encoder_torch import TorchRuntime, settled
from standpoint.errors import ModelFolderError


def network_weights(network: EncoderNetwork) -> bytes:
    """Return the weights of a network as safetensors, those of the encoder in bf16, which is what torch is used for."""
    return save({name: _kept(name, weight) for name, weight in network.state_dict().items()})


def network_config(network: EncoderNetwork) -> bytes:
    """Return the configuration of the encoder as JSON, without the folder that it was read from."""
    settings = network.encoder.config.to_dict()
    settings.pop("_name_or_path", None)
    return json.dumps(settings, sort_keys=True, default=str).encode()


def restored_runtime(weights: bytes, config: bytes, *, n_stances: int, n_threads: int) -> TorchRuntime:
    """Return a runtime for a network that was written; torch uses so many threads in this process from then on.

    Raises:
        ModelFolderError: weights and configuration do not fit together.
    """
    try:
        network = EncoderNetwork(encoder_of(json.loads(config)), n_stances=n_stances)
        network.load_state_dict({name: weight.float() for name, weight in load(weights).items()})
    except (SafetensorError, RuntimeError, KeyError, ValueError, TypeError) as error:
        raise ModelFolderError(f"the network cannot be restored ({error}). Fetch the model again.") from error
    torch.set_num_threads(n_threads)
    return settled(network, this_processor())


def _kept(name: str, weight: torch.Tensor) -> torch.Tensor:
    half = name.startswith("encoder.") and weight.is_floating_point()
    return (weight.to(torch.bfloat16) if half else weight).detach().cpu().contiguous().clone()
