"""A job that is killed sixty times, and one whose disk fills up, end like one that was left alone."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.process_memory import family

Content = Callable[[Path], dict[str, str]]
ROOT = Path(__file__).parents[3]
COMMAND = Path(__file__).with_name("chaos_command.py")
N_KILLS, N_ARTICLES = 60, 10_000
N_WORKERS, N_AHEAD = 2, 2
COUNTING = """
import os, sys
if "serving.batch.worker" in sys.orig_argv:
    from serving.batch.scorer import ShardScorer
    plain = ShardScorer.score
    def counted(self, shard):
        with open(os.environ["SCORED_LOG"], "ab", buffering=0) as file:
            file.write(f"{shard.name}\\n".encode())
        return plain(self, shard)
    ShardScorer.score = counted
"""


def environment(tmp_path: Path) -> dict[str, str]:
    """Have every process that scores write down which shard it begins with."""
    counting = tmp_path / "counting"
    counting.mkdir(exist_ok=True)
    (counting / "sitecustomize.py").write_text(COUNTING)
    path = os.pathsep.join([str(counting), str(ROOT)])
    return {**os.environ, "PYTHONPATH": path, "SCORED_LOG": str(tmp_path / "scored.log"), "OMP_NUM_THREADS": "1"}


def start(tmp_path: Path, model: Path, folder: Path, n_articles: int = N_ARTICLES) -> subprocess.Popen[bytes]:
    arguments = [sys.executable, str(COMMAND), str(model), str(folder), str(n_articles)]
    return subprocess.Popen(arguments, env=environment(tmp_path), stderr=subprocess.PIPE)


def kill_a_worker(parent: int) -> bool:
    """Kill one of the processes that score; return whether there was one."""
    for pid in family(parent):
        try:
            if b"serving.batch.worker" in Path(f"/proc/{pid}/cmdline").read_bytes():
                os.kill(pid, signal.SIGKILL)
                return True
        except OSError:  # it has ended meanwhile
            continue
    return False


def live_and_die(process: subprocess.Popen[bytes], draw: random.Random, log: Path) -> int:
    """Kill two workers and then the command, each at a random moment; return how many were killed.

    Most lives last until they score; the others end anywhere.
    """
    n_before, n_killed = size(log), 0
    end = time.monotonic() + (60.0 if draw.random() < 0.8 else draw.uniform(0.0, 2.0))
    while size(log) == n_before and process.poll() is None and time.monotonic() < end:
        time.sleep(0.02)
    for _ in range(2):
        time.sleep(draw.uniform(0.0, 0.15))
        if process.poll() is None:
            n_killed += kill_a_worker(process.pid)
    time.sleep(draw.uniform(0.0, 0.15))
    if process.poll() is None:
        process.kill()
        n_killed += 1
    process.communicate()
    return n_killed


def size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="finds the children of a process in /proc")
def test_sixty_kills_lose_and_double_nothing(model_folder: Path, tmp_path: Path, content: Content) -> None:
    draw = random.Random(7)
    killed = tmp_path / "killed"
    n_killed = n_lives = 0
    while n_killed < N_KILLS:
        n_lives += 1
        assert n_lives < 60, f"the job was done after {n_killed} kills"
        n_killed += live_and_die(start(tmp_path, model_folder, killed), draw, tmp_path / "scored.log")
    last = start(tmp_path, model_folder, killed)
    assert last.communicate()[1] == b""
    assert last.returncode == 0
    scored = Counter((tmp_path / "scored.log").read_text().split())
    (tmp_path / "scored.log").unlink()
    alone = start(tmp_path, model_folder, tmp_path / "alone")
    assert alone.communicate()[1] == b""
    assert content(killed) == content(tmp_path / "alone")
    n_shards = len(Counter((tmp_path / "scored.log").read_text().split()))
    assert len(scored) == n_shards
    n_again = sum(scored.values()) - n_shards
    assert n_again <= n_lives * N_AHEAD * N_WORKERS + n_killed


@pytest.mark.slow
def test_a_full_disk_is_told_and_the_job_goes_on_when_there_is_room(
    model_folder: Path, tmp_path: Path, content: Content
) -> None:
    disk, kept = tmp_path / "disk", tmp_path / "kept"
    disk.mkdir()
    job = f'"{sys.executable}" "{COMMAND}" "{model_folder}" "{disk}/out" 2400'
    script = f"""
        mount -t tmpfs -o size=1m none "{disk}" || exit 77
        {job}; first=$?
        mount -o remount,size=64m "{disk}"
        {job} && cp -r "{disk}/out" "{kept}" && exit $((first + 40))
    """
    unshare = shutil.which("unshare")
    if unshare is None:
        pytest.skip("a disk of its own needs unshare: install util-linux")
    arguments = [unshare, "--mount", "--map-root-user", "sh", "-c", script]
    found = subprocess.run(arguments, env=environment(tmp_path), capture_output=True, text=True, check=False)
    if found.returncode in (1, 77) and "No space left" not in found.stderr:
        pytest.skip(f"this system lets nobody mount a disk: {found.stderr.strip()[-80:]}")
    assert "No space left on device" in found.stderr
    assert "un the same command again" in found.stderr
    assert found.returncode == 42
    alone = start(tmp_path, model_folder, tmp_path / "alone", 2400)
    assert alone.communicate()[1] == b""
    assert content(kept) == content(tmp_path / "alone")
