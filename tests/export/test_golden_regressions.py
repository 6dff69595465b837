import json

from google.protobuf import json_format
from tensorflow_serving.apis import regression_pb2

from bert_tf.export.golden_regressions import METHOD, regress_grpc_lines, regress_rest_lines

GOLDEN = [{"request": {"text": text}, "answer": {"value": value}} for text, value in (("ü\u2028", 2.5), ("", -1.0))]
MODEL = {"name": "prices", "version": 3, "regression": lambda answer: answer["value"]}


def test_rest_bodies_are_what_tensorflow_serving_reads():
    together, empty = regress_rest_lines(GOLDEN, **MODEL)
    assert together["request"]["path"] == empty["request"]["path"] == "/v1/models/prices/versions/3:regress"
    assert json.loads(together["request"]["body"]) == {
        "signature_name": "regress",
        "examples": [{"text": "ü\u2028"}, {"text": ""}],
    }
    assert together["answer"] == {"status": 200, "body": {"results": [2.5, -1.0]}}
    assert empty["answer"] == {"status": 400}


def test_grpc_messages_are_those_of_the_protocol():
    (line,) = regress_grpc_lines(GOLDEN, **MODEL)
    request = json_format.ParseDict(line["request"], regression_pb2.RegressionRequest())
    response = json_format.ParseDict(line["answer"]["response"], regression_pb2.RegressionResponse())
    assert (line["method"], line["answer"]["code"]) == (METHOD, "OK")
    assert (request.model_spec.name, request.model_spec.signature_name) == ("prices", "regress")
    texts = [example.features.feature["text"].bytes_list.value[0] for example in request.input.example_list.examples]
    assert texts == ["ü\u2028".encode(), b""]
    assert [regression.value for regression in response.result.regressions] == [2.5, -1.0]


def test_without_golden_requests_an_empty_one_is_refused():
    (line,) = regress_grpc_lines([], **MODEL)
    assert line["answer"] == {"code": "INVALID_ARGUMENT"}
    assert [line["answer"] for line in regress_rest_lines([], **MODEL)] == [{"status": 400}]
