"""The server and the project: options that the verbs of `standpoint label` share, and the connection they ask for."""

import os
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from labeling.patience import Patience
from labeling.studio_client import Studio
from standpoint.errors import StudioError

CodebookOption = Annotated[Path, typer.Option("--codebook", help="The codebook, TOML.", show_default=False)]
ProjectOption = Annotated[
    str | None, typer.Option("--project", help="Title or id (else the codebook's name).", show_default=False)
]
UrlOption = Annotated[str | None, typer.Option("--url", help="The server (else LABEL_STUDIO_URL).", show_default=False)]


def open_studio(url: str | None) -> Studio:
    """Open the server after one look, without patience, whether it is one and takes the token.

    Raises:
        StudioError: address or token is missing, or the server does not answer as Label Studio.
    """
    address, token = url or os.environ.get("LABEL_STUDIO_URL"), os.environ.get("LABEL_STUDIO_API_KEY")
    if not address:
        raise StudioError("no server is named. Give --url http://localhost:8080, or set LABEL_STUDIO_URL.")
    if not token:
        raise StudioError(
            f"there is no token for {address}. Copy one from Account & Settings there and set LABEL_STUDIO_API_KEY."
        )
    with closing(Studio(address, token, patience=Patience(attempts=1))) as hasty:
        hasty.check()
    return Studio(address, token)
