"""The API call that gives what the explorer page shows, to be pasted into a shell."""

import json
import re
from collections.abc import Sequence
from typing import Any

from serving.marked_text import HIDDEN
from standpoint.codebook import Actor

_ADDRESS = re.compile(r"https?://[\w.:\[\]-]+", re.ASCII)
_KEY = ' \\\n  -H "Authorization: Bearer $STANDPOINT_KEY"'


def api_call(title: str, body: str, actors: Sequence[Actor] = (), *, address: str, with_key: bool) -> str:
    r"""Return a curl command whose answer the page shows.

    The request is JSON in a quoted here-document, in which a shell changes nothing; characters that hide or turn
    text are escaped. A key is named by a variable, never written out. `actors` are those beside the codebook's.

    >>> print(api_call("Pay\u202e", "It's $5", address="http://127.0.0.1:8000", with_key=False))
    curl -s http://127.0.0.1:8000/v1/predict \
      -H 'Content-Type: application/json' \
      -d @- <<'JSON'
    {"articles": [{"title": "Pay\u202e", "body": "It's $5"}]}
    JSON
    """
    request: dict[str, Any] = {"articles": [{"title": title, "body": body}]}
    if actors:
        request["actors"] = [{"id": actor.id, "aliases": [name.text for name in actor.aliases]} for actor in actors]
    content = json.dumps(request, ensure_ascii=False)
    escaped = HIDDEN.sub(lambda match: json.dumps(match.group())[1:-1], content)
    known = _ADDRESS.fullmatch(address.rstrip("/"))
    where = f"{known.group() if known else 'http://127.0.0.1:8000'}/v1/predict"
    head = f"curl -s {where} \\\n  -H 'Content-Type: application/json'{_KEY if with_key else ''}"
    return f"{head} \\\n  -d @- <<'JSON'\n{escaped}\nJSON"
