"""The records of Label Studio's calls: what it sends and what it gets.

Only what is needed is read. Among the rest is the access token of whoever made the project: it is dropped here.
"""

from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from serving.problems import from_validation


class _Call(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True, hide_input_in_errors=True)


class SetupCall(_Call):
    """A project is about to use this backend; `label_config` is its labelling interface as XML."""

    project: str = Field(max_length=100, examples=["2.1795492092"])
    label_config: str = Field(alias="schema")


class PredictCall(_Call):
    """Tasks that want suggestions; each is looked at by itself, so that a broken one spoils no other."""

    tasks: list[Any]
    project: str = Field("", max_length=100)
    label_config: str


class HookCall(_Call):
    """Something happened in Label Studio."""

    action: str = Field(max_length=100, examples=["ANNOTATION_CREATED"])


class DoorHealth(BaseModel):
    """That the backend is there; `misfits` says of projects, by id, why they get no suggestions."""

    status: Literal["UP"] = "UP"
    model_version: str
    misfits: dict[str, str]


class SetupAnswer(BaseModel):
    """The version under which suggestions will come."""

    model_version: str


class VersionsAnswer(BaseModel):
    """The versions that can be asked for: the one in service."""

    versions: list[str]


class SuggestAnswer(BaseModel):
    """A suggestion for each task in order; an empty list where there is none, of which Label Studio keeps nothing."""

    results: list[dict[str, Any] | list[Any]]


class HookAnswer(BaseModel):
    """Whether a training is queued now."""

    queued: bool


Call = TypeVar("Call", bound=_Call)


def read_call(body: bytes, expected: type[Call]) -> Call:
    """Read the body of a call.

    Raises:
        ProblemError: it is not JSON (400) or not what is expected (422).
    """
    try:
        return expected.model_validate_json(body)
    except ValidationError as error:
        raise from_validation(error, expected) from None
