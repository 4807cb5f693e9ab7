"""The optimiser: which weights learn, how fast each layer does, and the running average of what was learned."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn

from models.encoder_network import EncoderNetwork

_LAYER = re.compile(r"\.layers?\.(\d+)\.")
_CLIP = 1.0
_FIRST_STEPS = 10


@dataclass(frozen=True)
class LearningConfig:
    """How weights learn.

    `trained`: everything, the encoder's `n_top_layers` and the heads, or the heads alone. `learning_rate` is that of
    the encoder's last layer; each layer below has `layer_decay` times the rate of the one above it. Rates rise over
    the share `warm_up` of all steps, then fall to 0. `average` is the decay of the running average of the weights.
    Word embeddings are never trained: most words of a language do not occur in what is trained on. Nor are the marks of
    actors and tones where the heads learn alone, for the encoder then makes of a text what it always made of it.
    """

    trained: Literal["all", "top", "head"] = "all"
    n_top_layers: int = 2
    learning_rate: float = 1e-4
    head_learning_rate: float = 1e-3
    layer_decay: float = 0.9
    warm_up: float = 0.1
    weight_decay: float = 0.01
    average: float = 0.995


class Optimiser:
    """Takes the steps of a training run of known length."""

    def __init__(self, network: EncoderNetwork, config: LearningConfig, n_steps: int) -> None:
        self.config, self.n_steps, self.step_number = config, n_steps, 0
        self.weights = dict(_trained_weights(network, config))
        self.averages = {name: weight.detach().clone() for name, weight in self.weights.items()}
        groups: dict[tuple[float, float], list[nn.Parameter]] = {}
        for name, weight in self.weights.items():
            kind = _rate(name, network, config), config.weight_decay * (weight.ndim > 1)
            groups.setdefault(kind, []).append(weight)
        self._adam = torch.optim.AdamW(
            [{"params": found, "rate": rate, "weight_decay": decay} for (rate, decay), found in groups.items()],
            betas=(0.9, 0.98),
            eps=1e-6,
            fused=True,
        )

    def step(self) -> None:
        """Move the weights against the gradients that have gathered, and their average after them."""
        nn.utils.clip_grad_norm_(self.weights.values(), _CLIP)
        for group in self._adam.param_groups:
            group["lr"] = group["rate"] * self._share()
        self._adam.step()
        self._adam.zero_grad(set_to_none=True)
        self.step_number += 1
        decay = min(self.config.average, self.step_number / (_FIRST_STEPS + self.step_number))
        with torch.no_grad():
            torch._foreach_lerp_(list(self.averages.values()), list(self.weights.values()), 1 - decay)

    @contextmanager
    def averaged(self) -> Iterator[None]:
        """Let the network hold the averaged weights for a while."""
        learned = {name: weight.detach().clone() for name, weight in self.weights.items()}
        self.set_weights(self.averages)
        try:
            yield
        finally:
            self.set_weights(learned)

    def to_tensors(self) -> dict[str, Tensor]:
        """Return all that the next step depends on but `step_number`."""
        tensors: dict[str, Tensor] = {}
        for name, weight in self.weights.items():
            state = self._adam.state[weight]
            tensors |= {f"weights.{name}": weight.detach(), f"averages.{name}": self.averages[name]}
            tensors |= {f"first.{name}": state["exp_avg"], f"second.{name}": state["exp_avg_sq"]}
        return tensors

    def load_tensors(self, tensors: Mapping[str, Tensor], step_number: int) -> None:
        """Go on from where `to_tensors` was called.

        Raises:
            KeyError: they are of another network.
        """
        self.step_number = step_number
        self.set_weights({name: tensors[f"weights.{name}"] for name in self.weights})
        for name, weight in self.weights.items():
            self.averages[name].copy_(tensors[f"averages.{name}"])
            self._adam.state[weight] = {
                "step": torch.tensor(float(step_number)),
                "exp_avg": tensors[f"first.{name}"].to(weight.device),
                "exp_avg_sq": tensors[f"second.{name}"].to(weight.device),
            }

    def set_weights(self, values: Mapping[str, Tensor]) -> None:
        """Let the network hold other values for the weights that learn."""
        with torch.no_grad():
            for name, weight in self.weights.items():
                weight.copy_(values[name])

    def _share(self) -> float:
        """Return the share of the full learning rate that is due now."""
        warm = max(round(self.config.warm_up * self.n_steps), 1)
        rising = (self.step_number + 1) / warm
        return max(min(rising, (self.n_steps - self.step_number) / max(self.n_steps - warm, 1)), 0.0)


def _trained_weights(network: EncoderNetwork, config: LearningConfig) -> Iterator[tuple[str, nn.Parameter]]:
    """Yield the weights that learn, by name; switch gradients off for all others."""
    words = {id(weight) for weight in network.encoder.get_input_embeddings().parameters()}
    lowest = {"all": -1, "top": n_layers(network) - config.n_top_layers, "head": n_layers(network)}[config.trained]
    fixed = words | ({id(network.actor_mark), id(network.tone_marks)} if config.trained == "head" else set())
    for name, weight in network.named_parameters():
        is_trained = id(weight) not in fixed and _layer(name, network) >= lowest
        weight.requires_grad_(is_trained)
        if is_trained:
            yield name, weight


def _rate(name: str, network: EncoderNetwork, config: LearningConfig) -> float:
    above = n_layers(network) - 1 - _layer(name, network)
    return config.head_learning_rate if above < 0 else config.learning_rate * config.layer_decay**above


def _layer(name: str, network: EncoderNetwork) -> int:
    """Return the encoder layer a weight belongs to: -1 below all of them, `n_layers` above."""
    found = _LAYER.search(name)
    if not name.startswith("encoder."):
        return n_layers(network)
    return int(found.group(1)) if found else -1


def n_layers(network: EncoderNetwork) -> int:
    """Return how many layers the encoder has."""
    return int(network.encoder.config.num_hidden_layers)
