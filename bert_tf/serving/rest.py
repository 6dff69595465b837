"""TensorFlow Serving's REST API.

Paths and refusals are those of tensorflow_serving/model_servers/http_rest_api_{handler,util}.cc.
"""

import re
import urllib.parse
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from google.protobuf import json_format
from google.protobuf.message import Message
from starlette.exceptions import HTTPException
from tensorflow_serving.apis import get_model_metadata_pb2

from bert_tf.serving.bodies import Body, received, unpacked, while_connected
from bert_tf.serving.example_json import examples_of, results_of
from bert_tf.serving.example_methods import EXAMPLE_METHODS
from bert_tf.serving.json_values import parse_object, signature_name_of
from bert_tf.serving.limits import RequestLimits
from bert_tf.serving.metrics import METRICS_PATH
from bert_tf.serving.predict_json import arrays_of, is_row_format, response_of
from bert_tf.serving.reading import Reader
from bert_tf.serving.reception import Reception
from bert_tf.serving.service import METADATA_FIELD, ModelSpec, Service
from bert_tf.serving.status import StatusError, invalid
from bert_tf.serving.tensors import Arrays

ABOUT = "bert-tf serve is for trying out a model on one machine; in production, use TensorFlow Serving."

_MODEL = r"/v1/models/(?P<name>[^/:]+)"
_VERSION = r"(?:/versions/(?P<version>\d+)|/labels/(?P<label>[^/:]+))?"
_FLAGS = re.IGNORECASE | re.ASCII
_POST = re.compile(rf"{_MODEL}{_VERSION}:(?P<method>classify|regress|predict)", _FLAGS)
_GET = re.compile(rf"(?:{_MODEL}|/v1/models){_VERSION}(?:/(?P<metadata>metadata))?", _FLAGS)
_PATHS = {"POST": _POST, "GET": _GET}
_METHODS = ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "TRACE", "CONNECT"]
_LARGEST_VERSION = 2**63 - 1
_JSON_TYPE = "application/json"
_SENTENCES = {
    404: "Not found; the model is at /v1/models/{name}.",
    405: "Method not allowed for this address.",
}


def make_app(service: Service, *, reception: Reception, reader: Reader) -> FastAPI:
    """The REST API of one model.

    Args:
        service: Answers.
        reception: Where bodies stay until they are whole.
        reader: Reads them.
    """
    answering = Answering(service, reader)
    app = FastAPI(title="bert_tf serving", openapi_url=None)

    def refused(_: Request, problem: Any) -> Response:
        sentence = _SENTENCES.get(problem.status_code, str(problem.detail))
        return _error(problem.status_code, sentence.format(name=service.manager.name))

    app.add_exception_handler(StatusError, lambda _, problem: _error(problem.http_status, problem.message))
    app.add_exception_handler(HTTPException, refused)
    app.add_exception_handler(
        Exception, lambda _, problem: _error(500, f"{type(problem).__name__}; see the server's log")
    )

    @app.get("/v1")
    async def about() -> dict[str, str]:
        return {"server": "bert-tf serve", "about": ABOUT, "model": f"/v1/models/{service.manager.name}"}

    @app.get(METRICS_PATH)
    async def metrics() -> Response:
        return PlainTextResponse(service.metrics.exposition())

    @app.api_route("/{path:path}", methods=_METHODS)
    async def api(request: Request) -> Response:
        # As it was sent: a model's name may hold %2F, and is decoded after the path was taken apart.
        path = request.scope["raw_path"].decode("latin-1")
        if not path.lower().startswith("/v1/"):
            raise HTTPException(404)
        found = _PATHS[request.method].fullmatch(path) if request.method in _PATHS else None
        if found is None:
            raise invalid(f"Malformed request: {request.method} {path}")
        spec, method = _spec_of(found), (found.groupdict().get("method") or "").lower()
        if not method:
            with service.request(spec.name, api=method, entrypoint="REST"):
                return Response(_described(service, spec, metadata=bool(found["metadata"])), media_type=_JSON_TYPE)
        async with reception.receive():
            body = await received(request, service.limits)
        with service.request(spec.name, api=method, entrypoint="REST", size=len(body)):
            content = await while_connected(request, answering.answer(method, spec, body))
        return Response(content, media_type=_JSON_TYPE)

    return app


class Answering:
    """Answers bodies.

    Args:
        service: Computes.
        reader: Reads them.
    """

    def __init__(self, service: Service, reader: Reader) -> None:
        self._service, self._reader, self._limits = service, reader, service.limits

    async def answer(self, method: str, spec: ModelSpec, body: Body) -> bytes:
        """The answer's body.

        Args:
            method: "predict", "classify" or "regress".
            spec: Model and version; the signature stands in the body.
            body: As it was sent.
        """
        if method == "predict":
            arrays, rows = await self._arrays(spec, body)
            outputs, _ = await self._service.predict(spec, arrays)
            return response_of(outputs, rows=rows)
        examples = await self._reader.read(len(body), examples_of, await self._document(spec, body), self._limits)
        results, _ = await self._service.infer(EXAMPLE_METHODS[method], spec, examples)
        return results_of(results)

    async def _document(self, spec: ModelSpec, body: Body) -> dict[str, Any]:
        document = await self._reader.read(len(body), _parsed, body, self._limits)
        spec.signature_name = signature_name_of(document)
        return document

    async def _arrays(self, spec: ModelSpec, body: Body) -> tuple[Arrays, bool]:
        """The inputs, and whether they came as rows; the document, which takes many times as much, is let go."""
        document = await self._document(spec, body)
        wanted = self._service.inputs_of(spec).inputs
        return await self._reader.read(len(body), arrays_of, document, wanted, self._limits), is_row_format(document)


def _parsed(body: Body, limits: RequestLimits) -> dict[str, Any]:
    return parse_object(unpacked(body, limits), limits)


def _described(service: Service, spec: ModelSpec, *, metadata: bool) -> bytes:
    if not spec.name:
        raise invalid("Missing model name in request.")
    if not metadata:
        return _json(service.status(spec)).encode()
    described = service.metadata(spec, [METADATA_FIELD])
    signatures = get_model_metadata_pb2.SignatureDefMap()
    described.metadata[METADATA_FIELD].Unpack(signatures)
    model, defined = _json(described.model_spec), _json(signatures)
    return f'{{"model_spec": {model}, "metadata": {{"{METADATA_FIELD}": {defined}}}}}'.encode()


def _json(message: Message) -> str:
    return json_format.MessageToJson(
        message, preserving_proto_field_name=True, always_print_fields_with_no_presence=True, ensure_ascii=False
    )


def _spec_of(found: re.Match[str]) -> ModelSpec:
    spec = ModelSpec(name=_decoded(found["name"]))
    if found["version"]:
        if len(found["version"]) > 19 or int(found["version"]) > _LARGEST_VERSION:
            raise invalid(f"Failed to convert version: {found['version']} to numeric.")
        spec.version.value = int(found["version"])
    elif found["label"]:
        spec.version_label = _decoded(found["label"])
    return spec


def _decoded(part: str | None) -> str:
    return urllib.parse.unquote(part or "", errors="replace")


def _error(status: int, message: str) -> JSONResponse:
    # A message may quote half of a surrogate pair.
    return JSONResponse({"error": message.encode("utf-8", "replace").decode()}, status_code=status)
