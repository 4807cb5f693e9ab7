"""A process that holds a model: reads questions from standard input, writes answers to standard output.

Each message is its length (8 bytes, big-endian) and JSON in UTF-8. A question is `{"load": FOLDER, "threads": 1}` or
`{"articles": [...], "actors": [...], "evidence": true}`. An answer is `{"predictions": [...]}`, empty after a load, or
`{"error": NAME, "message": WORDS, "places": [...]}`.
"""

import ctypes
import gc
import json
import os
import signal
import sys
import traceback
from pathlib import Path
from typing import IO, Any

from models.folder import load_model
from models.news_model import NewsModel
from standpoint.article import article_from_json
from standpoint.codebook import Actor, Alias, Words
from standpoint.errors import ModelError, StandpointError

HEADER_BYTES = 8


def main() -> None:
    """Answer until standard input ends; the server ends it, so signals to the whole group are passed over."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    answers = answers_pipe()
    model: NewsModel | None = None
    while (question := next_message(sys.stdin.buffer)) is not None:
        try:
            if "load" in question:
                model, answer = load_model(Path(question["load"]), n_threads=question["threads"]), _NOTHING
                forget_garbage()
            else:
                answer = _answer(model, question)
        except Exception as error:  # it is told to the server, which knows who asked
            answer = failure(error)
        answers.write(framed(answer))
        answers.flush()


def answers_pipe() -> IO[bytes]:
    """Return the pipe for answers: standard output, where nothing else is printed from now on.

    An interrupt from the keyboard, which goes to the whole group, is passed over from now on.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not get among the answers
    return answers


def forget_garbage() -> None:
    """Let later collections pass over all that is there now; one over libraries and model stalls for 40 ms."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def give_back_memory() -> None:
    """Give what was freed back to the system; glibc keeps much of what torch frees, in pieces of a few megabytes."""
    if sys.platform == "linux" and (trim := getattr(ctypes.CDLL(None), "malloc_trim", None)) is not None:
        trim(0)


def framed(message: dict[str, Any]) -> bytes:
    """Return a message as it goes over the pipe."""
    content = json.dumps(message, ensure_ascii=False).encode("utf-8", "surrogatepass")
    return len(content).to_bytes(HEADER_BYTES) + content


def next_message(pipe: IO[bytes]) -> dict[str, Any] | None:
    """Return the next message from a pipe; None where it has ended, also in the middle of one."""
    header = pipe.read(HEADER_BYTES)
    n_bytes = int.from_bytes(header)
    content = pipe.read(n_bytes)
    if len(header) < HEADER_BYTES or len(content) < n_bytes:
        return None
    found: dict[str, Any] = json.loads(content.decode("utf-8", "surrogatepass"))
    return found


def failure(error: Exception) -> dict[str, Any]:
    """Describe an error; the words of one that is not ours are left out, for they may hold article text."""
    frames = traceback.extract_tb(error.__traceback__)
    return {
        "error": type(error).__name__,
        "message": str(error) if isinstance(error, StandpointError) else "",
        "places": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
    }


def actor_to_json(actor: Actor) -> dict[str, Any]:
    """Return what a question says of an actor."""
    return {"id": actor.id, "aliases": [[alias.text, list(alias.not_in), alias.match_case] for alias in actor.aliases]}


_NOTHING: dict[str, Any] = {"predictions": []}


def _answer(model: NewsModel | None, question: dict[str, Any]) -> dict[str, Any]:
    if model is None:
        raise ModelError("no model is loaded. Load one first.")
    predictions = model.predict(
        [article_from_json(value) for value in question["articles"]],
        actors=[_actor(value) for value in question["actors"]],
        evidence=question["evidence"],
    )
    return {"predictions": [prediction.to_json() for prediction in predictions]}


def _actor(value: dict[str, Any]) -> Actor:
    aliases = tuple(Alias(text, tuple(longer), match_case) for text, longer, match_case in value["aliases"])
    return Actor(value["id"], Words(value["id"], value["id"]), aliases)


if __name__ == "__main__":
    main()
