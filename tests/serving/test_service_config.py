"""Tests of serving.service_config."""

from pathlib import Path

import pytest

from serving.service_config import ServiceConfig
from standpoint.errors import InputError


def test_an_address_that_others_can_reach_needs_keys() -> None:
    with pytest.raises(InputError, match=r"0\.0\.0\.0 can be reached .* needs keys.*standpoint serve-key.*--keys"):
        ServiceConfig(host="0.0.0.0")
    assert ServiceConfig(host="0.0.0.0", keys_file=Path("keys")).host == "0.0.0.0"


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_loopback_needs_no_keys(host: str) -> None:
    assert ServiceConfig(host=host).keys_file is None


def test_a_limit_of_nothing_is_refused_by_name() -> None:
    with pytest.raises(InputError, match="max_articles is 0. It must be more than 0"):
        ServiceConfig(max_articles=0)
    with pytest.raises(InputError, match="batch_wait_ms is -1. It must be 0 or more"):
        ServiceConfig(batch_wait_ms=-1)


def test_any_port_no_wait_and_no_processes_are_good_settings() -> None:
    assert ServiceConfig(port=0, batch_wait_ms=0, processes=0).port == 0
