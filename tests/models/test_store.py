"""Tests of the tracking store: where it is, and what is said when it is not there."""

import logging
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from models.store import (
    CHAMPION,
    DEFAULT_TRACKING_URI,
    PROMOTED,
    make_champion,
    open_store,
    tracking_uri,
    without_password,
)
from standpoint.errors import TrackingError


def refusal(uri: str, *, create: bool = False) -> str:
    with pytest.raises(TrackingError) as error, open_store(uri, create=create):
        pass
    return str(error.value)


def test_the_environment_names_the_store() -> None:
    assert tracking_uri({"MLFLOW_TRACKING_URI": "https://runs.example"}) == "https://runs.example"


@pytest.mark.parametrize("environment", [{}, {"MLFLOW_TRACKING_URI": ""}])
def test_without_a_named_store_it_is_a_database_in_mlruns(environment: dict[str, str]) -> None:
    assert tracking_uri(environment) == DEFAULT_TRACKING_URI == "sqlite:///mlruns/mlflow.db"


def test_a_store_is_made_on_use_and_opens_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with open_store(DEFAULT_TRACKING_URI, create=True) as client:
        made = client.create_experiment("kept")
    with open_store(DEFAULT_TRACKING_URI) as client:
        assert client.get_experiment(made).name == "kept"
    assert [path.name for path in tmp_path.rglob("*")] == ["mlruns", "mlflow.db"]


def test_reading_does_not_make_a_store(tmp_path: Path) -> None:
    message = refusal(f"sqlite:///{tmp_path}/runs/mlflow.db")
    assert "there is no tracking store. Run `standpoint train` first, or set MLFLOW_TRACKING_URI" in message
    assert list(tmp_path.iterdir()) == []


def test_a_file_of_another_kind_is_not_taken_for_a_store(tmp_path: Path) -> None:
    (tmp_path / "notes.db").write_text("not a database, but long enough", encoding="utf-8")
    assert "notes.db: is not an SQLite database. Move it away" in refusal(f"sqlite:///{tmp_path}/notes.db")


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("a file", encoding="utf-8")
    message = refusal(f"sqlite:///{tmp_path}/runs/deep/mlflow.db", create=True)
    assert "runs/deep/mlflow.db: cannot be used as a tracking store (Not a directory)" in message


def test_a_server_that_does_not_answer_is_named_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    message = refusal("http://reader:secret@127.0.0.1:9")
    assert "tracking store http://***@127.0.0.1:9: does not answer" in message
    assert "start it, or set MLFLOW_TRACKING_URI" in message
    assert "secret" not in message


def test_what_the_store_refuses_is_passed_on(tmp_path: Path) -> None:
    with (
        pytest.raises(TrackingError, match=r"refuses \(No Experiment with id=77 exists\)"),
        open_store(f"sqlite:///{tmp_path}/mlflow.db", create=True) as client,
    ):
        client.get_experiment("77")


def test_an_open_store_leaves_all_settings_as_they_were(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    before = dict(os.environ), logging.getLogger("mlflow").level, logging.getLogger("alembic").level
    with open_store(f"sqlite:///{tmp_path}/mlflow.db", create=True):
        pass
    assert (dict(os.environ), logging.getLogger("mlflow").level, logging.getLogger("alembic").level) == before
    assert capfd.readouterr() == ("", "")


def test_only_credentials_are_left_out_of_an_address() -> None:
    assert without_password("mail a@b.example about https://host/x@y") == "mail a@b.example about https://host/x@y"


def test_the_champion_goes_from_version_to_version_and_back(tmp_path: Path) -> None:
    noon = datetime(2025, 11, 25, 12, tzinfo=UTC)
    with open_store(f"sqlite:///{tmp_path}/mlflow.db", create=True) as client:
        client.create_registered_model("m")
        for _ in range(2):
            client.create_model_version("m", str(tmp_path))
        moves = [make_champion(client, "m", v, time=noon + timedelta(hours=h)) for h, v in enumerate((1, 2, 1, 1))]
        tags = [client.get_model_version("m", number).tags[PROMOTED] for number in "12"]
        champion = client.get_model_version_by_alias("m", CHAMPION).version
    assert (moves, str(champion)) == ([None, 1, 2, 1], "1")
    assert tags == ["2025-11-25T14:00:00+00:00", "2025-11-25T13:00:00+00:00"]
