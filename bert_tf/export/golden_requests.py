"""Golden requests as a client sends them to TensorFlow Serving: bodies of its REST API, messages of its gRPC API.

REST: https://www.tensorflow.org/tfx/serving/api_rest. gRPC: `tensorflow_serving/apis/prediction_service.proto`, as
ProtoJSON. Wrong requests are among them, with the status that TensorFlow Serving answers; its words are not compared.
"""

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_BATCH = 8
_UNKNOWN = "no-such-model"
PREDICT = "/tensorflow.serving.PredictionService/Predict"

Line = dict[str, Any]
# {"inputs": {name: "string[None]"}, "outputs": {name: "float32[None, 5]"}}
Signature = Mapping[str, Mapping[str, str]]


def rest_lines(golden: Sequence[Line], *, name: str, version: int, signature: Signature) -> Iterator[Line]:
    """`{"request": {"method", "path", "body"}, "answer": {"status", "body"}}` for each request.

    Each golden request is sent by itself, in the row form and with its text as base64 in turn; some are sent together
    in the column form. `body` of a request is the text that is sent. Of a wrong request's answer the body is left out:
    it has the one key `error`.

    Args:
        golden: Lines of `golden_lines`.
        name: Of the model.
        version: Of the model.
        signature: Inputs and outputs of `serving_default`.
    """
    path = f"/v1/models/{name}/versions/{version}:predict"
    for index, line in enumerate(golden):
        request = _with_base64(line["request"]) if index % 2 else line["request"]
        yield _rest(path, {"instances": [request]}, 200, {"predictions": [line["answer"]]})
    # Rows of ids differ in length, which a column can't have.
    if golden and _takes_text(signature):
        columns = _columns([line["request"] for line in golden[:_BATCH]])
        answers = _columns([line["answer"] for line in golden[:_BATCH]])
        yield _rest(path, {"inputs": columns}, 200, {"outputs": answers})
    first = next(iter(signature["inputs"]))
    wrong_type = 7 if _takes_text(signature) else "seven"
    yield _rest(path, '{"instances": [', 400)
    yield _rest(path, {}, 400)
    yield _rest(path, {"instances": [{first: wrong_type}]}, 400)
    yield _rest(path, {"instances": [{f"{first}_of_nothing": "a"}]}, 400)
    yield _rest(path, {"signature_name": "no_such_signature", "instances": [{first: "a"}]}, 400)
    yield _rest(f"/v1/models/{_UNKNOWN}:predict", {"instances": [{first: "a"}]}, 404)


def list_lines(golden: Sequence[Line], *, name: str, version: int, signature_name: str) -> Iterator[Line]:
    """Requests of a signature of lists as of `rest_lines`, each by itself and all of them together.

    Args:
        golden: Lines whose lists are of one length.
        name: Of the model.
        version: Of the model.
        signature_name: Such as `rank`.
    """
    path = f"/v1/models/{name}/versions/{version}:predict"
    for lines in (*([line] for line in golden), golden):
        body = {"signature_name": signature_name, "instances": [line["request"] for line in lines]}
        yield _rest(path, body, 200, {"predictions": [line["answer"] for line in lines]})


def grpc_lines(golden: Sequence[Line], *, name: str, version: int, signature: Signature) -> Iterator[Line]:
    """`{"method", "request", "answer": {"code", "response"}}` for each call, messages in ProtoJSON.

    Each golden request by itself, some of them together, and wrong ones, whose `response` is left out. None is an empty
    batch: where TensorFlow Serving batches, it pads with a row of the last request, and ends when that has none
    (`MergeInputTensors` in its batching_session.cc).

    Args:
        golden: As of `rest_lines`, like the others.
    """
    rows = [([line["request"]], [line["answer"]]) for line in golden]
    if _takes_text(signature):
        together = golden[:_BATCH]
        rows += [([line["request"] for line in together], [line["answer"] for line in together])] if together else []
    for requests, answers in rows:
        inputs = _tensors(requests, signature["inputs"])
        yield _grpc(name, version, inputs, "OK", _tensors(answers, signature["outputs"]))
    row = golden[0]["request"] if golden else dict.fromkeys(signature["inputs"], "a" if _takes_text(signature) else [0])
    good, first = _tensors([row], signature["inputs"]), next(iter(signature["inputs"]))
    other = _tensor([[7]], "int32") if _takes_text(signature) else _tensor(["seven"], "string")
    yield _grpc(name, version, {**good, f"{first}_of_nothing": good[first]}, "INVALID_ARGUMENT")
    yield _grpc(name, version, {**good, first: other}, "INVALID_ARGUMENT")
    yield _grpc(_UNKNOWN, version, good, "NOT_FOUND")


def _rest(path: str, body: Line | str, status: int, answer: Line | None = None) -> Line:
    text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
    return {
        "request": {"method": "POST", "path": path, "body": text},
        "answer": {"status": status} if answer is None else {"status": status, "body": answer},
    }


def _grpc(name: str, version: int, inputs: Line, code: str, outputs: Line | None = None) -> Line:
    from google.protobuf import json_format
    from tensorflow_serving.apis import predict_pb2

    request = predict_pb2.PredictRequest()
    request.model_spec.name = name
    request.model_spec.version.value = version
    request.model_spec.signature_name = "serving_default"
    for key, tensor in inputs.items():
        request.inputs[key].CopyFrom(tensor)
    answer: Line = {"code": code}
    if outputs is not None:
        response = predict_pb2.PredictResponse()
        response.model_spec.CopyFrom(request.model_spec)
        for key, tensor in outputs.items():
            response.outputs[key].CopyFrom(tensor)
        answer["response"] = json_format.MessageToDict(response, preserving_proto_field_name=True)
    sent = json_format.MessageToDict(request, preserving_proto_field_name=True)
    return {"method": PREDICT, "request": sent, "answer": answer}


def _tensors(rows: Sequence[Line], kinds: Mapping[str, str]) -> Line:
    return {name: _tensor([row[name] for row in rows], kinds[name].partition("[")[0]) for name in rows[0]}


def _tensor(rows: Sequence[Any], dtype: str) -> Any:
    """A TensorProto of at least one row; lists are padded to the longest."""
    import tensorflow as tf

    return tf.make_tensor_proto(_encoded(_padded(rows, b"" if dtype == "string" else 0)), dtype=tf.as_dtype(dtype))


def _encoded(value: Any) -> Any:
    if isinstance(value, list):
        return [_encoded(each) for each in value]
    return value.encode() if isinstance(value, str) else value


def _padded(rows: Sequence[Any], padding: Any) -> list[Any]:
    """Rows that are lists as long as the longest of them, as a server answers them together."""
    longest = max((len(row) for row in rows if isinstance(row, list)), default=0)
    return [[*row, *[padding] * (longest - len(row))] if isinstance(row, list) else row for row in rows]


def _takes_text(signature: Signature) -> bool:
    return all(kind.startswith("string") for kind in signature["inputs"].values())


def _with_base64(request: Line) -> Line:
    return {
        name: {"b64": base64.b64encode(value.encode()).decode()} if isinstance(value, str) else value
        for name, value in request.items()
    }


def _columns(rows: Sequence[Line]) -> Line:
    return {name: [row[name] for row in rows] for name in rows[0]}
