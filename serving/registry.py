"""The registry: trained models by name and version, or by alias, or from a folder."""

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from mlflow import MlflowClient
from mlflow.artifacts import download_artifacts
from mlflow.entities.model_registry import ModelVersion, RegisteredModel
from mlflow.exceptions import MlflowException

from models.folder import DESCRIPTION, load_model, weights_digest
from models.news_model import NewsModel
from models.store import PROMOTED, make_champion, open_store, without_password
from serving.model_info import MeasuredFigure, Offer, figures_from_scalars
from standpoint.codebook import Codebook
from standpoint.errors import ModelError, TrackingError

UNREGISTERED = "unregistered"
"""What a model from a folder goes by."""

_SCHEME, _MISSING = "models:/", "RESOURCE_DOES_NOT_EXIST"
_REFERENCE = re.compile(r"models:/(?P<name>[^/@'\"]+)(?:@(?P<alias>[^/@]+)|/(?P<version>[1-9][0-9]*))")
_HOW_TO_TRAIN = "Train one with `standpoint train`."


@dataclass(frozen=True)
class RegisteredVersion:
    """One version of a registered model: its aliases in alphabetical order, the run it came from, and when."""

    version: int
    aliases: tuple[str, ...]
    run_id: str | None
    created: datetime


@dataclass(frozen=True)
class Promotion:
    """A version that was made the champion; `before` is the one that was it, None where none was."""

    name: str
    version: int
    before: int | None


@dataclass(frozen=True)
class FetchedModel:
    """A model folder at hand; `label` is `standpoint/3` or `unregistered`, `shown_as` what errors call the folder."""

    folder: Path
    label: str
    shown_as: str

    @property
    def version(self) -> str:
        """What the model goes by in its predictions: `standpoint/3+1f0c9a52`.

        Raises:
            ModelFolderError: the folder holds no model description, or one that was changed.
        """
        return f"{self.label}+{weights_digest(self.folder)}"


@contextmanager
def fetched_model(reference: str, *, uri: str) -> Iterator[FetchedModel]:
    """Lend the model folder that a reference names; one that was fetched from a store is removed afterwards.

    Raises:
        TrackingError: the store does not answer, or has no such model; the message lists those it has.
    """
    if not is_registered(reference):
        yield FetchedModel(Path(reference), UNREGISTERED, reference)
        return
    with tempfile.TemporaryDirectory() as place:
        with open_store(uri) as client:
            registered, found = _found(client, reference, uri)
            label = f"{registered.name}/{found.version}"
            folder = _fetched(client, label, uri, Path(place))
        yield FetchedModel(folder, label, _SCHEME + label)


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
    with fetched_model(reference, uri=uri) as model:
        return read_model(model.folder, model.label, shown_as=model.shown_as, codebook=codebook)


def is_registered(reference: str) -> bool:
    """Say whether a reference names a registered model and no folder.

    Raises:
        TrackingError: it starts like one and names none.
    """
    return reference.startswith("models:") and bool(_parts(reference))


def look_up(reference: str, *, uri: str) -> Offer:
    """Say which version a reference names now, and how well its run measured it; nothing is downloaded.

    Raises:
        TrackingError: the store does not answer, or has no such model; the message lists those it has.
    """
    with open_store(uri) as client:
        registered, found = _found(client, reference, uri)
        version = _registered_version(registered, found)
        return Offer(
            key=f"{registered.name}/{found.version} of {version.created.isoformat()}",
            name=registered.name,
            version=version.version,
            uri=f"{_SCHEME}{registered.name}/{found.version}",
            created=version.created,
            aliases=version.aliases,
            run_id=version.run_id,
            promoted=_promoted(found),
            figures=_figures(client, version.run_id),
        )


def promote(reference: str, *, uri: str, time: datetime) -> Promotion:
    """Make a registered version the champion; `time`, which has an offset, is kept as when that was.

    Raises:
        TrackingError: the reference is a path, the store does not answer or has no such version; the message lists
            those it has.
    """
    if not is_registered(reference):
        raise TrackingError(
            f"'{reference}' is no registered version, so it cannot be promoted. Write models:/standpoint/3, "
            "or models:/standpoint@challenger."
        )
    with open_store(uri) as client:
        registered, found = _found(client, reference, uri)
        version = int(found.version)
        return Promotion(registered.name, version, make_champion(client, registered.name, version, time=time))


