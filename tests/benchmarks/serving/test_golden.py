from tensorflow_serving.apis import predict_pb2

from benchmarks.serving.golden import Golden, grpc_answer, grpc_request, percentile, rest_body

GOLDEN = Golden([{"request": {"text": "a"}, "answer": {"label": "x", "probabilities": [0.25, 0.75]}}], 1e-3)


def test_what_differs():
    assert GOLDEN.differs(0, {"label": "x", "probabilities": [0.2505, 0.7495], "more": True}) == ""
    assert "label" in GOLDEN.differs(0, {"label": "y", "probabilities": [0.25, 0.75]})
    assert "probabilities" in GOLDEN.differs(0, {"label": "x", "probabilities": [0.252, 0.748]})
    assert "probabilities" in GOLDEN.differs(0, {"label": "x", "probabilities": [float("nan"), 0.75]})
    assert "probabilities" in GOLDEN.differs(0, {"label": "x"})


def test_percentiles():
    seconds = [float(n) for n in range(1, 101)]
    assert [percentile(seconds, share) for share in (0.5, 0.95, 0.99, 1.0)] == [50.0, 95.0, 99.0, 100.0]
    assert percentile([7.0], 0.5) == 7.0


def test_requests():
    assert rest_body({"text": "ß"}) == b'{"instances": [{"text": "\\u00df"}]}'
    request = grpc_request("m", {"text": "ß"})
    assert request.model_spec.name == "m"
    assert request.inputs["text"].string_val == ["ß".encode()]


def test_answers():

    response = predict_pb2.PredictResponse()
    response.outputs["text"].CopyFrom(grpc_request("m", {"text": "ß"}).inputs["text"])
    assert grpc_answer(response) == {"text": "ß"}
