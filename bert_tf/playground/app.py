"""The page and the few questions it asks, over HTTP."""

import asyncio
import pathlib
from collections.abc import Callable
from typing import Any, TypeVar

from fastapi import FastAPI, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, JSONResponse
from fastapi.staticfiles import StaticFiles
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException as HTTPError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bert_tf.errors import BertTfError
from bert_tf.playground.catalogue_questions import add_catalogue
from bert_tf.playground.head_subject import heads_of
from bert_tf.playground.requests import (
    MOST_BYTES,
    MOST_CHARACTERS,
    MOST_TEXTS,
    AnswersRequest,
    WordsRequest,
    sentence_of,
)
from bert_tf.playground.subject import Scored, Subject
from bert_tf.report.page import SHARED_SCRIPTS

_PAGE = pathlib.Path(__file__).with_name("page")
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}
_SENTENCES = {
    404: "Nothing is served at this address; the page is at /.",
    405: "This address does not accept this HTTP method.",
    413: "The request is too large; send fewer or shorter texts.",
}
_GONE = 499  # who asked has gone; nobody reads this answer

Result = TypeVar("Result")


def make_app(subject: Subject) -> FastAPI:
    """The page's server; what answers is the subject."""
    app = FastAPI(title="bert_tf playground", openapi_url=None, max_body_size=MOST_BYTES)
    app.add_middleware(_SecurityHeaders)
    app.add_exception_handler(RequestValidationError, lambda _, error: _refusal(422, sentence_of(error)))
    app.add_exception_handler(HTTPError, lambda _, error: _refusal(error.status_code, _told(error)))
    app.add_exception_handler(BertTfError, lambda _, error: _refusal(422, error.what))
    app.add_exception_handler(Exception, lambda _, error: _refusal(500, _failed(error)))
    _add_questions(app, subject)
    if subject.catalogue is not None:
        add_catalogue(app, subject.catalogue)
    for script in SHARED_SCRIPTS:
        app.add_api_route(f"/page/{script.name}", _sender(script), methods=["GET"])
    app.mount("/page", StaticFiles(directory=_PAGE))
    return app


def _sender(path: pathlib.Path) -> Callable[[], FileResponse]:
    return lambda: FileResponse(path)


def _add_questions(app: FastAPI, subject: Subject) -> None:
    # One question at a time has all cores; those that wait are asked whether anybody still waits for them.
    turn, heads = asyncio.Lock(), heads_of(subject)

    def asked_of(head: str | None) -> Subject:
        """The head that an address names, the first if it names none; a model that has one task is its own head."""
        if head is None:
            return next(iter(heads.values()), subject)
        if head not in heads:
            raise HTTPException(422, f"The model has no head {head!r}.")
        return heads[head]

    async def answered(request: Request, answer: Callable[[], Result]) -> Result:
        async with turn:
            if await request.is_disconnected():
                raise HTTPException(_GONE)
            return await run_in_threadpool(answer)

    @app.get("/")
    async def page() -> FileResponse:
        return FileResponse(_PAGE / "index.html")

    @app.get("/api/model")
    async def model(head: str | None = None) -> dict[str, Any]:
        return {**_facts(asked_of(head)), "heads": list(heads)}

    @app.post("/api/answers")
    async def answers(request: Request, asked: AnswersRequest, head: str | None = None) -> dict[str, Any]:
        own = asked_of(head)
        return await answered(request, lambda: _answers(own, asked))

    @app.post("/api/words")
    async def words(request: Request, asked: WordsRequest, head: str | None = None) -> dict[str, Any]:
        own = asked_of(head)
        return await answered(request, lambda: _words(own, asked))


def _facts(subject: Subject) -> dict[str, Any]:
    """What the page shows before anything is typed."""
    return {
        "name": subject.name,
        "method": subject.method,
        **subject.serving.manifest_facts(),
        "targets": list(subject.serving.targets),
        "decimals": subject.serving.decimals,
        "takes_pairs": subject.takes_pairs,
        "max_tokens": subject.max_tokens,
        "catalogue": None if subject.catalogue is None else {"ranks": subject.catalogue.ranks},
        "has_entities": bool(subject.serving.padded_outputs),
        "examples": [{"text": text, "pair": pair} for text, pair in subject.examples],
        "limits": {"characters": MOST_CHARACTERS, "texts": MOST_TEXTS},
    }


def _answers(subject: Subject, asked: AnswersRequest) -> dict[str, Any]:
    """The numbers of each answer, such as the probability of each label in the order of the labels; and the answers
    where numbers don't tell all of them."""
    serving, outputs = subject.serving, subject.outputs(asked.texts, asked.pairs)
    found = {serving.numbers: outputs[serving.numbers].tolist()}
    return found if serving.numbers_suffice else {**found, "answers": serving.answers(outputs)}


def _words(subject: Subject, asked: WordsRequest) -> dict[str, Any]:
    """The words' scores, and what of each text the model doesn't read."""
    targets = list(subject.serving.targets)
    if asked.label not in targets:
        raise HTTPException(422, f"The model has no label {asked.label!r}.")
    if subject.takes_pairs != (asked.pair is not None):
        raise HTTPException(422, f"This model takes {'pairs of texts' if subject.takes_pairs else 'single texts'}.")
    found = subject.word_scores(asked.text, asked.pair, target=targets.index(asked.label))
    return {
        "label": asked.label,
        "words": found.words,
        "unread": _unread(asked.text, found.words),
        "pair_words": found.pair_words,
        "pair_unread": _unread(asked.pair or "", found.pair_words),
        "completeness_error": found.completeness_error,
        **found.baseline,
        "words_at_a_time": found.words_at_a_time,
    }


def _unread(text: str, words: Scored) -> str:
    """What stands behind the last word that was read."""
    read = "".join(word for word, _ in words)
    return text[len(read) :] if text.startswith(read) else ""


def _told(error: HTTPException) -> str:
    if error.status_code in _SENTENCES:
        return _SENTENCES[error.status_code]
    return str(error.detail)


def _failed(error: Exception) -> str:
    return f"The model failed on this: {type(error).__name__}. The terminal tells more."


def _refusal(status: int, sentence: str) -> JSONResponse:
    return JSONResponse({"error": sentence}, status_code=status)


class _SecurityHeaders:
    """Puts the headers on every response, errors included."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_HEADERS)
            await send(message)

        await self._app(scope, receive, with_headers)
