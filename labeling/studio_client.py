"""The Label Studio server as the loop calls it: JSON in and out, patient with the network, silent about the token."""

import logging
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from json import dumps
from typing import Any, TypeVar
from urllib.parse import urlsplit

from labeling.patience import Patience
from labeling.studio_filter import column_filter, id_filters, utc
from labeling.studio_refusal import not_label_studio, refusal
from standpoint.errors import StudioError

try:
    import httpx
    from label_studio_sdk.core.api_error import ApiError
    from label_studio_sdk.core.client_wrapper import SyncClientWrapper
except ImportError:
    raise StudioError(
        "the Label Studio client is not installed. Install it with: pip install 'standpoint[labeling]'"
    ) from None

_ANSWERED = column_filter("annotators", "empty", False)

Raw = dict[str, Any]
"""An object as the server sends it: a task, a project, a prediction."""

Answer = TypeVar("Answer")


class Studio:
    """A Label Studio server, opened with a legacy or a personal access token.

    Every method raises `StudioError`, which says what is wrong and what to do, and holds neither token nor cookie.
    A lost connection and the answers 429, 502, 503 and 504 are tried again as `patience` says.
    """

    def __init__(self, url: str, token: str, *, patience: Patience | None = None) -> None:
        """Take the address and the token; nothing is sent before the first call."""
        self.url = _checked_url(url)
        self._token = _checked_token(token)
        self._patience = patience or Patience()
        self._connection = self._connected()

    def close(self) -> None:
        """Close the connection; nothing can be asked after that."""
        self._connection.httpx_client.httpx_client.close()

    def check(self) -> str:
        """Return the address of the account that the token belongs to.

        Raises:
            StudioError: nothing answers there, it is not Label Studio, or it refuses the token.
        """
        me = self._call("GET", "/api/current-user/whoami")
        if not (isinstance(me, dict) and "email" in me):
            raise StudioError(not_label_studio(self.url))
        return str(me["email"])

    def users(self) -> dict[int, str]:
        """Return every account's e-mail address (its user name where there is none) by its id."""
        return {user["id"]: user["email"] or user["username"] for user in self._call("GET", "/api/users/")}

    def projects(self) -> dict[int, str]:
        """Return the title of every project that the account sees, by id."""
        found: dict[int, str] = {}
        for page in range(1, 10_000):
            params = {"include": "id,title", "page": page, "page_size": 100}
            answer = self._call("GET", "/api/projects/", params=params)
            found |= {project["id"]: project["title"] for project in answer["results"]}
            if not answer["next"]:
                break
        return found

    def project(self, project_id: int) -> Raw:
        """Return a project with all its settings."""
        answer: Raw = self._call("GET", f"/api/projects/{project_id}/")
        return answer

    def create_project(self, settings: Mapping[str, object]) -> Raw:
        """Create a project and return it; a create whose answer was lost is not sent again."""
        answer: Raw = self._call("POST", "/api/projects/", json=settings, once=True)
        return answer

    def update_project(self, project_id: int, settings: Mapping[str, object]) -> Raw:
        """Change some settings of a project and return it."""
        answer: Raw = self._call("PATCH", f"/api/projects/{project_id}/", json=settings)
        return answer

    def answered_tasks(self, project_id: int) -> Iterator[Raw]:
        """Yield the tasks with an answer or a skip, by id, one page in memory at a time; no model is run for it.

        With them come `annotations` (of a skip, `was_cancelled`) and `predictions`, both as lists of objects.
        """
        return self._pages(project_id, [_ANSWERED], {"fields": "all", "page_size": 500})

    def task_times(
        self, project_id: int, *, updated_since: str | None = None, answered: bool = False
    ) -> Iterator[tuple[int, str]]:
        """Yield id and time of the last change of all tasks, of those changed since (ISO 8601), or of answered ones.

        A task changes when an answer on it is made, edited or deleted, and when a prediction comes in.
        """
        filters = [] if updated_since is None else [column_filter("updated_at", "greater_or_equal", utc(updated_since))]
        params = {"fields": "task_only", "include": "id,updated_at", "page_size": 1000}
        for task in self._pages(project_id, [*filters, _ANSWERED] if answered else filters, params):
            yield task["id"], task["updated_at"]

    def exported_tasks(self, project_id: int, ids: Collection[int]) -> Sequence[Raw]:
        """Return the answered ones of some tasks (100 at a time, say), each answer with its `prediction`.

        That is the suggestion which the server notes for an answer; no list of tasks has it.
        """
        answer: list[Raw] = self._call(
            "GET", f"/api/projects/{project_id}/export", params={"exportType": "JSON", "ids[]": sorted(ids)}
        )
        return answer

    def task_states(self, project_id: int, *, ids: Collection[int] | None = None) -> Iterator[Raw]:
        """Yield `id`, `data`, `total_annotations` and `cancelled_annotations` of all tasks or of those named."""
        include = "id,data,total_annotations,cancelled_annotations"
        params = {"fields": "task_only", "include": include, "page_size": 1000}
        for filters in [[]] if ids is None else id_filters(sorted(ids)):
            yield from self._pages(project_id, filters, params)

    def drafted_ids(self, project_id: int) -> set[int]:
        """Return the ids of tasks on which somebody has an unfinished answer."""
        return self._ids(project_id, column_filter("draft_exists", "equal", True))

    def predicted_ids(self, project_id: int, version: str) -> set[int]:
        """Return the ids of tasks that have a prediction whose version contains the given one."""
        return self._ids(
            project_id, column_filter("predictions_model_versions", "contains", [version])
        )  # a text is taken apart

    def import_tasks(
        self, project_id: int, tasks: Sequence[Raw], *, missing: Callable[[Sequence[Raw]], Sequence[Raw]]
    ) -> None:
        """Create tasks, each `{"data": {...}}`.

        Where the answer is lost, they may have arrived: `missing` is asked which have not, and only these are sent
        again.
        """
        self._send_all(f"/api/projects/{project_id}/import", tasks, missing)

    def update_task(self, task_id: int, data: Mapping[str, object]) -> None:
        """Replace the whole data of a task."""
        self._call("PATCH", f"/api/tasks/{task_id}/", json={"data": data})

    def delete_tasks(self, project_id: int, ids: Collection[int]) -> None:
        """Delete tasks with all that hangs on them; ids that are gone already are passed over."""
        self._act("delete_tasks", project_id, ids)

    def import_predictions(
        self, project_id: int, predictions: Sequence[Raw], *, missing: Callable[[Sequence[Raw]], Sequence[Raw]]
    ) -> int:
        """Create predictions, each `{"task", "model_version", "score", "result"}`; return how many were created.

        The server drops predictions that do not fit the interface, and does not say which. `missing` as for tasks.
        """
        return self._send_all(f"/api/projects/{project_id}/import/predictions", predictions, missing)

    def prediction_versions(self, project_id: int) -> dict[str, int]:
        """Return how many predictions there are of each model version."""
        counts: dict[str, int] = self._call("GET", f"/api/projects/{project_id}/model-versions")
        return counts

    def delete_predictions(self, project_id: int, version: str) -> None:
        """Delete all predictions of a model version."""
        self._call("DELETE", f"/api/projects/{project_id}/model-versions/", json={"model_version": version})

    def delete_task_predictions(self, project_id: int, ids: Collection[int]) -> None:
        """Delete all predictions on some tasks."""
        self._act("delete_tasks_predictions", project_id, ids)

    def _connected(self) -> SyncClientWrapper:
        """Open the SDK's connection, which renews the access that a personal token gives."""
        for name in ("httpcore.http11", "httpcore.http2"):
            logging.getLogger(name).addFilter(_without_headers)
        client = httpx.Client(timeout=self._patience.timeout, follow_redirects=False)
        try:
            return SyncClientWrapper(
                base_url=self.url + "/",
                api_key=self._token,
                httpx_client=client,
                timeout=self._patience.timeout,
                max_retries=0,
            )
        except ApiError as error:
            message = self._refusal("the token", error.status_code or 401, error.body)
        raise StudioError(message)

    def _pages(self, project_id: int, filters: Sequence[Raw], params: Raw) -> Iterator[Raw]:
        """Page by id, so that tasks made or deleted meanwhile shift nothing; `review` keeps models from being run."""
        last = 0
        while True:
            items = [*filters, column_filter("id", "greater", last)]
            query = {"filters": {"conjunction": "and", "items": items}, "ordering": ["tasks:id"]}
            asked = {"project": project_id, "review": "true", "query": dumps(query)} | params
            answer = self._call("GET", "/api/tasks/", params=asked)
            yield from answer["tasks"]
            if len(answer["tasks"]) >= answer["total"]:
                return
            last = answer["tasks"][-1]["id"]

    def _ids(self, project_id: int, condition: Raw) -> set[int]:
        params = {"fields": "task_only", "include": "id", "page_size": 10_000}
        return {task["id"] for task in self._pages(project_id, [condition], params)}

    def _act(self, action: str, project_id: int, ids: Collection[int]) -> None:
        if ids:
            selected = {"all": False, "included": sorted(ids)}
            params = {"id": action, "project": project_id}
            self._call("POST", "/api/dm/actions/", params=params, json={"selectedItems": selected})

    def _send_all(self, path: str, items: Sequence[Raw], missing: Callable[[Sequence[Raw]], Sequence[Raw]]) -> int:
        """Send items at once; after a lost answer only those that have not arrived. Return how many were created."""
        n_arrived, rest = 0, items

        def attempt(n_tried: int) -> int:
            nonlocal n_arrived, rest
            if n_tried:
                rest = missing(rest)
                n_arrived = len(items) - len(rest)
            answer = self._sent("POST", path, json=rest) if rest else {}
            return n_arrived + int(answer.get("created", answer.get("task_count", 0)))

        return self._patiently(attempt)

    def _call(
        self, method: str, path: str, *, params: Raw | None = None, json: object = None, once: bool = False
    ) -> Any:  # noqa: ANN401 - parsed JSON may be anything
        return self._patiently(lambda _: self._sent(method, path, params=params, json=json), once=once)

    def _patiently(self, attempt: Callable[[int], Answer], *, once: bool = False) -> Answer:
        """Try until an answer comes; `attempt` gets the number of tries before it."""
        attempts = 1 if once else self._patience.attempts
        for n_tried in range(1, attempts + 1):
            try:
                return attempt(n_tried - 1)
            except _LostError as lost:
                reason = str(lost)
            if n_tried < attempts:
                self._patience.wait(n_tried)
        raise StudioError(reason)

    def _sent(self, method: str, path: str, *, params: Raw | None = None, json: object = None) -> Any:  # noqa: ANN401
        """Send one request and return the parsed answer; None where it is empty.

        Raises:
            _LostError: it may help to try again.
            StudioError: it will not.
        """
        status, body = self._answer(method, path, params, json)
        if status < 300 and not isinstance(body, _NotJson):
            return body
        message = self._refusal(f"{method} {path}", status, body)
        raise (_LostError if _is_passing(status, body) else StudioError)(message)

    def _answer(self, method: str, path: str, params: Raw | None, json: object) -> tuple[int, object]:
        try:
            answer = self._connection.httpx_client.request(path, method=method, params=params, json=json)
        except ApiError as error:  # a personal token that gave no access
            return error.status_code or 401, error.body
        except httpx.RequestError as error:
            reason = f"{self.url}: {_trouble(error, self._patience)}. Check the address and that the server runs."
        except ValueError:  # an access token was asked of something else
            return 200, _NotJson()
        else:
            return answer.status_code, _parsed(answer)
        raise _LostError(reason)

    def _refusal(self, request: str, status: int, body: object) -> str:
        return refusal(self.url, request, status, body, secret=self._token)


