"""standpoint serve: a trained model behind an HTTP API; standpoint serve-key: a key for it."""

import os
import secrets
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from cli.serve_studio import (
    RetrainAfterOption,
    RetrainOption,
    RetrainQuietOption,
    StudioKeysOption,
    retraining_of,
    studio_doors,
)
from models.processors import n_processors
from models.store import tracking_uri
from serving.explorer import explorer_routes
from serving.keys import KEY_BYTES, key_line, make_key
from serving.model_holder import ModelHolder
from serving.model_source import model_source
from serving.retraining import RetrainingConfig
from serving.server import run
from serving.service import create_service
from serving.service_config import ServiceConfig
from standpoint.errors import InputError

MOST_PROCESSES = 4
"""How many processes hold the model where the user does not say; each takes its memory."""

_DEFAULT = ServiceConfig()


def serve(
    model: Annotated[
        str, typer.Option("--model", help="A registered model, whose alias is followed, or a model folder.")
    ] = "models:/standpoint@champion",
    host: Annotated[str, typer.Option("--host", help="Address to listen on.")] = _DEFAULT.host,
    port: Annotated[int, typer.Option("--port", help="Port to listen on; 0 takes a free one.")] = _DEFAULT.port,
    keys: Annotated[
        Path | None, typer.Option("--keys", help="File of keys; needed where other machines can reach the address.")
    ] = None,
    cache: Annotated[
        Path | None, typer.Option("--cache", help="Folder for versions, to start from when the store is down.")
    ] = None,
    studio_keys: StudioKeysOption = None,
    retrain: RetrainOption = None,
    retrain_after: RetrainAfterOption = RetrainingConfig.after_annotations,
    retrain_quiet: RetrainQuietOption = RetrainingConfig.quiet_seconds,
    change: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="Change a limit, such as max_articles=8.")
    ] = None,
) -> None:
    """Answer over HTTP: POST /v1/predict, GET /v1/codebook, /v1/model, /health/ready, /metrics, /openapi.json.

    Example: standpoint serve --model mlruns/models/rare-earths --port 8000

    The model is held by one process a processor, by 4 at most; --set processes=0 keeps it in the server's own.
    A page to try it is at /. Label Studio connects to /label-studio; /v1/training shows what --retrain runs.
    The log goes to standard error, one JSON object a line. SIGTERM stops it when all that was accepted is answered.
    Exit code: 0 stopped, 2 an error.
    """
    config = _config(host, port, keys, change or [])
    retraining = retraining_of(retrain, (cache or Path("mlruns")) / "retraining", retrain_after, retrain_quiet)
    doors = (explorer_routes(), *studio_doors(studio_keys, retraining, with_keys=keys is not None))
    holder = ModelHolder(model_source(model, uri=tracking_uri(os.environ)), cache=cache)
    version = holder.start().info.model
    console = Console()
    run(
        create_service(holder, config, doors=doors),
        config,
        tell=lambda address: console.print(f"{version} at {address}", markup=False, highlight=False, soft_wrap=True),
    )


def make_serve_key(
    name: Annotated[str, typer.Argument(help="Whose key it is; the log shows this name.", show_default=False)],
    keys: Annotated[Path, typer.Option("--keys", help="File to add the key's hash to.", show_default=False)],
) -> None:
    """Print a new key, once, and add its hash to the file of keys; remove a line there to shut a key out.

    Example: standpoint serve-key newsroom --keys serve-keys.txt

    The service reads the file when it starts. Exit code: 0, or 2 where the file cannot be written.
    """
    key = make_key(secrets.token_bytes(KEY_BYTES))
    line = key_line(key, name)
    try:
        with os.fdopen(os.open(keys, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "w", encoding="utf-8") as file:
            file.write(f"{line}\n")
    except OSError as error:
        raise InputError(f"{keys}: cannot be written ({error.strerror}). Choose another file.") from error
    Console().print(key, markup=False, highlight=False, soft_wrap=True)


def _config(host: str, port: int, keys: Path | None, changes: list[str]) -> ServiceConfig:
    n_processes = min(n_processors(), MOST_PROCESSES)
    config = ServiceConfig(host=host, port=port, keys_file=keys, processes=n_processes)
    return replace(config, **_changes(changes))


def _changes(given: list[str]) -> dict[str, Any]:
    """Return the settings that are changed, as numbers of the kind their defaults have."""
    defaults = {name: value for name, value in vars(_DEFAULT).items() if name not in ("host", "port", "keys_file")}
    changes = {}
    for item in given:
        name, _, text = item.partition("=")
        if name not in defaults:
            raise InputError(f"--set {item}: there is no setting '{name}'. There are: {', '.join(defaults)}.")
        try:
            changes[name] = type(defaults[name])(text)
        except ValueError:
            raise InputError(f"--set {item}: '{text}' is not a number. Write {name}={defaults[name]}.") from None
    return changes
