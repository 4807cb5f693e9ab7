"""The settings of the prediction service: where it listens, what it takes, how it batches."""

import ipaddress
from dataclasses import dataclass, fields
from pathlib import Path

from standpoint.errors import InputError

HOW_TO_MAKE_A_KEY = "Make a key with `standpoint serve-key` and name its file with --keys."

_MAY_BE_NOTHING = ("port", "processes", "batch_wait_ms")


@dataclass(frozen=True)
class ServiceConfig:
    """How one service behaves.

    Raises:
        InputError: a limit is not positive, or the address is not loopback and there is no file of keys.
    """

    host: str = "127.0.0.1"
    port: int = 8000
    keys_file: Path | None = None
    max_body_bytes: int = 4 * 1024 * 1024
    max_articles: int = 64
    """Articles in one request."""
    max_characters: int = 200_000
    """Characters in the text of one article."""
    max_actors: int = 20
    """Actors asked for in one request beside those of the codebook."""
    max_bodies_bytes: int = 128 * 1024 * 1024
    """Request bodies held at one time, all together."""
    body_seconds: float = 30.0
    """How long a request's body may take to arrive, all of it."""
    processes: int = 0
    """Processes that hold the model; 0 keeps it in the server's own, which is then slower to answer others."""
    batch_articles: int = 16
    """Articles in one call of the model; a request with more is a call of its own."""
    batch_wait_ms: float = 0.0
    """How long a call waits for more requests; under load they gather anyway, while the model is busy."""
    queue_articles: int = 512
    """Articles that may wait for the model before further requests are refused."""
    follow_seconds: float = 30.0
    """How often the registry is asked for a newer version."""
    stop_seconds: float = 30.0
    """How long a stop waits for requests that were accepted."""

    def __post_init__(self) -> None:
        """Check what would otherwise fail, or be open to everyone, only later."""
        for name in (field.name for field in fields(self) if field.name not in ("host", "keys_file")):
            value, least = getattr(self, name), 0 if name in _MAY_BE_NOTHING else 1e-9
            if not value >= least:
                raise InputError(f"{name} is {value}. It must be {'0 or more' if least == 0 else 'more than 0'}.")
        if self.keys_file is None and not is_loopback(self.host):
            raise InputError(f"{self.host} can be reached from other machines, so it needs keys. {HOW_TO_MAKE_A_KEY}")


def is_loopback(host: str) -> bool:
    """Say whether an address is reached from this machine alone.

    >>> [is_loopback(host) for host in ("127.0.0.1", "::1", "localhost", "0.0.0.0", "example.org", "")]
    [True, True, True, False, False, False]
    """
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
