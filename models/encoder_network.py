"""The network: an encoder reads passages once; sentences and targets are answered for from the same states."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import PreTrainedModel

from models.passage_batch import REACH, THE_TARGET, PassageBatch
from models.passages import TONES

N_LAYERS = 3
"""The last layers of an encoder say different things; of so many of them sentences keep the states."""

_SMALL = 0.02
_HIDDEN = -1e4


@dataclass(frozen=True)
class TensorBatch:
    """The arrays of a `PassageBatch` as tensors on the device that computes."""

    ids: Tensor
    is_text: Tensor
    actors: Tensor
    tones: Tensor
    pooling: Tensor
    owners: Tensor
    near: Tensor
    is_near: Tensor
    roles: Tensor
    offsets: Tensor


def tensors(batch: PassageBatch, device: torch.device) -> TensorBatch:
    """Move a batch to the device."""
    return TensorBatch(
        **{name: torch.from_numpy(getattr(batch, name)).to(device) for name in TensorBatch.__dataclass_fields__}
    )


class EncoderNetwork(nn.Module):
    """An encoder with a head; actors are marked in what it reads, all alike, so that one pass serves all targets.

    So are words that speak well or ill of whoever they are said of, which a small encoder knows little about.
    """

    def __init__(self, encoder: PreTrainedModel, *, n_stances: int, dropout: float = 0.2) -> None:
        super().__init__()
        self.encoder = encoder
        self.padding = int(encoder.config.pad_token_id or 0)
        width = encoder.config.hidden_size
        of_words = next(encoder.get_input_embeddings().parameters()).shape[1]  # narrower in some encoders
        self.actor_mark = nn.Parameter(torch.zeros(of_words))
        self.tone_marks = nn.Parameter(torch.zeros(len(TONES), of_words))
        self.stances = StanceHead(width, n_stances, dropout=dropout)

    def forward(self, batch: TensorBatch) -> Tensor:
        """Return for every place its say, then its score for each stance: (n_places, 1 + n_stances)."""
        scores: Tensor = self.stances(self.layers(batch)[-1].float(), batch)
        return scores

    def answers(self, batch: TensorBatch) -> tuple[Tensor, Tensor]:
        """Return what `forward` does, and the sums of the states of the tokens of each sentence.

        Shapes: (n_places, 1 + n_stances) and (n_passages, n_sentences, n_layers, width), of the last `N_LAYERS`.
        """
        layers = self.layers(batch)[-N_LAYERS:]
        pooling = batch.pooling.to(layers[-1].dtype)
        sums = torch.stack([torch.matmul(pooling, layer) for layer in layers], dim=2)
        scores: Tensor = self.stances(layers[-1].float(), batch)
        return scores, sums.float()

    def layers(self, batch: TensorBatch) -> tuple[Tensor, ...]:
        """Return what each layer of the encoder makes of every token, (n_passages, n_tokens, width) each."""
        words = self.encoder.get_input_embeddings()(batch.ids)
        marked = words + batch.actors[..., None].to(words.dtype) * self.actor_mark.to(words.dtype)
        marked = marked + self.tone_marks.to(words.dtype)[batch.tones]
        found = self.encoder(
            inputs_embeds=marked, attention_mask=batch.is_text.to(torch.long), output_hidden_states=True
        )
        layers: tuple[Tensor, ...] = found.hidden_states
        return layers


class StanceHead(nn.Module):
    """Reads the stance off the tokens that name the target and what they attend to in the sentence around."""

    def __init__(self, width: int, n_stances: int, *, dropout: float) -> None:
        super().__init__()
        self.n_heads = next(n for n in range(max(width // 64, 1), 0, -1) if width % n == 0)
        self.role = nn.Embedding(3, width)
        self.offset = nn.Embedding(2 * REACH + 1, width)
        for table in (self.role, self.offset):
            nn.init.normal_(table.weight, std=_SMALL)
        self.query, self.key, self.value = (nn.Linear(width, width) for _ in range(3))
        self.norm = nn.LayerNorm(2 * width)
        self.output = nn.Linear(2 * width, 1 + n_stances)
        self.dropout = nn.Dropout(dropout)

    def forward(self, states: Tensor, batch: TensorBatch) -> Tensor:
        """Return the say and the scores of each place, (n_places, 1 + n_stances), from (n_passages, n_tokens, width).

        What does not depend on the target is computed once a token: one more target costs next to nothing.
        """
        flat = (batch.owners[:, None] * states.shape[1] + batch.near).reshape(-1)
        is_target = ((batch.roles == THE_TARGET) & batch.is_near).to(states.dtype)
        named = torch.einsum("pn,pnw->pw", is_target, _at(states, flat, batch.near))
        named = named / is_target.sum(1, keepdim=True)
        key, value = (self._seen(layer, states, flat, batch) for layer in (self.key, self.value))
        match = torch.einsum("phd,pnhd->phn", self._parted(self.query(named)), key) * key.shape[-1] ** -0.5
        match = match + torch.where(batch.is_near, 0.0, _HIDDEN)[:, None, :]
        attended = torch.einsum("phn,pnhd->phd", functional.softmax(match.float(), dim=-1).to(value.dtype), value)
        both = torch.cat([named, attended.flatten(1).to(named.dtype)], dim=1)
        scores: Tensor = self.output(self.dropout(self.norm(both)))
        return scores.float()

    def _seen(self, layer: nn.Linear, states: Tensor, flat: Tensor, batch: TensorBatch) -> Tensor:
        """Return what a layer makes of the tokens near each place, with their roles and offsets, parted into heads."""
        roles, offsets = (functional.linear(table.weight, layer.weight) for table in (self.role, self.offset))
        return self._parted(_at(layer(states), flat, batch.near) + roles[batch.roles] + offsets[batch.offsets])

    def _parted(self, values: Tensor) -> Tensor:
        return values.reshape(*values.shape[:-1], self.n_heads, values.shape[-1] // self.n_heads)


def pooled(places: Tensor, questions: Tensor, n_questions: int) -> Tensor:
    """Return the scores of each question, (n_questions, n_stances): its places' scores weighted by their say.

    Args:
        places: as the network returns them, (n_places, 1 + n_stances).
        questions: the question that each place belongs to, (n_places,); none is without a place.
        n_questions: how many there are.
    """
    say = places[:, 0]
    most = say.new_full((n_questions,), float("-inf")).scatter_reduce(0, questions, say.detach(), "amax")
    weight = torch.exp(say - most[questions])
    total = weight.new_zeros(n_questions).index_add(0, questions, weight)
    scores = places.new_zeros(n_questions, places.shape[1] - 1)
    return scores.index_add(0, questions, (weight / total[questions])[:, None] * places[:, 1:])


def _at(states: Tensor, flat: Tensor, near: Tensor) -> Tensor:
    """Return the states near each place, (n_places, n_near, width); `flat` counts tokens over all passages."""
    return states.reshape(-1, states.shape[-1])[flat].reshape(*near.shape, states.shape[-1])
