"""Tests of serving.batch.spool: shards arrive in order, and what cannot be used is told."""

from pathlib import Path
from threading import Timer

import pytest

from serving.batch.shard import Counts, Receipt, Shard
from serving.batch.spool import Spool, arrivals, begun
from standpoint.errors import ModelError, OutputError


def shard(number: int) -> Shard:
    return Shard(1, number, '{"articles": []}', 1, Counts())


def receipt(number: int) -> Receipt:
    return Receipt(1, number, "0", Counts(scored=1), None, 0.1)


def test_shards_arrive_in_order_until_the_end_and_again_for_whoever_asks_again(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool")
    for number in (4, 2, 7):
        spool.put(shard(number))
    assert spool.take_out(receipt(4))
    Timer(0.3, spool.end).start()
    places = list(arrivals(spool.folder))
    assert [begun(place).number for place in places[1:]] == [2, 7]
    assert list(arrivals(spool.folder)) == places


def test_arrivals_end_when_the_spool_is_gone(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool")
    Timer(0.3, spool.remove).start()
    assert list(arrivals(spool.folder)) == []


def test_a_shard_is_taken_out_once(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool")
    spool.put(shard(0))
    assert spool.n_waiting == 1
    assert (spool.take_out(receipt(0)), spool.take_out(receipt(0))) == (True, False)
    assert spool.n_waiting == 0


def test_what_an_earlier_job_left_is_removed(tmp_path: Path) -> None:
    Spool(tmp_path / "spool").put(shard(0))
    assert list(Spool(tmp_path / "spool").folder.iterdir()) == []


def test_a_machine_that_does_not_share_the_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"on machine .* of the cluster \(No such file.*all machines share"):
        begun(tmp_path / "spool/00000000.json")


def test_a_shard_that_kills_its_process_is_begun_three_times(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool")
    spool.put(shard(5))
    spool.end()
    (place,) = arrivals(spool.folder)
    assert [begun(place).number for _ in range(3)] == [5, 5, 5]
    with pytest.raises(ModelError, match="shard 5 of run 1 killed its process 3 times, as for want of memory"):
        begun(place)


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match=r"spool: cannot be written \(.*Mend that and run again"):
        Spool(tmp_path / "file/spool")
