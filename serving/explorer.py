"""The explorer: a page at `/` that shows what the model makes of an article, as one more door of the service.

It keeps nothing: no cookie, no session, no article. Where keys are in force, an article is read only with a key,
which the form carries beside the text; the page never shows it again.
"""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse
from fastapi.security import HTTPAuthorizationCredentials
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from serving.api import key_required
from serving.batching import OverloadedError
from serving.explorer_call import api_call
from serving.explorer_form import Asked, Form, FormError, other_actors, own_form_only
from serving.explorer_page import View, explorer_page, failure_page
from serving.explorer_result import Result, result_of
from serving.explorer_words import PROBLEMS, chosen_language
from serving.parts import parts_of
from serving.problems import ProblemError
from serving.request_log import log_failure
from standpoint.article import article_from_json, make_article
from standpoint.errors import InputError
from standpoint.jsonl import read_jsonl

_HERE = Path(__file__).parent
_FILES = {"explorer.css": "text/css", "explorer.js": "text/javascript", "explorer.svg": "image/svg+xml"}
_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # not stricter, or the browser's own form would not say where it comes from
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Vary": "Accept-Language",
}
"""Sent with every page: it runs and loads nothing but its own files, and no other page may hold it."""

_Language = Annotated[str, Query()]


def explorer_routes() -> APIRouter:
    """Return the page's routes: `/` and the files it needs, below `/explorer`."""
    contents = {name: (_HERE / "static" / name).read_bytes() for name in _FILES}
    explorer = Explorer({name: _address(name, content) for name, content in contents.items()})
    routes = APIRouter(include_in_schema=False)
    routes.get("/")(explorer.show)
    routes.post("/")(explorer.answer)
    for name, content in contents.items():
        routes.get(f"/explorer/{name}")(_sent(content, _FILES[name]))
    return routes


class Explorer:
    """The page, empty and answered; `files` are the addresses of its style, script and icon by their names."""

    def __init__(self, files: dict[str, str]) -> None:
        self._files = files
        self._samples = {item.id: item for item in read_jsonl(_HERE / "explorer_samples.jsonl", article_from_json)}

    async def show(self, request: Request, language: _Language = "") -> Response:
        """Return the page with an empty form."""
        return await self._or_failure(request, self._page(request, language, Asked()))

    async def answer(self, request: Request, language: _Language = "") -> Response:
        """Return the page with what the model makes of the article in the form, or with what is wrong with it."""
        return await self._or_failure(request, self._answered(request, language))

    async def _or_failure(self, request: Request, page: Awaitable[Response]) -> Response:
        """Return the page, or where the service fails on it a plain one, for a browser would show the API's JSON."""
        try:
            return await page
        except ClientDisconnect:
            raise
        except Exception as error:  # the last place where its reader can be told in words
            log_failure(error, request_id=request.state.request_id)
            return HTMLResponse(failure_page(request.state.request_id, self._files), 500, HEADERS)

    async def _answered(self, request: Request, language: str) -> Response:
        asked = Asked()
        try:
            own_form_only(request)
            asked, key = await run_in_threadpool(self._read, await request.body())
            if parts_of(request).keys is not None:
                key_required(request, HTTPAuthorizationCredentials(scheme="Bearer", credentials=key))
            result = await _result(request, asked)
        except ProblemError as problem:
            return await self._page(request, language, asked, problem=problem)
        return await self._page(request, language, asked, result=result)

    def _read(self, body: bytes) -> tuple[Asked, str]:
        """Return what is asked for, and the key."""
        form = Form(body)
        return self._asked(form), form.text("key")

    def _asked(self, form: Form) -> Asked:
        name = form.text("sample")
        if name:
            sample = self._samples.get(name)
            asked = Asked(sample=name) if sample is None else Asked(sample.title, sample.body, name)
            return replace(asked, actors=form.text("actors"))
        asked = form.asked()
        texts = {(sample.title, sample.body): sample.id for sample in self._samples.values()}
        return replace(asked, sample=texts.get((asked.title, asked.body), ""))

    async def _page(
        self,
        request: Request,
        language: str,
        asked: Asked,
        *,
        problem: ProblemError | None = None,
        result: Result | None = None,
    ) -> Response:
        parts = parts_of(request)
        language = chosen_language(language, request.headers.get("accept-language", ""))
        view = View(
            language=language,
            asked=asked,
            max_characters=parts.config.max_characters,
            with_key=parts.keys is not None,
            samples=list(self._samples.values()),
            files=self._files,
            problem="" if problem is None else _words(problem, language),
            result=result,
            call="" if result is None else _call(request, result),
        )
        html = await run_in_threadpool(explorer_page, view)
        given = {} if problem is None or problem.headers is None else problem.headers
        headers = HEADERS | {"Content-Language": language} | dict(given)
        return HTMLResponse(html, 200 if problem is None else problem.status_code, headers)


async def _result(request: Request, asked: Asked) -> Result:
    """Return what the model makes of the article.

    Raises:
        ProblemError: there is no text, or too much, or no such sample, or the other actors are too much (422), or too
            much waits for the model (503).
    """
    parts = parts_of(request)
    _check(asked, parts.config.max_characters)
    taken = parts.holder.current.model.codebook.actor_ids
    others = other_actors(asked.actors, most=parts.config.max_actors, taken=taken)
    article = make_article(asked.title, asked.body)
    request.state.n_articles = 1
    try:
        [prediction], served = await parts.batcher.predict([article], actors=others)
    except OverloadedError as error:
        raise ProblemError(503, "overloaded", str(error), headers={"Retry-After": str(error.retry_after)}) from None
    except InputError as error:
        raise ProblemError(422, "refused", str(error)) from None
    finally:
        parts.metrics.queued(parts.batcher.n_waiting)
    return await run_in_threadpool(result_of, article, prediction, served.model, others)


def _check(asked: Asked, max_characters: int) -> None:
    if not (asked.title.strip() or asked.body.strip()):
        raise FormError("unknown-sample" if asked.sample else "blank", "There is no article in the form.")
    n_characters = len(asked.title) + 2 + len(asked.body)
    if n_characters > max_characters:
        words = f"An article may have {max_characters} characters."
        raise FormError("too-long", words, found=n_characters, limit=max_characters)


def _words(problem: ProblemError, language: str) -> str:
    if problem.name not in PROBLEMS:
        return problem.detail
    values = problem.values if isinstance(problem, FormError) else {}
    seconds = (problem.headers or {}).get("Retry-After", "1")
    return PROBLEMS[problem.name].in_language(language).format(seconds=seconds, **values)


def _call(request: Request, result: Result) -> str:
    address = request.headers.get("origin") or str(request.base_url)
    with_key = parts_of(request).keys is not None
    return api_call(result.article.title, result.article.body, result.others, address=address, with_key=with_key)


def _address(name: str, content: bytes) -> str:
    return f"/explorer/{name}?v={hashlib.sha256(content).hexdigest()[:12]}"


def _sent(content: bytes, media_type: str) -> Callable[[], Awaitable[Response]]:
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}

    async def send() -> Response:
        return Response(content, media_type=media_type, headers=headers)

    return send
