"""The encoder's tokenizer: texts to token numbers with the characters they stand for, read from `tokenizer.json`."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from standpoint.errors import ModelFolderError
from standpoint.sentences import Span

TOKENIZER = "tokenizer.json"


@dataclass(frozen=True, slots=True)
class Tokens:
    """A text's tokens without special ones: their numbers (n_tokens,) and the characters of each, in order."""

    ids: NDArray[np.int64]
    spans: Sequence[Span]


class EncoderTokenizer:
    """Tokenises whole texts; nothing is cut.

    `before` and `after` are the special tokens that the encoder expects around what it reads, `between` those between
    two texts.
    """

    def __init__(self, content: str) -> None:
        """Take the content of a `tokenizer.json`.

        Raises:
            ValueError: it is not a tokenizer.
        """
        try:
            self._tokenizer = Tokenizer.from_str(content)
        except Exception as error:  # the library raises nothing narrower
            raise ValueError(f"not a tokenizer: {error}") from error
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self.before, self.after = self._around()
        pair = self._tokenizer.encode("a", "a").ids
        inner = self._tokenizer.encode("a", add_special_tokens=False).ids
        self.between = pair[len(self.before) + len(inner) : len(pair) - len(inner) - len(self.after)]

    def tokenise(self, texts: Sequence[str]) -> list[Tokens]:
        """Return the tokens of each text."""
        encodings = self._tokenizer.encode_batch(list(texts), add_special_tokens=False)
        return [Tokens(np.array(found.ids, dtype=np.int64), found.offsets) for found in encodings]

    def to_json(self) -> str:
        """Return what the tokenizer is made from."""
        return str(self._tokenizer.to_str())

    def _around(self) -> tuple[list[int], list[int]]:
        inner = self._tokenizer.encode("a", add_special_tokens=False).ids
        outer = self._tokenizer.encode("a").ids
        n_before = next(n for n in range(len(outer)) if outer[n : n + len(inner)] == inner)
        return outer[:n_before], outer[n_before + len(inner) :]


def read_tokenizer(folder: Path) -> EncoderTokenizer:
    """Read the tokenizer of an encoder's folder.

    Raises:
        ModelFolderError: the folder has none, or it is not valid.
    """
    path = folder / TOKENIZER
    try:
        return EncoderTokenizer(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ModelFolderError(
            f"{path}: cannot be read ({error.strerror}). Name a folder that holds config.json, model.safetensors "
            f"and {TOKENIZER}, as Hugging Face models have them."
        ) from error
    except ValueError as error:
        raise ModelFolderError(f"{path}: {error}. Fetch the encoder again.") from error
