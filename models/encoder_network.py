"""The network: an encoder reads passages once; every frame and every target is answered from the same states."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import PreTrainedModel

from models.passage_batch import REACH, PassageBatch

_SMALL = 0.02
_HIDDEN = -1e4


@dataclass(frozen=True)
class TensorBatch:
    """The arrays of a `PassageBatch` as tensors on the device that computes."""

    ids: Tensor
    is_text: Tensor
    actors: Tensor
    owners: Tensor
    roles: Tensor
    offsets: Tensor
    is_near: Tensor


def tensors(batch: PassageBatch, device: torch.device) -> TensorBatch:
    """Move a batch to the device."""
    return TensorBatch(
        **{name: torch.from_numpy(getattr(batch, name)).to(device) for name in TensorBatch.__dataclass_fields__}
    )


class EncoderNetwork(nn.Module):
    """An encoder with heads; actors are marked in what it reads, all alike, so that one pass serves all targets."""

    def __init__(self, encoder: PreTrainedModel, *, n_stances: int, dropout: float = 0.2) -> None:
        super().__init__()
        self.encoder = encoder
        self.padding = int(encoder.config.pad_token_id or 0)
        width = encoder.config.hidden_size
        self.actor_mark = nn.Parameter(torch.randn(width) * _SMALL)
        self.stances = StanceHead(width, n_stances, dropout=dropout)

    def forward(self, batch: TensorBatch) -> Tensor:
        """Return for every place its say, then its score for each stance: (n_places, 1 + n_stances)."""
        scores: Tensor = self.stances(self.states(batch)[batch.owners], batch)
        return scores

    def states(self, batch: TensorBatch) -> Tensor:
        """Return what the encoder makes of every token, (n_passages, n_tokens, width)."""
        words = self.encoder.get_input_embeddings()(batch.ids)
        marked = words + batch.actors[..., None].to(words.dtype) * self.actor_mark
        states: Tensor = self.encoder(
            inputs_embeds=marked, attention_mask=batch.is_text.to(torch.long)
        ).last_hidden_state
        return states.float()


class StanceHead(nn.Module):
    """Reads the stance off the tokens that name the target and what they attend to in the sentence around."""

    def __init__(self, width: int, n_stances: int, *, dropout: float) -> None:
        super().__init__()
        self.n_heads = max(width // 64, 1)
        self.role = nn.Embedding(3, width)
        self.offset = nn.Embedding(2 * REACH + 1, width)
        for table in (self.role, self.offset):
            nn.init.normal_(table.weight, std=_SMALL)
        self.query, self.key, self.value = (nn.Linear(width, width) for _ in range(3))
        self.norm = nn.LayerNorm(2 * width)
        self.output = nn.Linear(2 * width, 1 + n_stances)
        self.dropout = nn.Dropout(dropout)

    def forward(self, states: Tensor, batch: TensorBatch) -> Tensor:
        """Return the say and the scores of each place from the states of its passage, (n_places, n_tokens, width)."""
        n_places, n_tokens, width = states.shape
        is_target = (batch.roles == 1).to(states.dtype)
        named = torch.einsum("pt,ptw->pw", is_target / is_target.sum(1, keepdim=True), states)
        seen = states + self.role(batch.roles) + self.offset(batch.offsets)
        parted = (n_places, -1, self.n_heads, width // self.n_heads)
        attended = functional.scaled_dot_product_attention(
            self.query(named).view(parted).transpose(1, 2),
            self.key(seen).view(parted).transpose(1, 2),
            self.value(seen).view(parted).transpose(1, 2),
            attn_mask=torch.where(batch.is_near, 0.0, _HIDDEN).to(states.dtype)[:, None, None, :],
        )
        both = torch.cat([named, attended.transpose(1, 2).reshape(n_places, width)], dim=1)
        scores: Tensor = self.output(self.dropout(self.norm(both)))
        return scores.float()


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
