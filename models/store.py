"""The tracking store: where runs and registered models are kept, opened quietly and with errors that help."""

import logging
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from textwrap import shorten
from urllib.parse import unquote

from mlflow import MlflowClient
from mlflow.exceptions import MlflowException
from mlflow.utils.logging_utils import MLFLOW_LOGGING_STREAM

from standpoint.errors import TrackingError

DEFAULT_TRACKING_URI = "sqlite:///mlruns/mlflow.db"
"""A database in the current working folder."""

CHAMPION, CHALLENGER = "champion", "challenger"
"""The aliases of the version in use and of the version that was registered last."""

PROMOTED = "promoted"
"""The tag of a version that says when it became champion, the last time that it did: an ISO 8601 time with offset."""

_QUIET = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    "MLFLOW_UV_AUTO_DETECT": "false",
}
_PATIENCE = {"MLFLOW_HTTP_REQUEST_MAX_RETRIES": "3"}
_SQLITE, _SQLITE_HEADER = "sqlite:///", b"SQLite format 3\x00"
_PASSWORD = re.compile(r"(?<=://)[^/@\s]*@")
_OTHER_STORE = "or set MLFLOW_TRACKING_URI to the store in use."


def tracking_uri(environment: Mapping[str, str]) -> str:
    """Return the store that MLFLOW_TRACKING_URI names, or the default one."""
    return environment.get("MLFLOW_TRACKING_URI") or DEFAULT_TRACKING_URI


def database_file(uri: str) -> Path | None:
    """Return the file of an SQLite store; None for any other store.

    >>> str(database_file("sqlite:///mlruns/mlflow.db")), database_file("https://tracking.example")
    ('mlruns/mlflow.db', None)
    """
    return Path(unquote(uri.removeprefix(_SQLITE))) if uri.startswith(_SQLITE) else None


def without_password(text: str) -> str:
    """Return a text fit to be shown: the credentials in its addresses are left out.

    >>> without_password("postgresql://reader:secret@host/runs")
    'postgresql://***@host/runs'
    """
    return _PASSWORD.sub("***@", text)


@contextmanager
def open_store(uri: str, *, create: bool = False) -> Iterator[MlflowClient]:
    """Lend a client of the store; MLflow is quiet meanwhile, and its settings are as before afterwards.

    The settings belong to the whole process: use it from one thread at a time.

    Args:
        uri: the store, which is also the model registry.
        create: whether to make an SQLite store that is not there yet.

    Raises:
        TrackingError: the store is not there, does not answer, or refuses what is asked of it.
    """
    _check_database(uri, create)
    patience = {name: os.environ.get(name, value) for name, value in _PATIENCE.items()}
    place = {"MLFLOW_TRACKING_URI": uri, "MLFLOW_REGISTRY_URI": uri}
    with _silence(), _environment({**_QUIET, **patience, **place}):
        client = _connected(uri)
        try:
            yield client
        except (MlflowException, OSError) as error:
            raise TrackingError(
                f"tracking store {without_password(uri)}: refuses ({_brief(error)}). Mend that, {_OTHER_STORE}"
            ) from error


def make_champion(client: MlflowClient, name: str, version: int, *, time: datetime) -> int | None:
    """Give a registered version the alias `champion`, and the tag that says when; return which version had it before.

    None where no version had it; the champion itself is left as it is. `time` has an offset.
    """
    had = client.get_registered_model(name).aliases.get(CHAMPION)
    before = None if had is None else int(had)
    if before != version:
        client.set_model_version_tag(name, str(version), PROMOTED, time.isoformat())
        client.set_registered_model_alias(name, CHAMPION, str(version))
    return before


def _check_database(uri: str, create: bool) -> None:
    file = database_file(uri)
    if file is None:
        return
    if not create and not file.exists():
        raise TrackingError(f"{file}: there is no tracking store. Run `standpoint train` first, {_OTHER_STORE}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        header = _first_bytes(file)
    except OSError as error:
        raise TrackingError(
            f"{file}: cannot be used as a tracking store ({error.strerror}). Make its folder writable, {_OTHER_STORE}"
        ) from error
    if header not in (b"", _SQLITE_HEADER):
        raise TrackingError(f"{file}: is not an SQLite database. Move it away, {_OTHER_STORE}")
    if not os.access(file if file.exists() else file.parent, os.W_OK):
        raise TrackingError(f"{file}: cannot be written. Make it and its folder writable, {_OTHER_STORE}")


def _first_bytes(file: Path) -> bytes:
    if not file.exists():
        return b""
    with file.open("rb") as content:
        return content.read(len(_SQLITE_HEADER))


def _connected(uri: str) -> MlflowClient:
    try:
        client = MlflowClient(tracking_uri=uri, registry_uri=uri)
        client.search_experiments(max_results=1)
    except Exception as error:  # each kind of store has a driver with errors of its own
        raise TrackingError(
            f"tracking store {without_password(uri)}: does not answer ({_brief(error)}). "
            f"Check its address and start it, {_OTHER_STORE}"
        ) from error
    return client


def _brief(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return without_password(shorten(lines[0], 200, placeholder=" ...").rstrip(". ")) if lines else type(error).__name__


@contextmanager
def _silence() -> Iterator[None]:
    """Let MLflow and its migrations neither log nor print; what goes wrong is raised anyway."""
    with ExitStack() as stack:
        for logger in map(logging.getLogger, ("mlflow", "alembic")):
            stack.callback(logger.setLevel, logger.level)
            logger.setLevel(logging.CRITICAL)
        stack.callback(setattr, MLFLOW_LOGGING_STREAM, "enabled", MLFLOW_LOGGING_STREAM.enabled)
        MLFLOW_LOGGING_STREAM.enabled = False
        yield


@contextmanager
def _environment(settings: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value
