"""Golden requests of an exported model, sent over REST and gRPC, each answer compared with the golden one."""

import dataclasses
import json
import math
import pathlib
from collections.abc import Mapping
from typing import Any

import httpx
import numpy as np
import tensorflow as tf
from tensorflow_serving.apis import predict_pb2

from bert_tf.export.folders import find_version, handoff_folder, read_manifest
from bert_tf.export.golden import read_golden


@dataclasses.dataclass(frozen=True)
class Golden:
    """Requests and their answers.

    Attributes:
        lines: `{"request": {input: value}, "answer": {output: value}}`.
        tolerance: Of numbers.
    """

    lines: list[dict[str, Any]]
    tolerance: float

    def differs(self, index: int, answer: Mapping[str, Any]) -> str:
        """What is wrong with an answer to a request; empty when nothing is. Outputs that golden has not are left."""
        for name, expected in self.lines[index]["answer"].items():
            found = answer.get(name)
            if isinstance(expected, str) or found is None:
                if expected != found:
                    return f"{name}: {found!r} instead of {expected!r}"
            elif not np.allclose(found, expected, rtol=0, atol=self.tolerance):
                return f"{name}: {found} instead of {expected}"
        return ""


def read(model: pathlib.Path) -> Golden:
    """The golden requests of an exported model's latest version."""
    version = find_version(model.resolve())
    lines = read_golden(handoff_folder(version) / "golden" / "requests.jsonl")
    return Golden(lines, float(read_manifest(version)["tolerance"]))


def rest_body(request: Mapping[str, str]) -> bytes:
    """One row, in row format."""
    return json.dumps({"instances": [request]}).encode()


def rest_answer(response: httpx.Response) -> dict[str, Any]:
    """The one row of an answer."""
    return response.raise_for_status().json()["predictions"][0]


def grpc_request(name: str, request: Mapping[str, str]) -> predict_pb2.PredictRequest:
    """One row."""
    message = predict_pb2.PredictRequest()
    message.model_spec.name = name
    for key, text in request.items():
        message.inputs[key].CopyFrom(tf.make_tensor_proto([text.encode()], tf.string))
    return message


def grpc_answer(response: predict_pb2.PredictResponse) -> dict[str, Any]:
    """The one row of an answer."""
    row = {name: tf.make_ndarray(tensor)[0] for name, tensor in response.outputs.items()}
    return {name: value.decode() if isinstance(value, bytes) else value for name, value in row.items()}


def percentile(seconds: list[float], share: float) -> float:
    """Of durations the smallest that is not exceeded by this share of them."""
    ordered = sorted(seconds)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]
