"""What both protocols ask for: Predict, Classify, Regress, metadata, status."""

import asyncio
import contextlib
import time
from collections.abc import Collection, Iterator, Sequence
from typing import TypeAlias

import grpc
from tensorflow_serving.apis import get_model_metadata_pb2, get_model_status_pb2, model_pb2

from bert_tf.serving.batching import Batcher
from bert_tf.serving.example_methods import ExampleMethod, Result
from bert_tf.serving.limits import RequestLimits
from bert_tf.serving.manager import ModelManager
from bert_tf.serving.metrics import Metrics
from bert_tf.serving.serialized_examples import example_array
from bert_tf.serving.servable import Servable
from bert_tf.serving.signature import SignatureDef, predict_signature
from bert_tf.serving.status import StatusError, invalid
from bert_tf.serving.tensors import Arrays, check_inputs, check_names

ModelSpec: TypeAlias = model_pb2.ModelSpec
METADATA_FIELD = "signature_def"
# A request of fewer bytes is read and checked at once; what is larger might keep all others waiting meanwhile.
SMALL_BYTES = 64 << 10
# Of all larger requests together, as they came.
_MOST_BYTES_UNDER_WAY = 128 << 20


class Service:
    """One model's answers.

    Args:
        manager: Has the versions.
        batcher: Computes.
        metrics: Counts.
        max_requests: Under way at once; more are refused.
        limits: Of each request.
    """

    def __init__(
        self,
        manager: ModelManager,
        *,
        batcher: Batcher,
        metrics: Metrics,
        max_requests: int,
        limits: RequestLimits,
    ) -> None:
        self.manager, self.metrics, self.limits = manager, metrics, limits
        self._batcher = batcher
        self._max_requests = max_requests
        self._under_way = self._bytes_under_way = 0

    @contextlib.contextmanager
    def request(self, model_name: str, *, api: str, entrypoint: str, size: int = 0) -> Iterator[None]:
        """Admit and count a request that has come whole.

        Args:
            model_name: As it was asked; names of other models are counted together.
            api: As TensorFlow Serving's metrics name it.
            entrypoint: "REST" or "GRPC".
            size: Bytes of its body or message.

        Raises:
            StatusError: UNAVAILABLE when too many are under way, or too many large ones.
        """
        counted = model_name if model_name == self.manager.name else ""
        start, status = time.perf_counter(), "OK"
        large = size if size > SMALL_BYTES else 0
        self._under_way += 1
        self._bytes_under_way += large
        try:
            if self._under_way > self._max_requests:
                raise StatusError(grpc.StatusCode.UNAVAILABLE, f"{self._max_requests} requests are already in progress")
            if large and self._bytes_under_way > _MOST_BYTES_UNDER_WAY:
                raise StatusError(grpc.StatusCode.UNAVAILABLE, "Too many large requests are already in progress")
            yield
        except StatusError as problem:
            status = problem.code.name
            raise
        except asyncio.CancelledError:
            status = "CANCELLED"
            raise
        except Exception:
            status = "INTERNAL"
            raise
        finally:
            self._under_way -= 1
            self._bytes_under_way -= large
            self.metrics.request_count.labels(counted, status).inc()
            latency = self.metrics.request_latency.labels(counted, api, entrypoint)
            latency.observe((time.perf_counter() - start) * 1e6)

    def inputs_of(self, spec: ModelSpec) -> SignatureDef:
        """The signature that a JSON request means, so that its values can be read as what it takes.

        Raises:
            StatusError: the version or the signature is not there.
        """
        signatures = self.manager.find(spec).signatures
        name = spec.signature_name or "serving_default"
        if name not in signatures:
            raise invalid(f'Serving signature name: "{name}" not found in signature def')
        return signatures[name]

    def check_names(self, spec: ModelSpec, names: Collection[str]) -> None:
        """Refuse inputs by their names alone; raises StatusError as `predict` does."""
        _, signature = predict_signature(self.manager.find(spec).signatures, spec.signature_name)
        check_names(names, signature)

    async def predict(
        self, spec: ModelSpec, inputs: Arrays, *, output_filter: Sequence[str] = ()
    ) -> tuple[Arrays, ModelSpec]:
        """The outputs by name, and which version and signature gave them.

        Args:
            spec: Model, version or label, signature.
            inputs: By name.
            output_filter: Names of the outputs that are wanted; all if there are none.
        """
        servable = self.manager.find(spec)
        name, signature = predict_signature(servable.signatures, spec.signature_name)
        rows = check_inputs(inputs, signature)
        self.limits.check_arrays(inputs)
        _check_filter(output_filter, signature)
        outputs = await self._run(servable, name, inputs, rows=rows, api="Predict")
        return {key: outputs[key] for key in output_filter or outputs}, self._answered_by(servable, name)

    async def infer(
        self, method: ExampleMethod[Result], spec: ModelSpec, examples: Sequence[bytes]
    ) -> tuple[list[Result], ModelSpec]:
        """The results, and which version and signature gave them.

        Args:
            method: Classify or Regress.
            spec: Model, version or label, signature.
            examples: Serialised.
        """
        servable = self.manager.find(spec)
        name = method.signature(servable.signatures, spec.signature_name)
        self.limits.check_examples(examples)
        outputs = await self._run(servable, name, example_array(examples), rows=len(examples), api=method.name)
        return method.results(outputs, len(examples)), self._answered_by(servable, name)

    def metadata(self, spec: ModelSpec, fields: Sequence[str]) -> get_model_metadata_pb2.GetModelMetadataResponse:
        """The signatures of a version; `fields` must be "signature_def"."""
        if not fields:
            raise invalid("GetModelMetadataRequest must specify at least one metadata_field")
        for field in fields:
            if field != METADATA_FIELD:
                raise invalid(f"Metadata field {field} is not supported")
        servable = self.manager.find(spec)
        response = get_model_metadata_pb2.GetModelMetadataResponse()
        response.model_spec.name = self.manager.name
        response.model_spec.version.value = servable.number
        signatures = get_model_metadata_pb2.SignatureDefMap()
        for name, signature in servable.signatures.items():
            signatures.signature_def[name].CopyFrom(signature)
        response.metadata[METADATA_FIELD].Pack(signatures)
        return response

    def status(self, spec: ModelSpec) -> get_model_status_pb2.GetModelStatusResponse:
        """The states of all versions, or of the one that a request names."""
        statuses = list(self.manager.statuses()) if spec.name == self.manager.name else []
        wanted = self.manager.version_of(spec)
        if wanted is not None:
            statuses = [status for status in statuses if status.version == wanted]
            if not statuses:
                raise StatusError(grpc.StatusCode.NOT_FOUND, f"Could not find version {wanted} of model {spec.name}")
        if not statuses:
            raise StatusError(grpc.StatusCode.NOT_FOUND, f"Could not find any versions of model {spec.name}")
        return get_model_status_pb2.GetModelStatusResponse(model_version_status=statuses)

    async def _run(self, servable: Servable, name: str, inputs: Arrays, *, rows: int, api: str) -> Arrays:
        start = time.perf_counter()
        with servable.in_use():
            outputs = await self._batcher.run(servable, name, inputs, rows=rows)
        latency = self.metrics.runtime_latency.labels(self.manager.name, api, "TF1")
        latency.observe((time.perf_counter() - start) * 1e6)
        return outputs

    def _answered_by(self, servable: Servable, signature_name: str) -> ModelSpec:
        spec = ModelSpec(name=self.manager.name, signature_name=signature_name)
        spec.version.value = servable.number
        return spec


def _check_filter(wanted: Sequence[str], signature: SignatureDef) -> None:
    for index, name in enumerate(wanted):
        if name not in signature.outputs:
            raise invalid(
                f"output tensor alias not found in signature: {name} "
                f"Outputs expected to be in the set {{{','.join(sorted(signature.outputs))}}}."
            )
        if name in wanted[:index]:
            raise invalid(f"duplicate output tensor alias: {name}")
