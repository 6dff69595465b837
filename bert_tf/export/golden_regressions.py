"""Golden requests for Regress: the texts of golden requests as examples, and the number of each answer."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from bert_tf.export.golden_requests import Line

METHOD = "/tensorflow.serving.PredictionService/Regress"
_SIGNATURE = "regress"
_BATCH = 8

Regression = Callable[[Mapping[str, Any]], float]


def regress_rest_lines(golden: Sequence[Line], *, name: str, version: int, regression: Regression) -> Iterator[Line]:
    """As of `rest_lines`, for `:regress`: some texts together, and a request without an example.

    Args:
        golden: Lines of `golden_lines` whose requests are texts.
        name: Of the model.
        version: Of the model.
        regression: The number of an answer.
    """
    path = f"/v1/models/{name}/versions/{version}:regress"
    together = golden[:_BATCH]
    if together:
        body = {"signature_name": _SIGNATURE, "examples": [line["request"] for line in together]}
        results = [regression(line["answer"]) for line in together]
        yield _rest(path, body, {"status": 200, "body": {"results": results}})
    yield _rest(path, {"signature_name": _SIGNATURE}, {"status": 400})


def regress_grpc_lines(golden: Sequence[Line], *, name: str, version: int, regression: Regression) -> Iterator[Line]:
    """As of `grpc_lines`, for Regress; arguments as of `regress_rest_lines`."""
    from google.protobuf import json_format
    from tensorflow_serving.apis import regression_pb2

    together = golden[:_BATCH]
    request = regression_pb2.RegressionRequest()
    request.model_spec.name, request.model_spec.signature_name = name, _SIGNATURE
    request.model_spec.version.value = version
    for line in together:
        features = request.input.example_list.examples.add().features.feature
        for key, text in line["request"].items():
            features[key].bytes_list.value.append(text.encode())
    response = regression_pb2.RegressionResponse()
    response.model_spec.CopyFrom(request.model_spec)
    for line in together:
        response.result.regressions.add().value = regression(line["answer"])
    sent, answered = (
        json_format.MessageToDict(message, preserving_proto_field_name=True) for message in (request, response)
    )
    # Without an example Regress says that its input is empty.
    answer = {"code": "OK", "response": answered} if together else {"code": "INVALID_ARGUMENT"}
    yield {"method": METHOD, "request": sent, "answer": answer}


def _rest(path: str, body: Line, answer: Line) -> Line:
    text = json.dumps(body, ensure_ascii=False)
    return {"request": {"method": "POST", "path": path, "body": text}, "answer": answer}
