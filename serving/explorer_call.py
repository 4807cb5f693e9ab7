"""The API call that gives what the explorer page shows, to be pasted into a shell."""

import json
import re

from serving.marked_text import HIDDEN

_ADDRESS = re.compile(r"https?://[\w.:\[\]-]+", re.ASCII)
_KEY = ' \\\n  -H "Authorization: Bearer $STANDPOINT_KEY"'


def api_call(title: str, body: str, *, address: str, with_key: bool) -> str:
    r"""Return a curl command whose answer the page shows.

    The article is JSON in a quoted here-document, in which a shell changes nothing; characters that hide or turn
    text are escaped. A key is named by a variable, never written out.

    >>> print(api_call("Pay\u202e", "It's $5", address="http://127.0.0.1:8000", with_key=False))
    curl -s http://127.0.0.1:8000/v1/predict \
      -H 'Content-Type: application/json' \
      -d @- <<'JSON'
    {"articles": [{"title": "Pay\u202e", "body": "It's $5"}]}
    JSON
    """
    content = json.dumps({"articles": [{"title": title, "body": body}]}, ensure_ascii=False)
    escaped = HIDDEN.sub(lambda match: json.dumps(match.group())[1:-1], content)
    known = _ADDRESS.fullmatch(address.rstrip("/"))
    where = f"{known.group() if known else 'http://127.0.0.1:8000'}/v1/predict"
    head = f"curl -s {where} \\\n  -H 'Content-Type: application/json'{_KEY if with_key else ''}"
    return f"{head} \\\n  -d @- <<'JSON'\n{escaped}\nJSON"
