"""Malformed requests, as hypothesis strategies: what a client with a defect, or an attacker, may send."""

import dataclasses
import gzip
import json
from typing import Any

from hypothesis import strategies as st
from tensorflow.core.framework import tensor_pb2, tensor_shape_pb2, types_pb2
from tensorflow_serving.apis import classification_pb2, get_model_metadata_pb2, get_model_status_pb2, predict_pb2

_PREDICTION, _MODEL = "/tensorflow.serving.PredictionService", "/tensorflow.serving.ModelService"
_METHODS = (
    f"{_PREDICTION}/Predict",
    f"{_PREDICTION}/Classify",
    f"{_PREDICTION}/Regress",
    f"{_PREDICTION}/MultiInference",
    f"{_PREDICTION}/GetModelMetadata",
    f"{_MODEL}/GetModelStatus",
    f"{_MODEL}/HandleReloadConfigRequest",
)
_SIGNATURES = ("serving_default", "from_ids", "classify", "regress", "", "nothing")
_KEYS = ("text", "text_pair", "inputs", "input_ids", "attention_mask", "token_type_ids", "b64", "")
# A message holds no half of a surrogate pair; JSON does.
_JSON_KEYS = (*_KEYS, "\ud800")
_INTEGERS = st.integers(-(2**70), 2**70) | st.sampled_from((0, 1, -1, 101, 30521, 30522, 2**31 - 1, 2**31, 2**63))


