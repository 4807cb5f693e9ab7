"""A job on a real Ray cluster of two nodes ends like one on this machine, whatever is killed."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest

from corpus.outcome import Placed
from serving.batch import ray_engine
from serving.batch.ray_engine import RayEngine
from serving.batch.scorer import Task
from serving.batch.shard import Counts, Shard, ShardRecords
from standpoint.article import Article
from standpoint.errors import InputError, OutputError, StandpointError

Content = Callable[[Path], dict[str, str]]
ROOT = Path(__file__).parents[3]
N_ARTICLES = 600

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        find_spec("ray") is None and not os.environ.get("CI"), reason="needs Ray: pip install 'standpoint[scale]'"
    ),
]


def start(*arguments: object) -> subprocess.Popen[str]:
    words = [sys.executable, str(Path(__file__).with_name("chaos_command.py")), *map(str, arguments)]
    settings = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(words, env=settings, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def n_finished(folder: Path) -> int:
    manifest = folder / "manifest.jsonl"
    return manifest.read_text(encoding="utf-8").count('"shard"') if manifest.exists() else 0


def test_the_command_and_then_a_node_are_killed_and_the_output_is_that_of_one_machine(
    model_folder: Path, tmp_path: Path, content: Content
) -> None:
    cluster, alone = tmp_path / "cluster", tmp_path / "alone"
    first = start(model_folder, cluster, N_ARTICLES, "keep")
    end = time.monotonic() + 240
    while n_finished(cluster) < 3 and first.poll() is None and time.monotonic() < end:
        time.sleep(0.05)
    first.send_signal(signal.SIGKILL)
    first.communicate()
    assert 3 <= n_finished(cluster) < 20
    said, errors = start(model_folder, cluster, N_ARTICLES, "kill").communicate()
    assert said, errors[-2000:]
    assert json.loads(said.splitlines()[-1]) == {"scored": 588, "n_nodes_left": 1}
    assert start(model_folder, alone, N_ARTICLES).communicate() == ("", "")
    assert content(cluster) == content(alone)
    assert not (cluster / ".spool").exists()


def made_up(model: Path, out: Path) -> tuple[Task, Shard]:
    article = Article("a1", "Day 1", "China broke its promise.")
    content = ShardRecords((Placed("news:1", article),), (), ()).to_content()
    return Task(str(out), str(model), "demo/1", "jsonl", evidence=True), Shard(1, 0, content, 1, Counts())


def test_an_error_on_the_cluster_is_told_in_our_words_and_nothing_else_is_said(
    model_folder: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    task, shard = made_up(model_folder, tmp_path)
    (tmp_path / "predictions").write_text("in the way of a folder")
    with pytest.raises(OutputError, match=r"predictions.*run the same command again"):
        list(RayEngine(n_workers=1).run(task, [shard]))
    assert not (tmp_path / ".spool").exists()
    assert capfd.readouterr() == ("", "")


def test_a_cluster_that_does_not_answer_is_told_at_once(model_folder: Path, tmp_path: Path) -> None:
    task, shard = made_up(model_folder, tmp_path)
    with pytest.raises(StandpointError, match=r"--ray-address 127.0.0.1:1: no Ray cluster answers there"):
        list(RayEngine("127.0.0.1:1").run(task, [shard]))
    assert not (tmp_path / ".spool").exists()


def test_a_port_where_something_else_listens_is_told(
    model_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ray_engine, "_ENTRY_SECONDS", 6)
    task, shard = made_up(model_folder, tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"
        with pytest.raises(StandpointError, match=f"--ray-address {address}: what listens there does not answer"):
            list(RayEngine(address).run(task, [shard]))


def test_without_ray_it_is_told_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ray_engine, "find_spec", lambda name: None)
    with pytest.raises(InputError, match=r"pip install 'standpoint\[scale\]'"):
        RayEngine()


def test_where_nothing_is_to_do_no_cluster_is_started(tmp_path: Path) -> None:
    assert list(RayEngine("127.0.0.1:1").run(made_up(tmp_path, tmp_path)[0], [])) == []
