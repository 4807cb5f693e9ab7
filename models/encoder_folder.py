"""What an encoder adds to a model folder: its tokenizer, its graphs and its network, beside settings and arrays."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from models.blended_frames import blended_frames
from models.encoder import Encoder
from models.encoder_choice import choose_runtime
from models.encoder_news_model import EncoderNewsModel, Package
from models.encoder_stance import EncoderStances
from models.encoder_tokens import TOKENIZER, EncoderTokenizer
from models.features import Arrays
from models.kept_files import KeptFiles
from models.linear_parts import arrays_below, frame_model_from, part_settings
from models.passages import PassageConfig
from standpoint.codebook import Codebook
from standpoint.errors import ModelFolderError


def write_encoder_files(model: EncoderNewsModel, folder: Path) -> tuple[dict[str, Any], Arrays, dict[str, str]]:
    """Write the files of an encoder model; return its settings, its arrays, and the SHA-256 of each file.

    Raises:
        ModelFolderError: the model has no package.
    """
    package = model.package
    if package is None:
        raise ModelFolderError(f"{folder}: this model was not made ready to be saved. Finish it first.")
    package.files.write(folder)
    arrays: Arrays = {}
    if model.frames is not None:
        arrays |= {f"frames.{name}": value for name, value in model.frames.to_arrays().items()}
    if model.stances is not None:
        arrays |= {"stances.calibration": model.stances.calibration_, "stances.weights": model.stances.weights_}
    settings = {
        "encoder": {**package.settings, "passages": asdict(model.encoder.passages)},
        "frames": None if model.frames is None else {"linear": part_settings(model.frames.linear)},
        "stances": model.stances is not None,
    }
    return settings, arrays, package.files.digests


def read_encoder_model(
    folder: Path,
    content: tuple[Mapping[str, Any], Arrays, Codebook],
    computing: tuple[int | None, str | None],
    facts: Mapping[str, Any],
) -> EncoderNewsModel:
    """Read an encoder model.

    Args:
        folder: the model folder.
        content: its description, its arrays and its codebook, which were checked.
        computing: how many threads it may use (None: as many as there are processors), and the runtime that it
            must use (None: the quickest).
        facts: its version, and what is known of its training.

    Raises:
        ModelFolderError: a file is missing, was changed, or cannot be used.
        LookupError, TypeError, ValueError: the parts do not fit together.
    """
    description, arrays, codebook = content
    settings = dict(description["encoder"])
    passages = PassageConfig(**settings.pop("passages"))
    files = KeptFiles(folder, {name: description["sha256"][name] for name in settings["files"]})
    n_threads, wanted = computing
    runtime = choose_runtime(files, settings, wanted=wanted, n_threads=n_threads)
    tokenizer = EncoderTokenizer(files.read(TOKENIZER).decode())
    encoder = Encoder(tokenizer, runtime, passages)
    frames, stances = None, None
    if description["frames"] is not None:
        own = arrays_below("frames.", arrays)
        linear = frame_model_from(description["frames"]["linear"], arrays_below("linear.", own))
        frames = blended_frames(own, linear)
    if description["stances"]:
        stances = EncoderStances(encoder, len(codebook.stances))
        stances.calibration_, stances.weights_ = arrays["stances.calibration"], arrays["stances.weights"]
    package = Package(files, settings)
    return EncoderNewsModel(codebook, encoder, frames=frames, stances=stances, package=package, **facts)
