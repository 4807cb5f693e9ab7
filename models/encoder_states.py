"""Sentence states: what a frozen encoder makes of every sentence of a text, from one pass over its windows."""

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch import Tensor, nn

from models.encoder_processor import Processor, this_processor
from models.encoder_source import EncoderSource
from models.encoder_tokens import EncoderTokenizer
from models.frame_head import States
from models.passage_batch import batches, passage_batch
from models.passages import Numbers, Passage, PassageConfig, passages
from models.targets import Scene

N_LAYERS = 3
"""The last layers of an encoder say different things; so many of them are kept."""

_N_TOKENS = 8192
"""How many tokens are read at once."""


def sentence_states(
    scenes: Sequence[Scene],
    source: EncoderSource,
    *,
    config: PassageConfig | None = None,
    processor: Processor | None = None,
) -> list[States]:
    """Return the mean token states of the sentences of each text, each (n_sentences, n_layers, width).

    Every token is read once, in the window that owns it, with what the window shows around it. A sentence that the
    tokenizer passes over is all zeros, and so is the one state of a text without sentences.
    """
    if not scenes:
        return []
    read = passages(scenes, [()] * len(scenes), source.tokenizer, config or PassageConfig())
    firsts = np.cumsum([0, *(max(len(scene.sentences), 1) for scene in scenes)])
    numbers = _sentence_numbers(scenes, firsts, source.tokenizer)
    owned = np.split(numbers, np.cumsum([passage.own[1] - passage.own[0] for passage in read])[:-1])
    n_layers = min(N_LAYERS, source.encoder.config.num_hidden_layers + 1)
    sums = torch.zeros(int(firsts[-1]), n_layers, source.encoder.config.hidden_size)
    for index, states in _token_states(read, n_layers, source, processor or this_processor()):
        sums.index_add_(0, torch.from_numpy(owned[index]), states[slice(*read[index].own)])
    counts = np.maximum(np.bincount(numbers, minlength=len(sums)), 1).astype(np.float32)
    return np.split(sums.numpy() / counts[:, None, None], firsts[1:-1])


def _token_states(
    read: Sequence[Passage], n_layers: int, source: EncoderSource, processor: Processor
) -> Iterator[tuple[int, Tensor]]:
    """Yield each passage's number and what the encoder makes of its tokens, (n_tokens, n_layers, width)."""
    encoder: nn.Module = source.encoder
    encoder.to(processor.device).eval()
    padding = int(source.encoder.config.pad_token_id or 0)
    for group in batches(read, n_tokens=_N_TOKENS):
        batch = passage_batch([read[index] for index in group], padding=padding)
        ids, is_text = (torch.from_numpy(array).to(processor.device) for array in (batch.ids, batch.is_text))
        with torch.inference_mode(), processor.precision():
            layers = encoder(ids, attention_mask=is_text.long(), output_hidden_states=True).hidden_states
        yield from zip(group, torch.stack(layers[-n_layers:], dim=2).float().cpu(), strict=True)


def _sentence_numbers(scenes: Sequence[Scene], firsts: Numbers, tokenizer: EncoderTokenizer) -> Numbers:
    """Return for every token of all texts, in order, the sentence it starts in, counted over all texts."""
    found = [np.zeros(0, dtype=np.int64)]
    for scene, first, tokens in zip(scenes, firsts, tokenizer.tokenise([one.text for one in scenes]), strict=False):
        starts, ends = [start for start, _ in tokens.spans], [end for _, end in scene.sentences]
        last = max(len(ends) - 1, 0)
        found.append(first + np.searchsorted(ends, starts, side="right").clip(max=last))
    return np.concatenate(found)
