"""Guards of the container file: what can be checked without an engine."""

import json
import re
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import command
from serving.service_config import ServiceConfig
from standpoint.errors import ModelFolderError

ROOT = Path(__file__).parents[1]
SECRET = re.compile(r"token|password|secret=|api_key|sp_[\w-]{20}|sha256:[0-9a-f]{64}", re.IGNORECASE)

pytestmark = pytest.mark.skipif(not (ROOT / "Containerfile").exists(), reason="the source tree is not here")


def instructions() -> list[tuple[str, str]]:
    """Return the instructions of the container file in order, each with what follows it."""
    text = (ROOT / "Containerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(name, rest) for name, _, rest in (line.partition(" ") for line in lines)]


def values(name: str) -> list[str]:
    return [rest for found, rest in instructions() if found == name]


def copied() -> list[str]:
    """Return what is copied from the tree."""
    sources = [rest.split()[:-1] for rest in values("COPY") if not rest.startswith("--from")]
    return [source for group in sources for source in group]


def test_all_that_is_copied_is_there_and_all_that_the_wheel_needs_is_copied() -> None:
    assert [name for name in copied() if not (ROOT / name).exists()] == []
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    packages = project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    assert set(copied()) == {*packages, "pyproject.toml", project["project"]["readme"], "constraints.txt"}


def test_nothing_else_enters_the_build() -> None:
    lines = (ROOT / ".containerignore").read_text(encoding="utf-8").splitlines()
    patterns = [line for line in lines if line and not line.startswith("#")]
    assert patterns[0] == "*"
    assert {line.removeprefix("!") for line in patterns if line.startswith("!")} == set(copied())


def test_the_image_runs_as_a_user_of_fixed_number_who_is_not_root() -> None:
    last_stage = instructions()[max(n for n, (name, _) in enumerate(instructions()) if name == "FROM") :]
    names = [name for name, _ in last_stage]
    user = dict(last_stage)["USER"]
    assert re.fullmatch(r"[1-9]\d{3,}:[1-9]\d{3,}", user)
    assert "RUN" not in names[names.index("USER") :]


def test_both_stages_stand_on_the_base_that_is_given() -> None:
    assert [rest.split()[0] for rest in values("FROM")] == ["${BASE}", "${BASE}"]
    assert re.fullmatch(r"BASE=\S+:3\.11-slim\S*", values("ARG")[0])


def test_no_secret_is_in_the_image() -> None:
    assert [value for name in ("ARG", "ENV", "RUN", "LABEL") for value in values(name) if SECRET.search(value)] == []


def test_the_command_is_one_that_serve_understands() -> None:
    words = [*json.loads(values("ENTRYPOINT")[0]), *json.loads(values("CMD")[0])]
    program, verb, *options = words
    run = CliRunner(env={"COLUMNS": "200"}).invoke(command([verb]), [verb, "--help"])
    assert (program, run.exit_code) == ("standpoint", 0)
    assert [word for word in options if word.startswith("--") and f"{word} " not in run.stdout] == []
    started = CliRunner().invoke(command([verb]), [verb, *options])
    assert isinstance(started.exception, ModelFolderError)  # all was understood, and the model is not here


def test_the_port_is_the_one_that_serve_takes_unasked() -> None:
    assert values("EXPOSE") == [str(ServiceConfig.port)]
