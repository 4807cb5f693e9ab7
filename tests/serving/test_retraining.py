"""Tests of serving.retraining and of the door to it, with small commands in the place of a training."""

import json
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from serving.keys import key_line, make_key
from serving.model_holder import ModelHolder
from serving.retraining import Retraining, RetrainingConfig
from serving.retraining_state import RetrainingState, read_state, write_state
from serving.service import create_service
from serving.service_config import ServiceConfig
from serving.studio_door import studio_door
from serving.training_door import training_door
from standpoint.errors import InputError

QUIET = 0.2
Start = Callable[..., Retraining]


def config_for(folder: Path, script: str, **changes: Any) -> RetrainingConfig:  # noqa: ANN401 - settings
    """Return settings that run a Python script, which adds a line to `runs` in the folder first."""
    begin = f"open({str(folder / 'runs')!r}, 'a').write('run\\n')\n"
    config = RetrainingConfig((sys.executable, "-u", "-c", begin + script), folder, quiet_seconds=QUIET, stop_seconds=5)
    return replace(config, **changes)


def n_runs(folder: Path) -> int:
    path = folder / "runs"
    return len(path.read_text().splitlines()) if path.exists() else 0


def wait_for(condition: Callable[[], object], seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.01)


def is_idle(retraining: Retraining) -> bool:
    state = retraining.status().state
    return state.running is None and not state.is_queued


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Lend a function that starts retraining with a script; what it started is stopped in the end."""
    with ExitStack() as stack:

        def started(script: str, *, then: Callable[[], object] = lambda: None, **changes: object) -> Retraining:
            retraining = Retraining(config_for(tmp_path, script, **changes))
            retraining.start(then=then)
            stack.callback(retraining.stop)
            return retraining

        yield started


def test_many_annotations_are_one_run(start: Start, tmp_path: Path) -> None:
    retraining = start("")
    for _ in range(30):
        retraining.hint()
    assert retraining.status().due is not None
    wait_for(lambda: is_idle(retraining))
    time.sleep(2 * QUIET)
    assert n_runs(tmp_path) == 1


def test_enough_annotations_do_not_wait_for_quiet(start: Start, tmp_path: Path) -> None:
    retraining = start("", quiet_seconds=600, after_annotations=3)
    retraining.hint()
    retraining.hint()
    time.sleep(0.2)
    assert n_runs(tmp_path) == 0
    retraining.hint()
    wait_for(lambda: is_idle(retraining))
    assert n_runs(tmp_path) == 1


def test_annotations_during_a_run_queue_one_more_and_no_two_run_together(start: Start, tmp_path: Path) -> None:
    retraining = start(
        f"import os, time\nos.mkdir({str(tmp_path / 'busy')!r})\ntime.sleep(0.5)\nos.rmdir({str(tmp_path / 'busy')!r})"
    )
    retraining.order()
    wait_for(lambda: retraining.status().state.running)
    retraining.order()
    for _ in range(5):
        retraining.hint()
    assert retraining.is_queued
    wait_for(lambda: is_idle(retraining))
    last = retraining.status().state.last
    assert (n_runs(tmp_path), last and last.outcome) == (2, "succeeded")


def test_a_run_that_succeeds_is_followed_by_a_look_at_the_registry(start: Start) -> None:
    looked: list[bool] = []
    start("", then=lambda: looked.append(True)).order()
    wait_for(lambda: looked)


def test_a_run_that_fails_is_told_and_not_repeated(start: Start, tmp_path: Path) -> None:
    looked: list[bool] = []
    retraining = start("import sys\nprint('no gold')\nsys.exit(2)", then=lambda: looked.append(True))
    retraining.order()
    wait_for(lambda: is_idle(retraining))
    time.sleep(2 * QUIET)
    last = retraining.status().state.last
    assert last is not None
    assert (last.outcome, last.exit_code, last.output) == ("failed", 2, ("no gold",))
    assert (n_runs(tmp_path), looked) == (1, [])


def test_a_run_that_is_killed_has_failed(start: Start) -> None:
    retraining = start("import os\nos.kill(os.getpid(), 9)")
    retraining.order()
    wait_for(lambda: is_idle(retraining))
    last = retraining.status().state.last
    assert last is not None
    assert (last.outcome, last.exit_code) == ("failed", -9)


def test_what_a_run_writes_is_seen_while_it_runs(start: Start) -> None:
    retraining = start("import time\nfor n in range(100): print('line', n)\ntime.sleep(60)")
    retraining.order()
    wait_for(lambda: retraining.status().output[-1:] == ("line 99",))
    assert len(retraining.status().output) == 40


def test_secrets_in_the_output_are_masked(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", "a-secret-of-mine")
    retraining = start("import os\nprint('token is', os.environ['LABEL_STUDIO_API_KEY'], 'at', 'sql://me:pass@db/x')")
    retraining.order()
    wait_for(lambda: is_idle(retraining))
    last = retraining.status().state.last
    assert last is not None
    assert last.output == ("token is *** at sql://***@db/x",)


def test_a_run_that_takes_too_long_is_ended_with_its_children(start: Start, tmp_path: Path) -> None:
    child = "import subprocess, sys\nc = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
    retraining = start(f"{child}open({str(tmp_path / 'pid')!r}, 'w').write(str(c.pid))\nc.wait()", timeout_seconds=1.5)
    retraining.order()
    wait_for(lambda: is_idle(retraining))
    last = retraining.status().state.last
    assert last is not None
    assert last.outcome == "timed out"
    wait_for(lambda: is_gone(int((tmp_path / "pid").read_text())))


def is_gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def test_a_run_that_ignores_the_end_is_killed(start: Start) -> None:
    script = "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint('ready')\ntime.sleep(60)"
    retraining = start(script, stop_seconds=0.3)
    retraining.order()
    wait_for(lambda: retraining.status().output)
    retraining.stop()
    last = retraining.status().state.last
    assert last is not None
    assert (last.outcome, last.exit_code) == ("stopped", -signal.SIGKILL)


def test_a_run_has_less_right_to_the_processor(start: Start) -> None:
    retraining = start("import os, time\ntime.sleep(0.3)\nprint(os.nice(0))")
    retraining.order()
    wait_for(lambda: is_idle(retraining))
    last = retraining.status().state.last
    assert last is not None
    assert int(last.output[0]) >= 10


def test_a_run_that_was_stopped_with_the_service_begins_again_with_the_next(start: Start, tmp_path: Path) -> None:
    first = start("import time\ntime.sleep(60)")
    first.order()
    wait_for(lambda: n_runs(tmp_path) == 1)
    first.stop()
    second = start("")
    wait_for(lambda: is_idle(second))
    assert n_runs(tmp_path) == 2


def test_annotations_that_came_before_a_restart_are_not_forgotten(start: Start, tmp_path: Path) -> None:
    first = start("", quiet_seconds=600)
    first.hint()
    first.hint()
    first.stop()
    second = Retraining(config_for(tmp_path, ""))
    assert second.status().state.n_hints == 2


def test_a_crash_of_the_service_is_seen_and_its_run_begins_again(tmp_path: Path, holder: ModelHolder) -> None:
    began = holder.current.info.loaded_at
    write_state(tmp_path / "retraining.json", RetrainingState(running=began))
    state = Retraining(config_for(tmp_path, "")).status().state
    assert (state.running, state.is_queued, state.last and state.last.outcome) == (None, True, "interrupted")


def test_two_services_on_one_folder_do_not_train_at_once(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("serving.retraining.AGAIN_SECONDS", 0.2)
    busy = str(tmp_path / "busy")
    script = f"import os, time\nos.mkdir({busy!r})\ntime.sleep(1)\nos.rmdir({busy!r})"
    both = [start(script), start(script)]
    for one in both:
        one.order()
    wait_for(lambda: all(map(is_idle, both)))
    assert [one.status().state.last.outcome for one in both if one.status().state.last] == ["succeeded"] * 2  # type: ignore[union-attr]  # filtered


def test_a_spoiled_state_counts_as_none_and_the_log_says_so(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "retraining.json").write_text("{")
    assert not Retraining(config_for(tmp_path, "")).is_queued
    assert "retraining state unreadable" in caplog.messages


def test_the_state_is_read_as_it_was_written(start: Start, tmp_path: Path, holder: ModelHolder) -> None:
    retraining = start("print('完')")
    retraining.order()
    wait_for(lambda: is_idle(retraining))
    retraining.stop()
    state = retraining.status().state
    assert state.last is not None
    assert read_state(tmp_path / "retraining.json", now=holder.current.info.loaded_at) == state


def test_a_command_that_is_not_there_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="'no-such-command' is no command that can be run"):
        RetrainingConfig(("no-such-command", "x"), tmp_path)
    with pytest.raises(InputError, match="quiet_seconds is 0. It must be more than 0"):
        config_for(tmp_path, "", quiet_seconds=0)


def test_a_folder_that_cannot_be_written_is_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be written"):
        Retraining(replace(config_for(tmp_path, ""), folder=tmp_path / "file" / "folder"))


@pytest.fixture
def hooked(holder: ModelHolder, tmp_path: Path) -> Iterator[TestClient]:
    """Start a service whose webhooks wake a run that takes its time."""
    retraining = Retraining(config_for(tmp_path, "import time\nprint('learning')\ntime.sleep(0.5)"))
    doors = [studio_door(retraining=retraining), training_door(retraining, with_keys=False)]
    with TestClient(create_service(holder, ServiceConfig(), doors=doors)) as client:
        yield client


def training(client: TestClient) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/v1/training").json()
    return found


@pytest.mark.parametrize("action", ["ANNOTATION_CREATED", "ANNOTATION_UPDATED", "ANNOTATIONS_DELETED"])
def test_a_webhook_queues_one_run_that_can_be_watched(action: str, hooked: TestClient, tmp_path: Path) -> None:
    assert training(hooked)["state"] == "idle"
    answer = hooked.post("/label-studio/webhook", json={"action": action, "annotation": {"id": 1}})
    assert answer.json() == {"queued": True}
    assert (training(hooked)["state"], training(hooked)["n_annotations"]) == ("waiting", 1)
    wait_for(lambda: training(hooked)["output"] == ["learning"])
    assert training(hooked)["state"] == "running"
    wait_for(lambda: training(hooked)["state"] == "idle")
    assert (training(hooked)["last"]["outcome"], n_runs(tmp_path)) == ("succeeded", 1)


def test_an_order_to_train_does_not_wait(hooked: TestClient) -> None:
    hooked.post("/label-studio/webhook", json={"action": "START_TRAINING"})
    wait_for(lambda: training(hooked)["state"] == "running", QUIET)


@pytest.mark.parametrize("action", ["TASKS_CREATED", "PROJECT_UPDATED", "SOMETHING_NEW", ""])
def test_other_actions_are_passed_over(action: str, hooked: TestClient) -> None:
    assert hooked.post("/label-studio/webhook", json={"action": action}).json() == {"queued": False}


def test_a_webhook_is_answered_in_milliseconds_while_a_run_is_under_way(hooked: TestClient) -> None:
    hooked.post("/label-studio/webhook", json={"action": "START_TRAINING"})
    wait_for(lambda: training(hooked)["state"] == "running")
    started = time.perf_counter()
    hooked.post("/label-studio/webhook", json={"action": "ANNOTATION_CREATED", "annotation": {"result": ["x"] * 9999}})
    assert time.perf_counter() - started < 0.1


def test_the_end_of_the_service_is_the_end_of_the_run(holder: ModelHolder, tmp_path: Path) -> None:
    script = f"import os, time\nopen({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid()))\ntime.sleep(60)"
    retraining = Retraining(config_for(tmp_path, script))
    with TestClient(create_service(holder, ServiceConfig(), doors=[training_door(retraining, with_keys=False)])):
        retraining.order()
        wait_for(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text())
    assert is_gone(int((tmp_path / "pid").read_text()))
    assert json.loads((tmp_path / "retraining.json").read_text())["last"]["outcome"] == "stopped"


def test_training_is_shown_only_to_those_with_a_key(holder: ModelHolder, tmp_path: Path) -> None:
    (tmp_path / "keys").write_text(key_line(make_key(bytes(32)), "newsroom"))
    config = ServiceConfig(keys_file=tmp_path / "keys")
    with TestClient(create_service(holder, config, doors=[training_door(None, with_keys=True)])) as client:
        assert client.get("/v1/training").status_code == 401
        answer = client.get("/v1/training", headers={"Authorization": f"Bearer {make_key(bytes(32))}"})
    assert (answer.json()["state"], answer.json()["queued"]) == ("off", False)
