"""The registry: trained models by name and version, or by alias, or from a folder."""

import re
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from mlflow import MlflowClient
from mlflow.artifacts import download_artifacts
from mlflow.entities.model_registry import RegisteredModel
from mlflow.exceptions import MlflowException

from models.folder import DESCRIPTION, load_model, weights_digest
from models.news_model import NewsModel
from models.store import open_store, without_password
from standpoint.codebook import Codebook
from standpoint.errors import ModelError, TrackingError

_SCHEME = "models:/"
_UNREGISTERED = "unregistered"
_REFERENCE = re.compile(r"models:/(?P<name>[^/@'\"]+)(?:@(?P<alias>[^/@]+)|/(?P<version>[1-9][0-9]*))")
_HOW_TO_TRAIN = "Train one with `standpoint train`."


@dataclass(frozen=True)
class RegisteredVersion:
    """One version of a registered model: its aliases in alphabetical order, the run it came from, and when."""

    version: int
    aliases: tuple[str, ...]
    run_id: str | None
    created: datetime


def open_model(reference: str, *, uri: str, codebook: Codebook | None = None) -> NewsModel:
    """Open a trained model.

    Args:
        reference: the path of a model folder, `models:/standpoint@champion` or `models:/standpoint/3`;
            the model is named `standpoint/3+1f0c9a52` in its predictions, with the first digits of its weights' hash,
            so that models of two stores never go by one name; from a folder `unregistered+1f0c9a52`.
        uri: the tracking store, asked only where the reference is not a path.
        codebook: when given, the model must have been trained for it.

    Raises:
        ModelFolderError: the model folder is missing or not as it was written.
        CodebookMismatchError: the model was trained for another codebook.
        TrackingError: the store does not answer, or has no such model; the message lists those it has.
    """
    if not reference.startswith("models:"):
        return _load(Path(reference), _UNREGISTERED, codebook)
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        raise TrackingError(
            f"'{reference}' names no registered model. Write models:/standpoint@champion, models:/standpoint/3, "
            "or the path of a model folder."
        )
    with open_store(uri) as client:
        registered = _registered_model(client, match["name"], uri)
        version = _version(client, registered, match)
        return _downloaded(client, registered.name, version, uri, codebook)


def registered_versions(uri: str, name: str = "standpoint") -> list[RegisteredVersion]:
    """Return the versions of a registered model, the latest first.

    Raises:
        TrackingError: the store does not answer, or has no model of that name.
    """
    with open_store(uri) as client:
        return _versions(client, _registered_model(client, name, uri))


def _registered_model(client: MlflowClient, name: str, uri: str) -> RegisteredModel:
    try:
        return client.get_registered_model(name)
    except MlflowException as error:
        if error.error_code != "RESOURCE_DOES_NOT_EXIST":
            raise
    known = ", ".join(sorted(model.name for model in client.search_registered_models())) or "none"
    raise TrackingError(
        f"tracking store {without_password(uri)}: has no registered model '{name}' (it has: {known}). {_HOW_TO_TRAIN}"
    )


def _version(client: MlflowClient, registered: RegisteredModel, reference: re.Match[str]) -> str:
    versions = _versions(client, registered)
    wanted = reference["version"] or registered.aliases.get(reference["alias"])
    if any(str(item.version) == str(wanted) for item in versions):
        return str(wanted)
    known = ", ".join(" ".join([str(item.version), *(f"@{alias}" for alias in item.aliases)]) for item in versions)
    raise TrackingError(
        f"'{reference[0]}': there is no such version (there are: {known or 'none'}). "
        f"Name one of these, or set the alias. {_HOW_TO_TRAIN}"
    )


def _versions(client: MlflowClient, registered: RegisteredModel) -> list[RegisteredVersion]:
    found = client.search_model_versions(f"name='{registered.name}'")
    versions = [
        RegisteredVersion(
            version=int(item.version),
            aliases=_aliases(registered, item.version),
            run_id=item.run_id or None,
            created=datetime.fromtimestamp(item.creation_timestamp / 1000, UTC),
        )
        for item in found
    ]
    return sorted(versions, key=lambda item: -item.version)


def _aliases(registered: RegisteredModel, version: str | int) -> tuple[str, ...]:
    return tuple(sorted(alias for alias, number in registered.aliases.items() if str(number) == str(version)))


def _downloaded(client: MlflowClient, name: str, version: str, uri: str, codebook: Codebook | None) -> NewsModel:
    """Fetch one version into a folder that lasts until its model is read."""
    source = client.get_model_version_download_uri(name, version)
    with tempfile.TemporaryDirectory() as place:
        fetched = Path(download_artifacts(artifact_uri=source, dst_path=place, tracking_uri=uri))
        folder = next((path.parent for path in sorted(fetched.rglob(DESCRIPTION))), fetched)
        try:
            return _load(folder, f"{name}/{version}", codebook)
        except ModelError as error:
            raise type(error)(str(error).replace(str(folder), f"{_SCHEME}{name}/{version}")) from error


def _load(folder: Path, name: str, codebook: Codebook | None) -> NewsModel:
    return load_model(folder, codebook=codebook, version=f"{name}+{weights_digest(folder)}")
