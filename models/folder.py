"""The model folder: what a trained model is on disk, checked byte for byte when it is read.

`model.json` holds the format, codebook, settings and the SHA-256 of every other file and of itself;
`weights.safetensors` holds arrays; an encoder brings files of its own (`models/encoder_folder.py`). Nothing in the
folder can run code or names a module.
"""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from safetensors import SafetensorError
from safetensors.numpy import load, save

from models.features import Arrays
from models.linear_news_model import LinearNewsModel
from models.linear_parts import arrays_below, frame_model_from, part_settings, stance_model_from
from models.news_model import NewsModel
from models.tone import tone_fingerprint
from standpoint.codebook import Codebook
from standpoint.codebook_file import codebook_from_json
from standpoint.errors import CodebookMismatchError, InputError, ModelFolderError

FORMAT = 1
DESCRIPTION, WEIGHTS = "model.json", "weights.safetensors"

_RETRAIN = "Fetch it again from where it was trained, or train anew."


def save_model(model: NewsModel, folder: Path) -> None:
    """Write a model to a folder that does not exist yet; it appears only when complete.

    Raises:
        ModelFolderError: the folder exists, or cannot be written.
    """
    if folder.exists():
        raise ModelFolderError(f"{folder}: exists already. Choose another folder or remove it.")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
        try:
            _write(model, beside)
            beside.chmod(0o755)
            beside.replace(folder)
        finally:
            shutil.rmtree(beside, ignore_errors=True)
    except OSError as error:
        raise ModelFolderError(f"{folder}: cannot be written ({error.strerror}). Choose another folder.") from error


@dataclass(frozen=True)
class ModelIdentity:
    """What tells a model from others without loading it; `digest` is the SHA-256 of its description."""

    kind: str
    codebook: Codebook
    digest: str


def identify_model(folder: Path) -> ModelIdentity:
    """Say which model a folder holds; only its description is read and checked.

    Raises:
        ModelFolderError: the folder holds no model description, or one that was changed.
    """
    description = _read_description(folder)
    digest = str(description["sha256"][DESCRIPTION])
    return ModelIdentity(str(description["kind"]), _codebook(folder, description), digest)


def load_model(
    folder: Path,
    *,
    codebook: Codebook | None = None,
    version: str | None = None,
    n_threads: int | None = None,
    runtime: str | None = None,
) -> NewsModel:
    """Read a model and check every byte of it.

    Args:
        folder: what `save_model` wrote.
        codebook: when given, the model must have been trained for it.
        version: the name the model gets in its predictions; default: the one it was saved with.
        n_threads: how many threads an encoder may use; None: as many as this process has processors.
        runtime: the runtime an encoder must use; None: the quickest here, which is measured.

    Raises:
        ModelFolderError: the folder is missing, incomplete, changed since it was written, or of another format;
            or the runtime cannot be had.
        CodebookMismatchError: the model was trained for another codebook.
    """
    description = _read_description(folder)
    weights = _checked_weights(folder, description)
    own = _codebook(folder, description)
    facts: dict[str, Any] = {"version": version or description["version"], "training": description["training"]}
    _check_codebook(folder, own, codebook)
    try:
        if description["kind"] == "encoder":
            parts, computing = (description, weights, own), (n_threads, runtime)
            encoder_model: NewsModel = _encoder_folder().read_encoder_model(folder, parts, computing, facts)
            return encoder_model
        return LinearNewsModel(
            own,
            frame_model=frame_model_from(description["frame_model"], arrays_below("frames.", weights)),
            stance_model=stance_model_from(description["stance_model"], arrays_below("stances.", weights), own),
            **facts,
        )
    except (LookupError, TypeError, ValueError) as error:
        raise ModelFolderError(f"{folder}: its parts do not fit together ({error}). {_RETRAIN}") from error


def weights_digest(folder: Path) -> str:
    """Return the first 8 hex digits of the weights' SHA-256, which tell one model from every other.

    Raises:
        ModelFolderError: the folder holds no model description, or one that was changed.
    """
    return str(_read_description(folder)["sha256"][WEIGHTS])[:8]


