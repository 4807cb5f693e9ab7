"""Fixtures: one real Label Studio server for all tests marked `studio`, with data that goes away."""

import os
import shutil
from collections.abc import Iterator

import pytest

from benchmarks.studio_server import EXECUTABLE, PASSWORD, Server, logged_in, running_studio

__all__ = ["PASSWORD", "logged_in"]


@pytest.fixture(scope="session")
def studio_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Start a server, wait until it answers, and stop it in the end."""
    if not EXECUTABLE.exists():
        message = f"{EXECUTABLE} is missing: `make test` installs Label Studio, or name one in STANDPOINT_LABEL_STUDIO"
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
    folder = tmp_path_factory.mktemp("studio")
    with running_studio(folder) as server:
        yield server
    shutil.rmtree(folder, ignore_errors=True)
