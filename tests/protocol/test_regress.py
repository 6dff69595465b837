"""Regress over REST and gRPC, for models that have a signature for it."""

import base64

import grpc
import numpy as np
import pytest
import tensorflow as tf
from tensorflow_serving.apis import classification_pb2, predict_pb2, regression_pb2

pytestmark = pytest.mark.parametrize("target", ["regress_server"], indirect=True)

TEXTS = ["Shares fall as oil prices rise", "", "Der Fluß, naïve, 世界 ☃"]


@pytest.fixture
def names(signatures):
    """The inputs of the model, which are the features of an example, too."""
    if "regress" not in signatures:
        pytest.skip("this model has no signature regress")
    return list(signatures["serving_default"]["inputs"])


@pytest.fixture
def regress(rest, names):
    """Ask the signature `regress` for texts over REST."""

    def ask(texts, **body):
        examples = [dict.fromkeys(names, text) for text in texts]
        response = rest.post(":regress", {"signature_name": "regress", "examples": examples, **body})
        assert response.status_code == 200, response.text
        document = response.json()
        assert list(document) == ["results"]
        return document["results"]

    return ask


@pytest.fixture
def request_of(target, names):
    """A request over gRPC for texts."""

    def make(texts, signature="regress", spec=None):
        made = regression_pb2.RegressionRequest(
            model_spec={"name": target.name, "signature_name": signature, **(spec or {})}
        )
        for text in texts:
            example = made.input.example_list.examples.add()
            for name in names:
                example.features.feature[name].bytes_list.value.append(text.encode())
        return made

    return make


def test_values_are_those_of_predict(rest, regress, names):
    predicted = rest.predict({"inputs": dict.fromkeys(names, TEXTS)}).json()["outputs"]["value"]
    np.testing.assert_allclose(regress(TEXTS), predicted, rtol=1e-5, atol=1e-5)


def test_values_lists_and_base64_are_the_same(regress, names):
    encoded = {"b64": base64.b64encode(TEXTS[2].encode()).decode()}
    plain, listed, decoded = regress([TEXTS[2], [TEXTS[2]], encoded])
    np.testing.assert_allclose([listed, decoded], plain, rtol=1e-5, atol=1e-5)


def test_context_is_part_of_each_example(regress, names):
    alone = regress([TEXTS[0]])
    with_context = regress([], context=dict.fromkeys(names, TEXTS[0]), examples=[{}])
    np.testing.assert_allclose(with_context, alone, rtol=1e-5, atol=1e-5)


def test_an_example_without_its_text(rest, names):
    rest.refused(rest.post(":regress", {"signature_name": "regress", "examples": [{"none": "a"}]}), 400)


def test_a_version_by_its_number(rest, names, version):
    body = {"signature_name": "regress", "examples": [dict.fromkeys(names, "a")]}
    assert rest.post(f"/versions/{version}:regress", body).status_code == 200
    missing = f"Servable not found for request: Specific({rest.name}, 999999)"
    rest.refused(rest.post("/versions/999999:regress", body), 404, missing)


def test_grpc_as_rest(prediction, regress, request_of, target, version):
    response = prediction.Regress(request_of(TEXTS), timeout=600)
    spec = response.model_spec
    assert (spec.name, spec.version.value, spec.signature_name) == (target.name, version, "regress")
    values = [regression.value for regression in response.result.regressions]
    np.testing.assert_allclose(values, regress(TEXTS), rtol=1e-5, atol=1e-5)


def test_predict_takes_the_same_examples(prediction, request_of, target):
    sent = request_of(TEXTS)
    asked = predict_pb2.PredictRequest(model_spec=sent.model_spec)
    serialized = [example.SerializeToString() for example in sent.input.example_list.examples]
    asked.inputs["inputs"].CopyFrom(tf.make_tensor_proto(serialized))
    outputs = tf.make_ndarray(prediction.Predict(asked, timeout=600).outputs["outputs"])
    values = [regression.value for regression in prediction.Regress(sent, timeout=600).result.regressions]
    np.testing.assert_allclose(values, outputs.ravel(), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(
    ("changed", "code", "words"),
    [
        ({"texts": []}, grpc.StatusCode.INVALID_ARGUMENT, "Input is empty."),
        ({"signature": ""}, grpc.StatusCode.INVALID_ARGUMENT, "Expected one output Tensor."),
        ({"signature": "none"}, grpc.StatusCode.INVALID_ARGUMENT, "No signature was found with the name: none"),
        ({"spec": {"name": "none"}}, grpc.StatusCode.NOT_FOUND, "Servable not found for request: Latest(none)"),
    ],
    ids=["empty", "predict", "no signature", "no model"],
)
def test_grpc_refuses(prediction, request_of, changed, code, words):
    with pytest.raises(grpc.RpcError) as caught:
        prediction.Regress(request_of(**{"texts": TEXTS, **changed}), timeout=600)
    assert caught.value.code() == code
    assert words in caught.value.details()


def test_classify_refuses_its_signature(rest, prediction, request_of, names):
    body = {"signature_name": "regress", "examples": [dict.fromkeys(names, "a")]}
    rest.refused(rest.post(":classify", body), 400, "Expected classification signature outputs to contain at least one")
    sent = request_of(TEXTS)
    asked = classification_pb2.ClassificationRequest(model_spec=sent.model_spec, input=sent.input)
    with pytest.raises(grpc.RpcError) as caught:
        prediction.Classify(asked, timeout=600)
    assert caught.value.code() == grpc.StatusCode.FAILED_PRECONDITION