class _LostError(Exception):
    """No answer, or one that says to come again; the text is the message for when patience is over."""


class _NotJson:
    """Stands for an answer that is not JSON."""


def _is_passing(status: int, body: object) -> bool:
    """Tell whether the server may answer when asked again; SQLite is locked while somebody else writes."""
    is_locked = isinstance(body, dict) and "database is locked" in str(body.get("detail"))
    return status in (429, 502, 503, 504) or (status == 500 and is_locked)


def _without_headers(record: logging.LogRecord) -> bool:
    """Keep headers, which have the session cookie, out of the connection's debug log."""
    return "headers" not in record.getMessage()


def _checked_url(url: str) -> str:
    parts = urlsplit(url.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise StudioError(f"'{url}' is no address of a server. Write it like http://localhost:8080.")
    if parts.username or parts.password:
        raise StudioError(
            f"the address of {parts.hostname} has a name or password in it. Leave it out: the token is enough."
        )
    return url.strip().rstrip("/")


def _checked_token(token: str) -> str:
    if not token.strip().isascii() or not token.strip().isprintable() or not token.strip():
        raise StudioError("the token is empty or has other than ASCII characters. Copy it again from Label Studio.")
    return token.strip()


def _trouble(error: "httpx.RequestError", patience: Patience) -> str:
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
        return "nothing answers there"
    if isinstance(error, httpx.TimeoutException):
        return f"no answer within {patience.timeout:g} seconds"
    return "the connection broke"


def _parsed(answer: "httpx.Response") -> object:
    if not answer.content:
        return None
    try:
        return answer.json()
    except ValueError:
        return _NotJson()
