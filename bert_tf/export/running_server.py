"""Golden requests against a server that runs: TensorFlow Serving, or another that speaks its protocol."""

import json
import pathlib
from collections.abc import Collection
from typing import Any

import numpy as np

from bert_tf.errors import VerifyError
from bert_tf.export.answers import distance
from bert_tf.export.golden import read_golden
from bert_tf.export.golden_regressions import METHOD as REGRESS
from bert_tf.export.golden_requests import PREDICT
from bert_tf.plurals import counted

_SECONDS = 60  # for one answer


def replay_rest(url: str, golden: pathlib.Path, *, tolerance: float, padded: Collection[str] = ()) -> str:
    """Send each line of golden/rest.jsonl and compare status and body.

    Args:
        url: Of the server, such as "http://localhost:8501".
        golden: The file.
        tolerance: Of numbers.
        padded: As of `distance`.

    Returns:
        What was done, in a sentence.

    Raises:
        VerifyError: no answer, or one that differs; names the first.
    """
    import requests

    lines, largest, server = read_golden(golden), 0.0, ""
    with requests.Session() as session:
        for index, line in enumerate(lines):
            sent = line["request"]
            try:
                answer = session.request(
                    sent["method"],
                    url.rstrip("/") + sent["path"],
                    data=sent["body"].encode(),
                    headers={"Content-Type": "application/json"},
                    timeout=_SECONDS,
                )
            except requests.RequestException as problem:
                raise _no_answer(url, str(problem)) from problem
            server = answer.headers.get("Server", "")
            where = f"{url}, request {index}"
            expected, found = line["answer"]["status"], answer.status_code
            if found != expected:
                raise _differs(where, sent["body"], f"status {found}", f"{expected}", answer.text)
            difference = _body_distance(line, answer.content, padded)
            if not difference <= tolerance:
                raise _differs(where, sent["body"], answer.text[:500], _expected(line), "")
            largest = max(largest, difference)
    kind = f", Server: {server}" if server else ""
    return f"{counted(len(lines), 'request')} to {url}{kind}; largest difference {largest:.1e}"


def replay_grpc(address: str, golden: pathlib.Path, *, tolerance: float, padded: Collection[str] = ()) -> str:
    """Send each line of golden/grpc.jsonl to its method, Predict or Regress, and compare code and outputs.

    Args:
        address: Of the server, such as "localhost:8500"; without encryption.
        golden: The file.
        tolerance: Of numbers.
        padded: As of `distance`.

    Returns:
        What was done, in a sentence.

    Raises:
        VerifyError: no answer, or one that differs; names the first.
    """
    import grpc
    from google.protobuf import json_format
    from tensorflow_serving.apis import predict_pb2, prediction_service_pb2_grpc, regression_pb2

    lines, largest = read_golden(golden), 0.0
    with grpc.insecure_channel(address) as channel:
        stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
        methods = {
            PREDICT: (stub.Predict, predict_pb2.PredictRequest, predict_pb2.PredictResponse),
            REGRESS: (stub.Regress, regression_pb2.RegressionRequest, regression_pb2.RegressionResponse),
        }
        for index, line in enumerate(lines):
            ask, kind_of_request, kind_of_response = methods[line["method"]]
            request = json_format.ParseDict(line["request"], kind_of_request())
            where, expected = f"{address}, request {index}", line["answer"]["code"]
            try:
                response, code, said = ask(request, timeout=_SECONDS), "OK", ""
            except grpc.RpcError as problem:
                response, code, said = None, problem.code().name, problem.details() or ""
            if code in {"UNAVAILABLE", "DEADLINE_EXCEEDED"} and code != expected:
                raise _no_answer(address, said)
            if code != expected:
                raise _differs(where, str(line["request"]), f"code {code}", expected, said)
            if response is not None:
                wanted = json_format.ParseDict(line["answer"]["response"], kind_of_response())
                difference = distance(_outputs(wanted), _outputs(response), padded=padded)
                if not difference <= tolerance:
                    raise _differs(where, str(line["request"]), str(_outputs(response)), str(_outputs(wanted)), "")
                largest = max(largest, difference)
    return f"{counted(len(lines), 'call')} to {address}; largest difference {largest:.1e}"


def _outputs(response: Any) -> dict[str, Any]:
    import tensorflow as tf

    if not hasattr(response, "outputs"):
        return {"regressions": [regression.value for regression in response.result.regressions]}
    arrays = {name: tf.make_ndarray(tensor) for name, tensor in response.outputs.items()}
    return {
        name: {"dtype": response.outputs[name].dtype, "rank": array.ndim, "values": _plain(array)}
        for name, array in arrays.items()
    }


def _plain(array: Any) -> Any:
    if array.dtype == object:
        array = np.vectorize(lambda value: value.decode("utf-8", "replace"), otypes=[object])(array)
    return array.tolist()


def _body_distance(line: dict[str, Any], content: bytes, padded: Collection[str]) -> float:
    """From the body that is expected; infinite where none that says an error stands for one."""
    try:
        body = json.loads(content)
    except ValueError:
        return float("inf")
    expected = line["answer"].get("body")
    if expected is not None:
        return distance(expected, body, padded=padded)
    is_error = isinstance(body, dict) and list(body) == ["error"] and isinstance(body["error"], str)
    return 0.0 if is_error else float("inf")


def _expected(line: dict[str, Any]) -> str:
    return str(line["answer"].get("body", '{"error": …}'))[:500]


def _differs(where: str, sent: str, found: str, expected: str, said: str) -> VerifyError:
    return VerifyError(
        f"The server returned {found}; expected {expected}." + (f" Response: {said[:300]}" if said else ""),
        where=f"{where}: {sent[:200]}",
        hint="check that this version is served there, under the name in the manifest",
    )


def _no_answer(address: str, said: str) -> VerifyError:
    return VerifyError(f"No server answers at {address}.", where=address, hint=f"is it running? {said[:300]}")
