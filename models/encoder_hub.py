"""Encoders by name: a local folder, or a model of the Hugging Face hub that is fetched once and then kept."""

import os
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from huggingface_hub import HfApi, hf_hub_download, try_to_load_from_cache
from huggingface_hub.constants import HF_HUB_CACHE
from huggingface_hub.errors import (
    GatedRepoError,
    HfHubHTTPError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from standpoint.errors import ModelFolderError

DEFAULT_ENCODER = "intfloat/multilingual-e5-small"
"""A small encoder for over 90 languages, Chinese and English among them; MIT licence.

It has 12 layers of width 384 and 118 M parameters, 96 M of them word embeddings; 488 MB are fetched.
"""

FILES = ("config.json", "tokenizer.json", "model.safetensors")
"""What an encoder is made of; nothing else is fetched. The large file is last."""

_PART = r"\w+(?:[.-]\w+)*"
_NAME = re.compile(rf"({_PART}(?:/{_PART})?)(?:@(\w[\w.+-]*(?:/\w[\w.+-]*)*))?", re.ASCII)  # no `..`: it becomes a path
_PATIENCE = 10.0  # seconds
_LOCAL = f"name a local folder that holds {', '.join(FILES)}"


def encoder_folder(name: str, *, cache: Path | None = None, hub: str | None = None) -> Path:
    """Return the folder of an encoder: that of this path where there is one, else that of a model of the hub.

    A model that is in the cache is used as it is, without a network; one that is not is fetched, with a progress bar
    if there is a terminal. A file counts only when it is whole: where fetching breaks off, it starts again.

    Args:
        name: a path, or a name of the hub: `owner/name` or `owner/name@revision`.
        cache: the folder that fetched models are kept in; None: that of all Hugging Face libraries (`HF_HOME`).
        hub: the hub's address; None: `HF_ENDPOINT`, or huggingface.co.

    Raises:
        ModelFolderError: there is no such folder or model, the model lacks a file, or it cannot be fetched.
    """
    if os.path.exists(name):
        return Path(name)
    model = _HubModel(name, *_parts(name), cache or Path(HF_HUB_CACHE), HfApi(endpoint=hub))
    try:
        return model.cached() or model.fetched()
    except ModelFolderError:
        raise
    except Exception as error:  # what answers in the hub's place can make the library raise anything
        raise ModelFolderError(f"{name}: {_reason(error, model)}") from error


@dataclass(frozen=True, slots=True)
class _HubModel:
    name: str
    repo: str
    revision: str | None
    cache: Path
    api: HfApi

    @property
    def host(self) -> str:
        """The hub without what its address may hold besides, such as a password."""
        return urlsplit(self.api.endpoint).hostname or "the hub"

    def cached(self) -> Path | None:
        found = [try_to_load_from_cache(self.repo, file, self.cache, self.revision) for file in FILES]
        paths = [Path(path) for path in found if isinstance(path, str)]
        return paths[0].parent if len(paths) == len(FILES) else None

    def fetched(self) -> Path:
        self._check_files()
        revision, folder = self.revision, self.cache
        for file in FILES:
            path = hf_hub_download(self.repo, file, revision=revision, cache_dir=self.cache, endpoint=self.api.endpoint)
            folder = Path(path).parent
            revision = folder.name  # a commit, so that all files are of one
        return folder

    def _check_files(self) -> None:
        info = self.api.model_info(self.repo, revision=self.revision, timeout=_PATIENCE)
        missing = set(FILES) - {sibling.rfilename for sibling in info.siblings or ()}
        if missing:
            raise ModelFolderError(
                f"{self.name}: has no {' and no '.join(sorted(missing))} on {self.host}. "
                f"Choose an encoder that has, or {_LOCAL}."
            )


def _parts(name: str) -> tuple[str, str | None]:
    """Split a name of the hub into the model and its revision."""
    found = _NAME.fullmatch(name)
    if found is None:
        raise ModelFolderError(
            f"{name!r}: is neither a folder that exists nor a name of the hub (owner/name or owner/name@revision). "
            f"Check the path, or choose an encoder such as {DEFAULT_ENCODER}."
        )
    return found[1], found[2]


def _reason(error: Exception, model: _HubModel) -> str:
    """Say what went wrong in words of our own: those of the library may hold signed addresses."""
    if isinstance(error.__cause__, HfHubHTTPError):
        error = error.__cause__
    match error:
        case GatedRepoError():
            return (
                f"is given by {model.host} only to those who accept its terms. "
                f"Accept them on the model's page and log in with `hf auth login`, or {_LOCAL}."
            )
        case RepositoryNotFoundError():
            return (
                f"is neither a folder here nor open on {model.host}. "
                f"Check the name; if it is private, log in with `hf auth login`, or {_LOCAL}."
            )
        case RevisionNotFoundError():
            return f"{model.host} has no such revision of it. Name one of its branches, tags or commits."
        case HfHubHTTPError():
            status = error.response.status_code
            is_closed = status in (401, 403, 404)
            remedy = "Check the name, log in with `hf auth login`" if is_closed else "Try again later"
            return f"{model.host} refuses it (HTTP {status}). {remedy}, or {_LOCAL}."
        case OSError(errno=int()):
            return f"cannot be kept in {model.cache} ({error.strerror}). Make room, or set HF_HOME to another folder."
    return (
        f"is no folder here, not whole in {model.cache}, and did not come from {model.host} ({type(error).__name__}). "
        f"Try again with a network, or {_LOCAL}, made elsewhere with: hf download {model.repo} {' '.join(FILES)}"
        f"{f' --revision {model.revision}' if model.revision else ''} --local-dir FOLDER"
    )
