"""A real Label Studio server of its own: on a free port of this computer, with data in a given folder, for proof."""

import os
import secrets
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

EXECUTABLE = Path(os.environ.get("STANDPOINT_LABEL_STUDIO", ".venv-studio/bin/label-studio"))
"""Where the server is installed; `make test` puts it there."""

EMAIL, PASSWORD = "admin@example.com", "only-for-these-tests"
"""The administrator's address, and everybody's password."""

Server = dict[str, str]
"""`url`; the administrator's `token` and `personal_token`; `reader-a` and `reader-b`: two annotators' tokens."""


@contextmanager
def running_studio(folder: Path) -> Iterator[Server]:
    """Start a server with an administrator and two annotators (reader-a@example.com, reader-b@example.com); stop it.

    Raises:
        RuntimeError: it did not start; the message ends with its log.
    """
    url, token = f"http://127.0.0.1:{_free_port()}", secrets.token_hex(20)
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(_start_line(url), env=_environment(url, token, folder), stdout=log, stderr=log)
    try:
        _wait(url, process, folder)
        people = {name: _invited(url, token, f"{name}@example.com") for name in ("reader-a", "reader-b")}
        yield {"url": url, "token": token, "personal_token": _personal_token(url), **people}
    finally:
        process.terminate()
        process.wait(20)


def _start_line(url: str) -> list[str]:
    port = url.rpartition(":")[2]
    return [str(EXECUTABLE), "start", "--no-browser", "--internal-host", "127.0.0.1", "--port", port]


def _environment(url: str, token: str, folder: Path) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "LABEL_STUDIO_BASE_DATA_DIR": str(folder),
        "LABEL_STUDIO_USERNAME": EMAIL,
        "LABEL_STUDIO_PASSWORD": PASSWORD,
        "LABEL_STUDIO_USER_TOKEN": token,
        "LABEL_STUDIO_ENABLE_LEGACY_API_TOKEN": "true",
        "LATEST_VERSION_CHECK": "false",
        "COLLECT_ANALYTICS": "false",
        "SENTRY_DSN": "",
        "FRONTEND_SENTRY_DSN": "",
        "DEBUG": "false",
        "LOG_LEVEL": "INFO",
        "HOST": url,
        "USE_DEFAULT_BANNED_SUBNETS": "false",  # it would call no backend and no webhook on this computer
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(url: str, process: "subprocess.Popen[bytes]", folder: Path) -> None:
    for _ in range(600):
        if process.poll() is not None:
            break
        try:
            if requests.get(f"{url}/health", timeout=1).ok:
                return
        except requests.RequestException:
            pass
        time.sleep(0.2)
    log = (folder / "server.log").read_text(errors="replace")
    raise RuntimeError(f"Label Studio did not start at {url}:\n{log[-2000:]}")


def logged_in(url: str, email: str, password: str = PASSWORD) -> requests.Session:
    """Log in as a browser does; the session keeps the cookies."""
    session = requests.Session()
    session.get(f"{url}/user/login/", timeout=30)
    form = {"email": email, "password": password, "csrfmiddlewaretoken": session.cookies["csrftoken"]}
    session.post(f"{url}/user/login/", data=form, timeout=30).raise_for_status()
    return session


def _personal_token(url: str) -> str:
    session = logged_in(url, EMAIL)
    headers = {"X-CSRFToken": str(session.cookies["csrftoken"]), "Referer": url}
    answer = session.post(f"{url}/api/token/", headers=headers, timeout=30)
    answer.raise_for_status()
    return str(answer.json()["token"])


def _invited(url: str, token: str, email: str) -> str:
    """Make an annotator by the invitation link, with `PASSWORD`; return the legacy token."""
    invite = requests.get(f"{url}/api/invite", headers={"Authorization": f"Token {token}"}, timeout=30).json()
    session = requests.Session()
    address = url + str(invite["invite_url"]).removeprefix(url)
    session.get(address, timeout=30)
    form = {"email": email, "password": PASSWORD, "csrfmiddlewaretoken": session.cookies["csrftoken"]}
    session.post(address, data=form, headers={"Referer": url}, timeout=30).raise_for_status()
    return str(session.get(f"{url}/api/current-user/token", timeout=30).json()["token"])
