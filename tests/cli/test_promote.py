"""Tests of cli.promote, on a store with two versions, the first of them champion."""

from collections.abc import Callable
from datetime import UTC, datetime
from subprocess import CompletedProcess

import pytest

from models.store import open_store
from serving.registry import look_up

Run = Callable[..., CompletedProcess[str]]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Make a store with two versions; what they hold is not looked at."""
    place = tmp_path_factory.mktemp("store")
    with open_store(f"sqlite:///{place}/mlflow.db", create=True) as client:
        client.create_registered_model("standpoint")
        for _ in range(2):
            client.create_model_version("standpoint", str(place))
    return f"sqlite:///{place}/mlflow.db"


@pytest.fixture
def uri(standpoint: Run, store: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Give the versions their aliases, and name the store to the command."""
    with open_store(store) as client:
        client.set_registered_model_alias("standpoint", "champion", "1")
        client.set_registered_model_alias("standpoint", "challenger", "2")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", store)
    return store


def test_a_version_becomes_champion_and_the_earlier_one_again(standpoint: Run, uri: str) -> None:
    start = datetime.now(UTC)
    answers = [standpoint("promote", f"models:/standpoint/{version}") for version in (2, 1)]
    assert [(answer.returncode, answer.stdout) for answer in answers] == [
        (0, "standpoint/2 is the champion now; before, it was standpoint/1\n"),
        (0, "standpoint/1 is the champion now; before, it was standpoint/2\n"),
    ]
    champion = look_up("models:/standpoint@champion", uri=uri)
    assert champion.version == 1
    assert champion.promoted is not None
    assert start <= champion.promoted <= datetime.now(UTC)


def test_the_first_champion_is_said_to_be_the_first(standpoint: Run, uri: str) -> None:
    with open_store(uri) as client:
        client.delete_registered_model_alias("standpoint", "champion")
    answer = standpoint("promote", "models:/standpoint@challenger")
    assert answer.stdout == "standpoint/2 is the champion now; before, there was none\n"


def test_the_champion_stays_what_it_is(standpoint: Run, uri: str) -> None:
    before = look_up("models:/standpoint@champion", uri=uri)
    answer = standpoint("promote", "models:/standpoint/1")
    assert (answer.returncode, answer.stdout) == (0, "standpoint/1 is the champion already\n")
    assert look_up("models:/standpoint@champion", uri=uri) == before


def test_an_unknown_version_is_refused_with_those_there_are(standpoint: Run, uri: str) -> None:
    answer = standpoint("promote", "models:/standpoint/7")
    assert (answer.returncode, answer.stdout) == (2, "")
    assert "'models:/standpoint/7': there is no such version (there are: 2 @challenger, 1 @champion)" in answer.stderr
    assert look_up("models:/standpoint@champion", uri=uri).version == 1


def test_a_folder_is_refused_with_how_to_name_a_version(standpoint: Run) -> None:
    answer = standpoint("promote", "mlruns/models/rare-earths")
    assert answer.returncode == 2
    assert "is no registered version, so it cannot be promoted. Write models:/standpoint/3" in answer.stderr