def _write(model: NewsModel, folder: Path) -> None:
    if isinstance(model, LinearNewsModel):
        settings, arrays = _linear_content(model)
        digests: dict[str, str] = {}
    else:
        settings, arrays, digests = _encoder_folder().write_encoder_files(model, folder)
    weights = save(arrays)
    description: dict[str, Any] = {
        "format": FORMAT,
        "kind": model.kind,
        "version": model.version,
        "codebook": model.codebook.to_json(),
        **settings,
        "training": model.training,
        "tone": tone_fingerprint(),
        "sha256": {WEIGHTS: hashlib.sha256(weights).hexdigest(), **digests},
    }
    description["sha256"][DESCRIPTION] = _checksum(description)
    _write_synced(folder / WEIGHTS, weights)
    _write_synced(folder / DESCRIPTION, json.dumps(description, ensure_ascii=False, indent=1).encode())


def _linear_content(model: LinearNewsModel) -> tuple[dict[str, Any], Arrays]:
    arrays: Arrays = {}
    for prefix, part in (("frames.", model.frame_model), ("stances.", model.stance_model)):
        if part is not None:
            arrays |= {prefix + name: value for name, value in part.to_arrays().items()}
    return {"frame_model": part_settings(model.frame_model), "stance_model": part_settings(model.stance_model)}, arrays


def _encoder_folder() -> ModuleType:
    try:
        from models import encoder_folder
    except ModuleNotFoundError as error:
        raise ModelFolderError(
            f"an encoder model needs {error.name}. Install it: pip install 'standpoint[onnx]'."
        ) from None
    return encoder_folder


def _write_synced(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _checksum(description: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a description without its own checksum, whatever its layout."""
    others = {name: value for name, value in description["sha256"].items() if name != DESCRIPTION}
    canonical = json.dumps({**description, "sha256": others}, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _read_description(folder: Path) -> dict[str, Any]:
    path = folder / DESCRIPTION
    try:
        description = json.loads(path.read_bytes())
        checksum = description["sha256"][DESCRIPTION]
    except OSError as error:
        raise ModelFolderError(f"{path}: cannot be read ({error.strerror}). Is {folder} a model folder?") from error
    except (ValueError, KeyError, TypeError) as error:
        raise ModelFolderError(f"{path}: is not a model description ({error}). {_RETRAIN}") from error
    if description.get("format") != FORMAT:
        raise ModelFolderError(
            f"{path}: has format {description.get('format')!r}, this version reads {FORMAT}. "
            "Use the version that wrote it, or train anew."
        )
    if _checksum(description) != checksum:
        raise ModelFolderError(f"{path}: was changed after the model was saved. {_RETRAIN}")
    if description.get("tone") != tone_fingerprint():
        raise ModelFolderError(
            f"{path}: was trained with another list of tone words than this version has. Train anew."
        )
    return dict(description)


def _checked_weights(folder: Path, description: Mapping[str, Any]) -> Arrays:
    path = folder / WEIGHTS
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelFolderError(f"{path}: cannot be read ({error.strerror}). {_RETRAIN}") from error
    if hashlib.sha256(content).hexdigest() != description["sha256"].get(WEIGHTS):
        raise ModelFolderError(f"{path}: was changed after the model was saved. {_RETRAIN}")
    try:
        return dict(load(content))
    except SafetensorError as error:
        raise ModelFolderError(f"{path}: is not a safetensors file ({error}). {_RETRAIN}") from error


def _check_codebook(folder: Path, own: Codebook, wanted: Codebook | None) -> None:
    if wanted is not None and own.reference != wanted.reference:
        raise CodebookMismatchError(
            f"{folder}: was trained for codebook '{own.reference}', but '{wanted.reference}' is in use. "
            "Use the codebook it was trained for, or train anew."
        )


def _codebook(folder: Path, description: Mapping[str, Any]) -> Codebook:
    try:
        return codebook_from_json(description.get("codebook"))
    except InputError as error:
        raise ModelFolderError(f"{folder / DESCRIPTION}: its codebook is not valid: {error}") from error
