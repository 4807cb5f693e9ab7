"""API keys: who may ask; a file of hashes, a line each, so that a stolen file opens nothing."""

import base64
import hashlib
import hmac
import re
from pathlib import Path

from serving.service_config import HOW_TO_MAKE_A_KEY
from standpoint.errors import InputError

KEY_BYTES = 32
"""Random bytes in a key: too many to guess, so that one round of SHA-256 protects it at rest."""

_PREFIX = "sp_"
_LINE = re.compile(r"sha256:(?P<digest>[0-9a-f]{64})\s+(?P<name>[\w.@-]{1,40})")


class Keys:
    """The keys that are accepted, by the names of their owners; several at once, so that they can be replaced."""

    def __init__(self, names: dict[str, str]) -> None:
        self._names = {digest.encode(): name for digest, name in names.items()}

    def owner(self, key: str) -> str | None:
        """Return whose key it is, None where it is nobody's; it takes as long for a wrong key as for a right one."""
        digest = _digest(key).encode()
        found = [name for known, name in self._names.items() if hmac.compare_digest(known, digest)]
        return found[0] if found else None


def read_keys(path: Path) -> Keys:
    """Read a file of keys, one `sha256:DIGEST NAME` a line; blank lines and `#` comments are passed over.

    Raises:
        InputError: the file cannot be read, has no key, or a line is not one.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: the keys cannot be read ({type(error).__name__}). {HOW_TO_MAKE_A_KEY}") from error
    names = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("#"):
            continue
        match = _LINE.fullmatch(line.strip())
        if match is None:
            raise InputError(f"{path}:{number}: is not `sha256:DIGEST NAME`. {HOW_TO_MAKE_A_KEY}")
        names[match["digest"]] = match["name"]
    if not names:
        raise InputError(f"{path}: has no key. {HOW_TO_MAKE_A_KEY}")
    return Keys(names)


def make_key(random_bytes: bytes) -> str:
    """Return a new key from 32 random bytes.

    Raises:
        InputError: these are fewer than 32 bytes.
    """
    if len(random_bytes) < KEY_BYTES:
        raise InputError(f"a key needs {KEY_BYTES} random bytes, found {len(random_bytes)}. Take them from `secrets`.")
    return _PREFIX + base64.urlsafe_b64encode(random_bytes).decode().rstrip("=")


def key_line(key: str, name: str) -> str:
    """Return the line that lets a key in: its hash and its owner's name.

    Raises:
        InputError: the name has other characters than letters, digits and `.@_-`, or more than 40.
    """
    line = f"sha256:{_digest(key)} {name}"
    if _LINE.fullmatch(line) is None:
        raise InputError(f"'{name}' cannot name a key. Use 1 to 40 letters, digits, '.', '@', '_' or '-'.")
    return line


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