@dataclasses.dataclass(frozen=True)
class RestRequest:
    """A request over HTTP."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclasses.dataclass(frozen=True)
class GrpcRequest:
    """A request over gRPC: the bytes need be no message."""

    method: str
    body: bytes


def _texts() -> st.SearchStrategy[str]:
    return st.text(max_size=20) | st.sampled_from(("", "hello", "\x00", "\ud800", "aGk=", "NaN", "[SEP]", "ß" * 40))


def _values() -> st.SearchStrategy[Any]:
    leaves = st.none() | st.booleans() | _INTEGERS | st.floats() | _texts()
    keys = st.sampled_from(_JSON_KEYS) | st.text(max_size=5)
    return st.recursive(
        leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4), max_leaves=12
    )


def _almost_right() -> st.SearchStrategy[dict[str, Any]]:
    """Documents with the right keys around wrong values."""
    rows = st.lists(_values() | st.dictionaries(st.sampled_from(_JSON_KEYS), _values(), max_size=4), max_size=4)
    ids = st.lists(st.lists(st.integers(-2, 40_000), max_size=8), max_size=3)
    columns = st.dictionaries(st.sampled_from(_JSON_KEYS), _values() | ids, max_size=4)
    optional = {
        "signature_name": st.sampled_from(_SIGNATURES) | _values(),
        "instances": rows | _values(),
        "inputs": columns | _values(),
        "examples": rows | _values(),
        "context": st.dictionaries(st.sampled_from(_JSON_KEYS), _values(), max_size=2) | _values(),
    }
    return st.fixed_dictionaries({}, optional=optional)


def _bodies() -> st.SearchStrategy[bytes]:
    documents = (_almost_right() | _values()).map(lambda value: json.dumps(value).encode())
    cut = st.tuples(documents, st.integers(0, 200)).map(lambda pair: pair[0][: pair[1]])
    nested = st.tuples(st.sampled_from((b"[", b'{"instances":', b'{"a":[')), st.integers(1, 5000)).map(
        lambda pair: b'{"instances":' + pair[0] * pair[1]
    )
    deep = st.integers(1, 1000).map(lambda depth: b'{"instances":' + b"[" * depth + b"]" * depth + b"}")
    return documents | cut | nested | deep | st.binary(max_size=200) | documents.map(gzip.compress)


def rest_requests(model: str) -> st.SearchStrategy[RestRequest]:
    """Requests to a server of a model, most of them to addresses that read a body."""
    known = (
        [f"/v1/models/{model}{version}:{method}" for method in ("predict", "classify", "regress")]
        + [f"/v1/models/{model}{version}/metadata", f"/v1/models/{model}{version}"]
        for version in ("", "/versions/1", "/versions/99999999999999999999", "/labels/stable", "/versions/-1")
    )
    other = (
        "/",
        "/v1",
        "/v1/",
        "/v1/models",
        "/v1/models/none:predict",
        "/V1/Models/x:PREDICT",
        "/v1/models/%ff:predict",
    )
    paths = st.sampled_from([*(path for paths in known for path in paths), *other])
    odd = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=30).map(lambda text: f"/v1/{text}")
    headers = st.sampled_from(
        (
            {},
            {"Content-Type": "application/json"},
            {"Content-Type": "text/plain; charset=utf-16"},
            {"Content-Encoding": "gzip"},
            {"Content-Encoding": "br"},
            {"Accept": "text/html", "Accept-Encoding": "identity"},
        )
    )
    methods = st.sampled_from(("POST",) * 6 + ("GET", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "BREW"))
    # Else most are refused for their path, and their bodies never read.
    answered = st.sampled_from(
        [f"/v1/models/{model}:{method}" for method in ("predict", "predict", "classify", "regress")]
    )
    bodies = st.builds(RestRequest, st.just("POST"), answered, headers, _bodies())
    others = st.builds(RestRequest, methods, paths | paths | odd, headers, _bodies())
    return st.one_of(bodies, bodies, bodies, others)


def _tensors() -> st.SearchStrategy[tensor_pb2.TensorProto]:
    sizes = st.lists(st.integers(-2, 4) | st.sampled_from((2**20, 2**40, 2**62)), max_size=3)
    shapes = sizes.map(
        lambda found: tensor_shape_pb2.TensorShapeProto(
            dim=[tensor_shape_pb2.TensorShapeProto.Dim(size=size) for size in found]
        )
    )
    return st.builds(
        tensor_pb2.TensorProto,
        dtype=st.sampled_from(sorted(types_pb2.DataType.values())),
        tensor_shape=shapes,
        string_val=st.lists(st.binary(max_size=20), max_size=4),
        int_val=st.lists(st.integers(-(2**31), 2**31 - 1) | st.integers(0, 40_000), max_size=8),
        float_val=st.lists(st.floats(width=32), max_size=3),
        tensor_content=st.binary(max_size=16),
        version_number=st.integers(-1, 1),
    )


def grpc_requests(model: str) -> st.SearchStrategy[GrpcRequest]:
    """Requests to a server of a model: messages of which something is wrong, and bytes that are none."""
    spec = st.fixed_dictionaries(
        {"name": st.sampled_from((model, model, model, "", "none"))},
        optional={
            "signature_name": st.sampled_from(_SIGNATURES),
            "version": st.integers(-1, 3).map(lambda value: {"value": value}),
        },
    )
    inputs = st.dictionaries(st.sampled_from(_KEYS), _tensors(), max_size=4)
    filters = st.lists(st.sampled_from(("label", "score", "none")), max_size=3)
    predict = st.builds(predict_pb2.PredictRequest, model_spec=spec, inputs=inputs, output_filter=filters)
    features = st.dictionaries(st.sampled_from(("text", "a")), _features(), max_size=2)
    examples = st.lists(features.map(lambda found: {"features": {"feature": found}}), max_size=3)
    given = st.one_of(
        examples.map(lambda found: {"example_list": {"examples": found}}),
        examples.map(lambda found: {"example_list_with_context": {"examples": found}}),
        st.just({}),
    )
    classify = st.builds(classification_pb2.ClassificationRequest, model_spec=spec, input=given)
    metadata = st.builds(
        get_model_metadata_pb2.GetModelMetadataRequest,
        model_spec=spec,
        metadata_field=st.lists(st.sampled_from(("signature_def", "other")), max_size=2),
    )
    status = st.builds(get_model_status_pb2.GetModelStatusRequest, model_spec=spec)
    own: dict[str, st.SearchStrategy[Any]] = {
        f"{_PREDICTION}/Predict": predict,
        f"{_PREDICTION}/Classify": classify,
        f"{_PREDICTION}/Regress": classify,
        f"{_PREDICTION}/GetModelMetadata": metadata,
        f"{_MODEL}/GetModelStatus": status,
    }
    fitting = st.one_of(*(_serialized(method, messages) for method, messages in own.items()))
    cut = st.builds(lambda request, end: GrpcRequest(request.method, request.body[:end]), fitting, st.integers(0, 100))
    mixed = st.builds(lambda method, request: GrpcRequest(method, request.body), st.sampled_from(_METHODS), fitting)
    garbage = st.builds(GrpcRequest, st.sampled_from(_METHODS), st.binary(max_size=100))
    predicts = _serialized(f"{_PREDICTION}/Predict", predict)
    return st.one_of(predicts, predicts, fitting, cut, mixed, garbage)


def _serialized(method: str, messages: st.SearchStrategy[Any]) -> st.SearchStrategy[GrpcRequest]:
    return messages.map(lambda message: GrpcRequest(method, message.SerializeToString()))


def _request_of(method: str, messages: st.SearchStrategy[Any]) -> st.SearchStrategy[GrpcRequest]:
    return messages.map(lambda message: GrpcRequest(method, message.SerializeToString()))


def _features() -> st.SearchStrategy[dict[str, Any]]:
    return st.one_of(
        st.lists(st.binary(max_size=20), max_size=2).map(lambda found: {"bytes_list": {"value": found}}),
        st.lists(st.integers(0, 9), max_size=2).map(lambda found: {"int64_list": {"value": found}}),
        st.lists(st.floats(width=32), max_size=2).map(lambda found: {"float_list": {"value": found}}),
        st.just({}),
    )
