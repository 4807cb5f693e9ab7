"""The model folder: what a trained model is on disk, checked byte for byte when it is read.

`model.json` holds the format, codebook, settings and the SHA-256 of every other file and of itself;
`weights.safetensors` holds arrays. Nothing in the folder can run code or names a module.
"""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.numpy import load, save

from models.features import Arrays, View
from models.frame_model import FRAME_VIEWS, FrameModel
from models.news_model import NewsModel
from models.ngrams import NgramConfig
from models.stance_model import StanceModel
from models.targets import VIEW_NAMES
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


def load_model(folder: Path, *, codebook: Codebook | None = None, version: str | None = None) -> NewsModel:
    """Read a model and check every byte of it.

    Args:
        folder: what `save_model` wrote.
        codebook: when given, the model must have been trained for it.
        version: the name the model gets in its predictions; default: the one it was saved with.

    Raises:
        ModelFolderError: the folder is missing, incomplete, changed since it was written, or of another format.
        CodebookMismatchError: the model was trained for another codebook.
    """
    description = _read_description(folder)
    weights = _checked_weights(folder, description)
    own = _codebook(folder, description)
    if codebook is not None and own.reference != codebook.reference:
        raise CodebookMismatchError(
            f"{folder}: was trained for codebook '{own.reference}', but '{codebook.reference}' is in use. "
            "Use the codebook it was trained for, or train anew."
        )
    try:
        return NewsModel(
            own,
            frame_model=_frame_model(description["frame_model"], _below("frames.", weights)),
            stance_model=_stance_model(description["stance_model"], _below("stances.", weights), own),
            version=version or description["version"],
            training=description["training"],
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
    arrays: Arrays = {}
    for prefix, part in (("frames.", model.frame_model), ("stances.", model.stance_model)):
        if part is not None:
            arrays |= {prefix + name: value for name, value in part.to_arrays().items()}
    weights = save(arrays)
    description: dict[str, Any] = {
        "format": FORMAT,
        "kind": "linear",
        "version": model.version,
        "codebook": model.codebook.to_json(),
        "frame_model": _settings(model.frame_model),
        "stance_model": _settings(model.stance_model),
        "training": model.training,
        "tone": tone_fingerprint(),
        "sha256": {WEIGHTS: hashlib.sha256(weights).hexdigest()},
    }
    description["sha256"][DESCRIPTION] = _checksum(description)
    _write_synced(folder / WEIGHTS, weights)
    _write_synced(folder / DESCRIPTION, json.dumps(description, ensure_ascii=False, indent=1).encode())


def _settings(part: FrameModel | StanceModel | None) -> dict[str, Any] | None:
    if part is None:
        return None
    return {"views": [asdict(view) for view in part.features.views], "inverse_penalty": part.inverse_penalty}


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


def _codebook(folder: Path, description: Mapping[str, Any]) -> Codebook:
    try:
        return codebook_from_json(description.get("codebook"))
    except InputError as error:
        raise ModelFolderError(f"{folder / DESCRIPTION}: its codebook is not valid: {error}") from error


def _below(prefix: str, arrays: Arrays) -> Arrays:
    return {name[len(prefix) :]: value for name, value in arrays.items() if name.startswith(prefix)}


def _frame_model(settings: Mapping[str, Any] | None, arrays: Arrays) -> FrameModel | None:
    if settings is None:
        return None
    return FrameModel(_views(settings["views"]), inverse_penalty=settings["inverse_penalty"]).load_arrays(arrays)


def _stance_model(settings: Mapping[str, Any] | None, arrays: Arrays, codebook: Codebook) -> StanceModel | None:
    if settings is None:
        return None
    model = StanceModel(len(codebook.stances), _views(settings["views"]), inverse_penalty=settings["inverse_penalty"])
    return model.load_arrays(arrays)


def _views(values: Sequence[Mapping[str, Any]]) -> tuple[View, ...]:
    unknown = {value["name"] for value in values} - {*VIEW_NAMES, *(view.name for view in FRAME_VIEWS)}
    if unknown:
        raise ValueError(f"view '{min(unknown)}' is not known to this version")
    return tuple(
        View(**{**value, "ngrams": NgramConfig(**{name: tuple(span) for name, span in value["ngrams"].items()})})
        for value in values
    )
