"""Where the versions that are served come from: a registered model, followed, or a folder by its path."""

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from models.folder import DESCRIPTION, WEIGHTS
from models.store import without_password
from serving.model_info import MeasuredFigure, Offer, figures_from_scalars
from serving.registry import UNREGISTERED, download, is_registered, look_up
from standpoint.errors import ModelFolderError


class ModelSource(Protocol):
    """Says which version is to be served, and fetches it."""

    @property
    def reference(self) -> str:
        """What is followed, as the user named it."""

    @property
    def cache_name(self) -> str | None:
        """A name for this source that no other source has; None where its versions are on disk already."""

    def look(self) -> Offer:
        """Return what is to be served now, downloading nothing.

        Raises:
            TrackingError: the source does not answer, or has no such version.
            ModelFolderError: there is no model folder.
        """

    def fetch(self, offer: Offer, room: Path) -> Path:
        """Return the version's model folder: in `room`, an empty folder, or where it is on disk already.

        Raises:
            TrackingError: the source does not answer, or has the version no more.
        """


def model_source(reference: str, *, uri: str) -> ModelSource:
    """Return the source a reference names: `models:/standpoint@champion`, `models:/standpoint/3`, or a model folder.

    Args:
        reference: an alias is followed when it moves, a version stays; a folder is followed when its files change.
        uri: the tracking store, asked only where the reference is not a path.

    Raises:
        TrackingError: the reference starts like a registered model and names none.
    """
    return RegistrySource(reference, uri) if is_registered(reference) else FolderSource(Path(reference))


class RegistrySource:
    """Versions of a registered model in a tracking store."""

    def __init__(self, reference: str, uri: str) -> None:
        self.reference = reference
        self._uri = uri

    @property
    def cache_name(self) -> str:
        """Reference and store, whatever password the store takes, hashed: `standpoint-champion-1f0c9a52`."""
        place = hashlib.sha256(f"{self.reference} {without_password(self._uri)}".encode()).hexdigest()[:8]
        words = "".join(letter if letter.isalnum() else "-" for letter in self.reference.removeprefix("models:/"))
        return f"{words[:60]}-{place}"

    def look(self) -> Offer:
        """Ask the registry."""
        return look_up(self.reference, uri=self._uri)

    def fetch(self, offer: Offer, room: Path) -> Path:
        """Download the version."""
        return download(offer, uri=self._uri, into=room)


class FolderSource:
    """A model folder; another model put in its place is noticed by its description and its weights' size and time.

    Replace it whole: point a symbolic link elsewhere, or rename. A folder that is caught half copied is refused, and
    looked at again when the copy is complete.
    """

    cache_name = None

    def __init__(self, folder: Path) -> None:
        self.reference = str(folder)
        self._folder = folder

    def look(self) -> Offer:
        """Look at the files."""
        try:
            description = (self._folder / DESCRIPTION).read_bytes()
            written = (self._folder / DESCRIPTION).stat().st_mtime
            weights = (self._folder / WEIGHTS).stat()
        except OSError as error:
            raise ModelFolderError(
                f"{error.filename}: cannot be read ({error.strerror}). Is {self._folder} a model folder?"
            ) from error
        return Offer(
            key=f"{hashlib.sha256(description).hexdigest()} {weights.st_size} {weights.st_mtime_ns}",
            name=UNREGISTERED,
            version=None,
            uri=self.reference,
            created=datetime.fromtimestamp(written, UTC),
            figures=_figures(description),
        )

    def fetch(self, offer: Offer, room: Path) -> Path:
        """Return the folder as it is."""
        return self._folder


def _figures(description: bytes) -> tuple[MeasuredFigure, ...]:
    """Return what training measured; nothing where the description does not say or is spoiled, which loading tells."""
    try:
        scalars = json.loads(description)["training"]["figures"]
        return figures_from_scalars({name: float(value) for name, value in scalars.items()})
    except (ValueError, LookupError, TypeError, AttributeError):
        return ()
