"""TensorFlow Serving's gRPC API: PredictionService and ModelService, and gRPC's own health checks.

A method that is not in these tables (MultiInference, SessionRun, HandleReloadConfigRequest) is answered UNIMPLEMENTED.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeAlias

import grpc
from google.protobuf.message import DecodeError, Message
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_health.v1.health import aio as health
from tensorflow_serving.apis import (
    classification_pb2,
    get_model_metadata_pb2,
    get_model_status_pb2,
    model_pb2,
    predict_pb2,
    regression_pb2,
)

from bert_tf.serving.example_methods import CLASSIFY, REGRESS, ExampleMethod, Result
from bert_tf.serving.reading import Reader
from bert_tf.serving.reception import Reception
from bert_tf.serving.serialized_examples import serialized_examples
from bert_tf.serving.service import Service
from bert_tf.serving.status import StatusError, invalid
from bert_tf.serving.tensors import arrays_of_protos, proto_of

PREDICTION_SERVICE = "tensorflow.serving.PredictionService"
MODEL_SERVICE = "tensorflow.serving.ModelService"

# TensorFlow Serving's metrics leave the API of metadata and status empty.
_COUNTED = ("Predict", "Classify", "Regress")

Health: TypeAlias = health.HealthServicer
# Of a message and its bytes as they came: to ask the message for them would be to write it again.
Answer = Callable[[Message, int], Awaitable[Message]]


class GrpcService:
    """The methods, each from a request's message to its answer's.

    Args:
        service: Answers.
        reception: Where messages stay until they are whole.
        reader: Reads them.
    """

    def __init__(self, service: Service, *, reception: Reception, reader: Reader) -> None:
        self._service, self._reception, self._reader = service, reception, reader

    async def predict(self, request: predict_pb2.PredictRequest, size: int) -> predict_pb2.PredictResponse:
        """Arrays to arrays."""
        self._service.check_names(request.model_spec, request.inputs)
        inputs = await self._reader.read(size, arrays_of_protos, request.inputs, self._service.limits)
        outputs, spec = await self._service.predict(request.model_spec, inputs, output_filter=request.output_filter)
        tensors = {name: proto_of(array) for name, array in outputs.items()}
        return predict_pb2.PredictResponse(model_spec=spec, outputs=tensors)

    async def classify(
        self, request: classification_pb2.ClassificationRequest, size: int
    ) -> classification_pb2.ClassificationResponse:
        """Examples to labels with scores."""
        classifications, spec = await self._infer(CLASSIFY, request, size)
        response = classification_pb2.ClassificationResponse(model_spec=spec)
        for classes in classifications:
            row = response.result.classifications.add()
            for label, score in classes:
                row.classes.add(label=label, score=score)
        return response

    async def regress(self, request: regression_pb2.RegressionRequest, size: int) -> regression_pb2.RegressionResponse:
        """Examples to numbers."""
        values, spec = await self._infer(REGRESS, request, size)
        response = regression_pb2.RegressionResponse(model_spec=spec)
        for value in values:
            response.result.regressions.add(value=value)
        return response

    async def metadata(
        self, request: get_model_metadata_pb2.GetModelMetadataRequest, _: int
    ) -> get_model_metadata_pb2.GetModelMetadataResponse:
        """The signatures."""
        if not request.HasField("model_spec"):
            raise invalid("Missing ModelSpec")
        return self._service.metadata(request.model_spec, request.metadata_field)

    async def status(
        self, request: get_model_status_pb2.GetModelStatusRequest, _: int
    ) -> get_model_status_pb2.GetModelStatusResponse:
        """The states of the versions."""
        if not request.HasField("model_spec"):
            raise invalid("Missing ModelSpec")
        return self._service.status(request.model_spec)

    async def _infer(
        self,
        method: ExampleMethod[Result],
        request: classification_pb2.ClassificationRequest | regression_pb2.RegressionRequest,
        size: int,
    ) -> tuple[list[Result], model_pb2.ModelSpec]:
        examples = await self._reader.read(size, serialized_examples, request.input, self._service.limits)
        return await self._service.infer(method, request.model_spec, examples)

    def handlers(self) -> list[grpc.GenericRpcHandler]:
        """For a server."""
        prediction = {
            "Predict": self._handler("Predict", predict_pb2.PredictRequest, self.predict),
            "Classify": self._handler("Classify", classification_pb2.ClassificationRequest, self.classify),
            "Regress": self._handler("Regress", regression_pb2.RegressionRequest, self.regress),
            "GetModelMetadata": self._handler(
                "GetModelMetadata", get_model_metadata_pb2.GetModelMetadataRequest, self.metadata
            ),
        }
        model = {
            "GetModelStatus": self._handler("GetModelStatus", get_model_status_pb2.GetModelStatusRequest, self.status)
        }
        return [_generic(PREDICTION_SERVICE, prediction), _generic(MODEL_SERVICE, model)]

    def _handler(self, method: str, kind: type[Message], answer: Answer) -> grpc.RpcMethodHandler:
        # The bytes are parsed here and not by gRPC, which would tell bytes that are no message as its own failure.
        async def handle(_: AsyncIterator[bytes], context: grpc.aio.ServicerContext) -> bytes:
            try:
                content = await self._received(context)
                request = await self._reader.read(len(content), _parsed, kind, content)
                name, api = request.model_spec.name, method if method in _COUNTED else ""
                with self._service.request(name, api=api, entrypoint="GRPC", size=len(content)):
                    return (await answer(request, len(content))).SerializeToString()
            except StatusError as problem:
                return await context.abort(problem.code, problem.message)

        # On the wire a stream of one message is the message; but gRPC lets only streams be waited for with a limit.
        return grpc.stream_unary_rpc_method_handler(handle)

    async def _received(self, context: grpc.aio.ServicerContext) -> bytes:
        async with self._reception.receive():
            content = await context.read()
            if content is grpc.aio.EOF or await context.read() is not grpc.aio.EOF:
                raise StatusError(grpc.StatusCode.UNIMPLEMENTED, "The request must have exactly one message")
        return content


def make_server(service: GrpcService, options: Sequence[tuple[str, int]]) -> tuple[grpc.aio.Server, Health]:
    """A gRPC server without a port, and what it says of its health; for the thread of the event loop.

    Args:
        service: The methods.
        options: gRPC's own, such as limits.
    """
    # Without the first, a second server on the same port would get half of the requests, and nobody be told.
    server = grpc.aio.server(options=[("grpc.so_reuseport", 0), ("grpc.max_send_message_length", -1), *options])
    server.add_generic_rpc_handlers(service.handlers())
    servicer = health.HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(servicer, server)
    return server, servicer


async def set_serving(servicer: Health) -> None:
    """Say that the server and both its services serve."""
    for name in ("", PREDICTION_SERVICE, MODEL_SERVICE):
        await servicer.set(name, health_pb2.HealthCheckResponse.SERVING)


def _parsed(kind: type[Message], content: bytes) -> Any:
    try:
        return kind.FromString(content)
    except DecodeError as problem:
        raise invalid(f"Failed to parse {kind.DESCRIPTOR.name}") from problem


def _generic(name: str, methods: Mapping[str, grpc.RpcMethodHandler]) -> grpc.GenericRpcHandler:
    return grpc.method_handlers_generic_handler(name, methods)
