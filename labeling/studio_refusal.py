"""What an answer of Label Studio other than the expected one means, in words that say what to do."""

_LONGEST = 300


def refusal(url: str, request: str, status: int, body: object, *, secret: str) -> str:
    """Say what the server made of a request (`GET /api/tasks/`), with its own words unless they hold the secret.

    `body` is the answer's parsed JSON, anything else if there is none.
    """
    said = _said(body).replace(secret, "***")
    if status == 401:
        return f"{url}: {_token_refused(said)}"
    if status == 403:
        return f"{url}: this account may not do that ({said or request}). Use the token of one who may, or ask for it."
    if status >= 500:
        return (
            f"{url}: the server failed with HTTP {status} at {request}{f' ({said})' if said else ''}. "
            "The reason is in its log, on the terminal or in the container where Label Studio runs; "
            "then run the command again."
        )
    if isinstance(body, dict) and status >= 400:
        return f"{url}: refused {request} with HTTP {status}: {said or 'no reason given'}."
    return not_label_studio(url, status)


def not_label_studio(url: str, status: int = 200) -> str:
    """Say that something else than Label Studio answers."""
    answer = f"a redirect (HTTP {status})" if 300 <= status < 400 else f"HTTP {status} and no Label Studio JSON"
    return f"{url}: answers with {answer}. Check the address: scheme, port, and the path if Label Studio is below one."


def _token_refused(said: str) -> str:
    if "legacy" in said.lower():
        return (
            "this server does not take legacy tokens. Make a personal access token under Account & Settings "
            "and put it into LABEL_STUDIO_API_KEY."
        )
    return (
        f"the token is not valid ({said or 'HTTP 401'}). Copy it again from Account & Settings "
        "and put it into LABEL_STUDIO_API_KEY."
    )


def _said(body: object) -> str:
    """Return the server's own words, on one line and not too long."""
    if not isinstance(body, dict):
        return ""
    parts = [str(body.get("detail") or ""), *_flattened(body.get("validation_errors"))]
    words = " ".join(" ".join(parts).split()).rstrip(".")
    return words if len(words) <= _LONGEST else words[:_LONGEST] + " …"


def _flattened(value: object) -> list[str]:
    if isinstance(value, dict):
        return [f"{name}: {text}" for name, inner in value.items() for text in _flattened(inner)]
    if isinstance(value, list):
        return [text for inner in value for text in _flattened(inner)]
    return [] if value is None else [str(value)]
