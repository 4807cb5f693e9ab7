"""Problems: what a client is told when its request cannot be answered (RFC 9457, application/problem+json).

Nothing of the request's own text is repeated, neither articles nor keys.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field, ValidationError
from starlette.exceptions import HTTPException

from standpoint.errors import InputError, StandpointError, unknown

MEDIA_TYPE = "application/problem+json"
MOST_ERRORS = 20
"""How many errors of one request are listed at most."""

_TYPE = "urn:problem-type:standpoint:"


@dataclass(frozen=True)
class FieldError:
    """One thing wrong in a request: where, as a JSON pointer, and what to do."""

    pointer: str
    detail: str


class ProblemError(HTTPException):
    """A request that cannot be answered: a status, a name for programs, and words for people."""

    def __init__(
        self,
        status: int,
        name: str,
        detail: str,
        *,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(status, detail, dict(headers or {}))
        self.name = name
        self.errors = tuple(errors)


class Problem(BaseModel):
    """Why a request was not answered, where, and what to do (RFC 9457)."""

    type: str = Field(description="A name for programs.", examples=[f"{_TYPE}wrong-fields"])
    title: str = Field(description="The status in words.", examples=["Unprocessable Entity"])
    status: int = Field(description="The HTTP status.", examples=[422])
    detail: str = Field(description="What is wrong and what to do.")
    instance: str = Field(description="The path that was asked for.", examples=["/v1/predict"])
    request_id: str = Field(description="The id under which the server's log knows this request.")
    errors: list[FieldError] = Field(default=[], description="What is wrong in the body, and where (JSON pointers).")


def problem_response(request: Request, problem: ProblemError) -> JSONResponse:
    """Return the answer that tells a client of a problem."""
    content = {
        "type": _TYPE + problem.name,
        "title": _phrase(problem.status_code),
        "status": problem.status_code,
        "detail": problem.detail,
        "instance": request.url.path,
        "request_id": getattr(request.state, "request_id", ""),
        "errors": [asdict(error) for error in problem.errors],
    }
    return JSONResponse(content, problem.status_code, problem.headers, media_type=MEDIA_TYPE)


def wrong_fields(errors: Sequence[FieldError], n_errors: int | None = None) -> ProblemError:
    """Return the problem of a body that is JSON, but not what is asked for; `MOST_ERRORS` of its errors are listed."""
    total, listed = len(errors) if n_errors is None else n_errors, errors[:MOST_ERRORS]
    more = f" The first {len(listed)} are listed." if total > len(listed) else ""
    words = "1 field is wrong" if total == 1 else f"{total} fields are wrong"
    detail = f"{words}.{more} Correct what `errors` names; GET /openapi.json says what is expected."
    return ProblemError(422, "wrong-fields", detail, errors=listed)


def from_validation(error: ValidationError, model: type[BaseModel]) -> ProblemError:
    """Return the problem that pydantic found in a body: 400 where it is no JSON, 422 where a field is wrong."""
    n_errors = error.error_count()
    if n_errors > 1000:  # to list them would take more memory than the body
        return wrong_fields([FieldError("#", f"{n_errors} fields are wrong.")], n_errors)
    found = error.errors(include_url=False, include_input=False)
    if found[0]["type"] == "json_invalid":
        return ProblemError(
            400, "not-json", f"The body is not JSON: {found[0]['ctx']['error']}. Send one object in UTF-8."
        )
    names = _names(model)
    return wrong_fields([_field_error(item, names) for item in found[:MOST_ERRORS]], n_errors)


def add_problem_handlers(app: FastAPI) -> None:
    """Let every error of a service be answered as a problem."""
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _parameters)
    app.add_exception_handler(StandpointError, _ours)


def unexpected(request: Request) -> JSONResponse:
    """Return the answer to a request on which the service itself failed."""
    detail = "The service failed on this request. Tell whoever runs it the request_id: its log has the cause."
    return problem_response(request, ProblemError(500, "unexpected", detail))


def _http(request: Request, error: Exception) -> JSONResponse:
    if isinstance(error, ProblemError):
        return problem_response(request, error)
    status = error.status_code if isinstance(error, HTTPException) else 500
    headers = error.headers if isinstance(error, HTTPException) else None
    details = {
        404: "There is nothing at this path. GET /openapi.json lists what there is.",
        405: f"This path does not take {request.method}. It takes {(headers or {}).get('Allow', 'another method')}.",
    }
    name = _phrase(status).lower().replace(" ", "-")
    detail = details.get(status, f"{_phrase(status)}. GET /openapi.json says what is expected.")
    return problem_response(request, ProblemError(status, name, detail, headers=headers))


def _parameters(request: Request, error: Exception) -> JSONResponse:
    found = error.errors() if isinstance(error, RequestValidationError) else []
    return problem_response(request, wrong_fields([_field_error(item, {}) for item in found]))


def _ours(request: Request, error: Exception) -> JSONResponse:
    if isinstance(error, InputError):
        return problem_response(request, wrong_fields([FieldError("#", str(error))]))
    raise error


def _field_error(item: Mapping[str, Any], names: Mapping[str, list[str]]) -> FieldError:
    place = [str(part).replace("~", "~0").replace("/", "~1")[:80] for part in item["loc"]]
    if item["type"] != "extra_forbidden":
        return FieldError("/".join(["#", *place]), f"{item['msg']}.")
    owner = next((part for part in reversed(item["loc"][:-1]) if isinstance(part, str)), "")
    wrong = str(item["loc"][-1])[:80]
    words = unknown("field", wrong, names.get(owner, []), "what is expected here", remedy="Correct or remove it.")
    return FieldError("/".join(["#", *place]), words)


@lru_cache(maxsize=8)  # a schema takes ten times as long to make as a wrong body to read
def _names(model: type[BaseModel]) -> dict[str, list[str]]:
    """Return the fields of the body under "", and those of the objects in each list under the list's name."""
    schema = model.model_json_schema()
    names = {"": list(schema["properties"])}
    for field, value in schema["properties"].items():
        inner = value.get("items", value).get("$ref", "").rpartition("/")[2]
        if inner:
            names[field] = list(schema["$defs"][inner]["properties"])
    return names


def _phrase(status: int) -> str:
    return HTTPStatus(status).phrase
