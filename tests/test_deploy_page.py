"""Guards of docs/deploy.md and the systemd unit: what they say of settings, options and metrics is so."""

import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import command
from cli.serve import MOST_PROCESSES
from serving.metrics import Metrics
from serving.retraining import RetrainingConfig
from serving.server import LEAVE_SECONDS
from serving.service_config import ServiceConfig

DOCS = Path(__file__).parents[1] / "docs"
BY_OPTION = {"host", "port", "keys_file"}
"""Settings that have an option of their own."""

pytestmark = pytest.mark.skipif(not DOCS.exists(), reason="the source tree is not here")


def page() -> str:
    return (DOCS / "deploy.md").read_text(encoding="utf-8")


def unit() -> dict[str, str]:
    """Return the settings of the unit; of a repeated one the last."""
    text = (DOCS / "standpoint.service").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if "=" in line and not line.startswith("#")]
    return {name: value for name, _, value in (line.partition("=") for line in lines)}


def metrics() -> Iterator[str]:
    for line in Metrics().text().decode().splitlines():
        if line.startswith("# TYPE "):
            yield line.split()[2]


def test_the_table_of_limits_has_every_setting_with_its_default() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| ([^|]+) \|", page(), re.MULTILINE))
    defaults = {item.name: str(item.default) for item in fields(ServiceConfig) if item.name not in BY_OPTION}
    assert rows == defaults | {"processes": f"one a processor, {MOST_PROCESSES} at most"}


def test_the_proxy_takes_bodies_as_large_and_as_slow_as_the_server() -> None:
    found = dict(re.findall(r"^ *(client_body_timeout|client_max_body_size) (\d+)[ms];", page(), re.MULTILINE))
    assert int(found["client_max_body_size"]) * 1024 * 1024 == ServiceConfig.max_body_bytes
    assert int(found["client_body_timeout"]) == ServiceConfig.body_seconds


@pytest.mark.parametrize("file", ["deploy.md", "standpoint.service"])
def test_all_options_are_those_of_serve(file: str) -> None:
    text = (DOCS / file).read_text(encoding="utf-8")
    given = {
        option
        for words in re.findall(r"\bserve (--(?:[^`\n]|\\\n)*)", text)
        for option in re.findall(r"--[a-z-]+", words)
    }
    run = CliRunner(env={"COLUMNS": "200"}).invoke(command(["serve"]), ["serve", "--help"])
    assert given
    assert given - set(re.findall(r"--[a-z-]+", run.stdout)) == set()


def test_every_metric_that_is_asked_for_is_one_of_the_service() -> None:
    asked = set(re.findall(r"\bstandpoint_[a-z_]+", page()))
    known = {f"{name}{end}" for name in metrics() for end in ("", "_total", "_bucket", "_sum", "_count")}
    assert asked
    assert asked - known == set()


def test_the_unit_waits_until_a_stop_has_done_its_work() -> None:
    seconds = LEAVE_SECONDS + ServiceConfig.stop_seconds + RetrainingConfig.stop_seconds
    assert int(unit()["TimeoutStopSec"]) > seconds
    assert f"--stop-timeout {unit()['TimeoutStopSec']}" in page()
    assert f"terminationGracePeriodSeconds: {unit()['TimeoutStopSec']}" in page()


def test_the_unit_locks_the_service_in() -> None:
    expected = {"DynamicUser": "yes", "NoNewPrivileges": "yes", "ProtectSystem": "strict", "KillMode": "mixed"}
    assert {name: unit()[name] for name in expected} == expected
    assert {"MemoryMax", "StateDirectory", "LoadCredential"} <= unit().keys()
