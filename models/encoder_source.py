"""The pretrained encoder that a model starts from: a folder as Hugging Face models have it, weights as safetensors."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from transformers import AutoConfig, AutoModel, PreTrainedModel
from transformers.utils import logging

from models.encoder_tokens import EncoderTokenizer, read_tokenizer
from standpoint.errors import ModelFolderError

WEIGHTS = "model.safetensors"


@dataclass(frozen=True, slots=True)
class EncoderSource:
    """An encoder in memory with its tokenizer."""

    encoder: PreTrainedModel
    tokenizer: EncoderTokenizer


def read_encoder(folder: Path) -> EncoderSource:
    """Read a pretrained encoder; no code of its own is run.

    Raises:
        ModelFolderError: the folder is not that of an encoder.
    """
    tokenizer = read_tokenizer(folder)
    if not (folder / WEIGHTS).exists():
        raise ModelFolderError(
            f"{folder / WEIGHTS}: is not there. Name a folder that holds config.json, {WEIGHTS} and tokenizer.json."
        )
    try:
        with quiet_transformers():
            encoder: PreTrainedModel = AutoModel.from_pretrained(folder, local_files_only=True, use_safetensors=True)
    except (OSError, ValueError, KeyError) as error:
        raise ModelFolderError(f"{folder}: is not an encoder ({error}). Fetch it again, or name another.") from error
    return EncoderSource(_without_pooler(encoder), tokenizer)


def encoder_of(config: dict[str, Any]) -> PreTrainedModel:
    """Return an encoder of that configuration, its weights yet to be set; no code of its own is run.

    Raises:
        ValueError: the configuration is that of no known encoder.
    """
    with quiet_transformers():
        encoder: PreTrainedModel = AutoModel.from_config(AutoConfig.for_model(**config))  # type: ignore[no-untyped-call]
    return _without_pooler(encoder)


def _without_pooler(encoder: PreTrainedModel) -> PreTrainedModel:
    """Remove what not every encoder has, and whose answer is not used."""
    if getattr(encoder, "pooler", None) is not None:
        setattr(encoder, "pooler", None)  # noqa: B010 (not every encoder has one)
    return encoder


@contextmanager
def quiet_transformers() -> Iterator[None]:
    """For a while, keep the library from reporting weights that are not needed, and from drawing bars."""
    verbosity, has_bar = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        logging.set_verbosity(verbosity)
        if has_bar:
            logging.enable_progress_bar()  # type: ignore[no-untyped-call]
