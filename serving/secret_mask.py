"""A mask over secrets: text of a program that was given some, made fit to be shown."""

import re
from collections.abc import Mapping

_NAMES = re.compile(r"KEY|TOKEN|SECRET|PASSW|CREDENTIAL", re.IGNORECASE)
_LEAST_CHARACTERS = 6
_SHAPES = re.compile(
    r"eyJ[\w-]{10,}\.[\w-]+\.[\w-]*"  # a JSON web token, as Label Studio's personal tokens are
    r"|\bsp_[\w-]{20,}"  # a key of this service
    r"|(?i:(?<=token )|(?<=bearer )|(?<=basic ))[\w+/=.-]{8,}"
    r"|(?<=://)[^/\s@]+(?=@)",
    re.ASCII,
)


class SecretMask:
    """Hides the secrets that an environment holds, and what looks like one."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        values = (value.strip() for name, value in environment.items() if _NAMES.search(name))
        self._secrets = sorted({value for value in values if len(value) >= _LEAST_CHARACTERS}, key=len, reverse=True)

    def masked(self, text: str) -> str:
        """Return the text with `***` in the place of each secret.

        >>> SecretMask({"LABEL_STUDIO_API_KEY": "0123456789abcdef"}).masked("GET with 0123456789abcdef at sql://me:pw@db")
        'GET with *** at sql://***@db'
        """
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return _SHAPES.sub("***", text)