def download(offer: Offer, *, uri: str, into: Path) -> Path:
    """Fetch a version into a folder that exists; return the model folder in it, unread and unchecked.

    Raises:
        TrackingError: the store does not answer, or has the version no more.
    """
    with open_store(uri) as client:
        return _fetched(client, offer.label, uri, into)


def read_model(folder: Path, label: str, *, shown_as: str | None = None, codebook: Codebook | None = None) -> NewsModel:
    """Read a model folder, check every byte, and name the model `standpoint/3+1f0c9a52` after label and weights.

    Args:
        folder: where it is.
        label: `standpoint/3`, or `unregistered`.
        shown_as: what errors call it in place of the folder, where that is a passing one.
        codebook: when given, the model must have been trained for it.

    Raises:
        ModelFolderError: the model folder is missing or not as it was written.
        CodebookMismatchError: the model was trained for another codebook.
    """
    try:
        return load_model(folder, codebook=codebook, version=f"{label}+{weights_digest(folder)}")
    except ModelError as error:
        raise type(error)(str(error).replace(str(folder), shown_as or str(folder))) from error


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
        if error.error_code != _MISSING:
            raise
    known = ", ".join(sorted(model.name for model in client.search_registered_models())) or "none"
    raise TrackingError(
        f"tracking store {without_password(uri)}: has no registered model '{name}' (it has: {known}). {_HOW_TO_TRAIN}"
    )


def _parts(reference: str) -> re.Match[str]:
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        raise TrackingError(
            f"'{reference}' names no registered model. Write models:/standpoint@champion, models:/standpoint/3, "
            "or the path of a model folder."
        )
    return match


def _found(client: MlflowClient, reference: str, uri: str) -> tuple[RegisteredModel, ModelVersion]:
    parts = _parts(reference)
    registered = _registered_model(client, parts["name"], uri)
    wanted = parts["version"] or registered.aliases.get(parts["alias"])
    try:
        if wanted is not None:
            return registered, client.get_model_version(registered.name, str(wanted))
    except MlflowException as error:
        if error.error_code != _MISSING:
            raise
    versions = _versions(client, registered)
    known = ", ".join(" ".join([str(item.version), *(f"@{alias}" for alias in item.aliases)]) for item in versions)
    raise TrackingError(
        f"'{reference}': there is no such version (there are: {known or 'none'}). "
        f"Name one of these, or set the alias. {_HOW_TO_TRAIN}"
    )


def _versions(client: MlflowClient, registered: RegisteredModel) -> list[RegisteredVersion]:
    found = client.search_model_versions(f"name='{registered.name}'")
    return sorted((_registered_version(registered, item) for item in found), key=lambda item: -item.version)


def _registered_version(registered: RegisteredModel, item: ModelVersion) -> RegisteredVersion:
    return RegisteredVersion(
        version=int(item.version),
        aliases=_aliases(registered, item.version),
        run_id=item.run_id or None,
        created=datetime.fromtimestamp(item.creation_timestamp / 1000, UTC),
    )


def _aliases(registered: RegisteredModel, version: str | int) -> tuple[str, ...]:
    return tuple(sorted(alias for alias, number in registered.aliases.items() if str(number) == str(version)))


def _promoted(item: ModelVersion) -> datetime | None:
    """Return the time in the version's tag; MLflow itself does not record when an alias was set."""
    try:
        return datetime.fromisoformat(item.tags[PROMOTED])
    except (KeyError, ValueError):
        return None


def _figures(client: MlflowClient, run_id: str | None) -> tuple[MeasuredFigure, ...]:
    """Return what the run measured; nothing where the run was deleted for good."""
    try:
        return figures_from_scalars(client.get_run(run_id).data.metrics) if run_id else ()
    except MlflowException as error:
        if error.error_code != _MISSING:
            raise
        return ()


def _fetched(client: MlflowClient, label: str, uri: str, place: Path) -> Path:
    source = client.get_model_version_download_uri(*label.rsplit("/", 1))
    fetched = Path(download_artifacts(artifact_uri=source, dst_path=str(place), tracking_uri=uri))
    return next((path.parent for path in sorted(fetched.rglob(DESCRIPTION))), fetched)
