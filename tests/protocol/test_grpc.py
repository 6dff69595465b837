"""PredictionService and ModelService over gRPC, held against REST where a server has both."""

import grpc
import numpy as np
import pytest
import tensorflow as tf
from tensorflow_serving.apis import (
    classification_pb2,
    get_model_metadata_pb2,
    get_model_status_pb2,
    predict_pb2,
)

TEXTS = ["Shares fall as oil prices rise", "", "Der Fluß, naïve, 世界 ☃"]


@pytest.fixture
def spec(target):
    return {"name": target.name}


@pytest.fixture
def request_of(spec, signatures):
    """A Predict request of texts; what is changed is named."""
    names = list(signatures["serving_default"]["inputs"])

    def make(texts=TEXTS, **changed):
        tensor = tf.make_tensor_proto([text.encode() for text in texts], tf.string, [len(texts)])
        inputs = dict.fromkeys(names, tensor)
        return predict_pb2.PredictRequest(**{"model_spec": spec, "inputs": inputs, **changed})

    return make


def refused(call, request, code, *words):
    with pytest.raises(grpc.RpcError) as caught:
        call(request, timeout=600)
    assert caught.value.code() == code, caught.value.details()
    for word in words:
        assert word in caught.value.details()


def test_predict_as_over_rest(prediction, rest, request_of, signatures, version):
    response = prediction.Predict(request_of(), timeout=600)
    assert response.model_spec.name == rest.name
    assert response.model_spec.version.value == version
    assert response.model_spec.signature_name == "serving_default"
    names = list(signatures["serving_default"]["inputs"])
    expected = rest.predict({"inputs": dict.fromkeys(names, TEXTS)}).json()["outputs"]
    assert response.outputs.keys() == expected.keys()
    for name, tensor in response.outputs.items():
        found = tf.make_ndarray(tensor)
        if found.dtype == object:
            assert [value.decode() for value in found] == expected[name]
        else:
            np.testing.assert_allclose(found, expected[name], rtol=0, atol=1e-5)


def test_values_stand_in_typed_fields(prediction, request_of):
    outputs = prediction.Predict(request_of(), timeout=600).outputs
    floats = [tensor for tensor in outputs.values() if tensor.dtype == tf.float32]
    assert floats
    for tensor in floats:
        assert not tensor.tensor_content
        assert len(tensor.float_val) == np.prod([dim.size for dim in tensor.tensor_shape.dim])


def test_output_filter(prediction, request_of, signatures):
    name = sorted(signatures["serving_default"]["outputs"])[0]
    assert list(prediction.Predict(request_of(output_filter=[name]), timeout=600).outputs) == [name]
    refused(
        prediction.Predict,
        request_of(output_filter=["none"]),
        grpc.StatusCode.INVALID_ARGUMENT,
        "output tensor alias not found in signature: none",
    )
    refused(
        prediction.Predict,
        request_of(output_filter=[name, name]),
        grpc.StatusCode.INVALID_ARGUMENT,
        f"duplicate output tensor alias: {name}",
    )


def test_version_by_number_and_label(prediction, request_of, spec, target, version):
    by_number = request_of(model_spec={**spec, "version": {"value": version}})
    assert prediction.Predict(by_number, timeout=600).model_spec.version.value == version
    if target.label is not None:
        by_label = request_of(model_spec={**spec, "version_label": target.label})
        assert prediction.Predict(by_label, timeout=600).model_spec.name == target.name


def test_models_that_are_not_served(prediction, request_of, spec):
    name = spec["name"]
    refused(prediction.Predict, request_of(model_spec={}), grpc.StatusCode.INVALID_ARGUMENT)
    refused(
        prediction.Predict,
        request_of(model_spec={"name": "none"}),
        grpc.StatusCode.NOT_FOUND,
        "Servable not found for request: Latest(none)",
    )
    refused(
        prediction.Predict,
        request_of(model_spec={**spec, "version": {"value": 999999}}),
        grpc.StatusCode.NOT_FOUND,
        f"Servable not found for request: Specific({name}, 999999)",
    )
    refused(
        prediction.Predict,
        request_of(model_spec={**spec, "version_label": "none"}),
        grpc.StatusCode.INVALID_ARGUMENT,
        "Unrecognized servable version label: none",
    )
    refused(
        prediction.Predict,
        request_of(model_spec={**spec, "signature_name": "none"}),
        grpc.StatusCode.FAILED_PRECONDITION,
        'Serving signature key "none" not found.',
    )


def test_inputs_that_are_missing_or_unknown(prediction, request_of, single_text):
    tensor = tf.make_tensor_proto([b"a"])
    refused(
        prediction.Predict,
        request_of(inputs={}),
        grpc.StatusCode.INVALID_ARGUMENT,
        "input size does not match signature: 0!=1",
        f"Missing but required: {{{single_text}}}",
    )
    refused(
        prediction.Predict,
        request_of(inputs={"none": tensor}),
        grpc.StatusCode.INVALID_ARGUMENT,
        "input tensor alias not found in signature: none",
    )


@pytest.mark.parametrize("value", [[1], [1.5], [True]])
def test_inputs_of_another_type(prediction, request_of, single_text, value):
    inputs = {single_text: tf.make_tensor_proto(value)}
    refused(prediction.Predict, request_of(inputs=inputs), grpc.StatusCode.INVALID_ARGUMENT)


def test_a_tensor_that_does_not_fit_together(prediction, request_of, single_text):
    tensor = tf.make_tensor_proto([b"a", b"b"])
    tensor.tensor_shape.dim[0].size = -1
    refused(
        prediction.Predict,
        request_of(inputs={single_text: tensor}),
        grpc.StatusCode.INVALID_ARGUMENT,
        f"tensor parsing error: {single_text}",
    )


def test_classify(prediction, request_of, spec, signatures):
    if "classify" not in signatures:
        pytest.skip("this model has no signature classify")
    request = classification_pb2.ClassificationRequest(model_spec={**spec, "signature_name": "classify"})
    names = list(signatures["serving_default"]["inputs"])
    for text in TEXTS:
        example = request.input.example_list.examples.add()
        for name in names:
            example.features.feature[name].bytes_list.value.append(text.encode())
    response = prediction.Classify(request, timeout=600)
    predicted = prediction.Predict(request_of(), timeout=600).outputs
    for row, classifications in enumerate(response.result.classifications):
        scores = [found.score for found in classifications.classes]
        np.testing.assert_allclose(scores, tf.make_ndarray(predicted["probabilities"])[row], rtol=0, atol=1e-5)
        best = classifications.classes[int(np.argmax(scores))].label
        assert best.encode() == tf.make_ndarray(predicted["label"])[row]


def test_classify_refuses(prediction, spec):
    request = classification_pb2.ClassificationRequest(model_spec=spec)
    refused(prediction.Classify, request, grpc.StatusCode.INVALID_ARGUMENT)
    request.input.example_list.examples.add()
    refused(prediction.Classify, request, grpc.StatusCode.INVALID_ARGUMENT, "Expected one or two output Tensors")


def test_metadata(prediction, spec, signatures, version):
    request = get_model_metadata_pb2.GetModelMetadataRequest(model_spec=spec, metadata_field=["signature_def"])
    response = prediction.GetModelMetadata(request, timeout=600)
    assert response.model_spec.version.value == version
    described = get_model_metadata_pb2.SignatureDefMap()
    assert response.metadata["signature_def"].Unpack(described)
    assert set(described.signature_def) == set(signatures)


def test_metadata_refuses(prediction, spec):
    nothing = get_model_metadata_pb2.GetModelMetadataRequest(model_spec=spec)
    refused(
        prediction.GetModelMetadata,
        nothing,
        grpc.StatusCode.INVALID_ARGUMENT,
        "GetModelMetadataRequest must specify at least one metadata_field",
    )
    other = get_model_metadata_pb2.GetModelMetadataRequest(model_spec=spec, metadata_field=["other"])
    refused(prediction.GetModelMetadata, other, grpc.StatusCode.INVALID_ARGUMENT, "is not supported")
    unnamed = get_model_metadata_pb2.GetModelMetadataRequest(metadata_field=["signature_def"])
    refused(prediction.GetModelMetadata, unnamed, grpc.StatusCode.INVALID_ARGUMENT, "Missing ModelSpec")


def test_status(model_service, spec, version):
    request = get_model_status_pb2.GetModelStatusRequest(model_spec=spec)
    statuses = model_service.GetModelStatus(request, timeout=600).model_version_status
    available = get_model_status_pb2.ModelVersionStatus.AVAILABLE
    assert version in [status.version for status in statuses if status.state == available]


def test_status_refuses(model_service, spec):
    nothing = get_model_status_pb2.GetModelStatusRequest()
    refused(model_service.GetModelStatus, nothing, grpc.StatusCode.INVALID_ARGUMENT, "Missing ModelSpec")
    unknown = get_model_status_pb2.GetModelStatusRequest(model_spec={"name": "none"})
    refused(
        model_service.GetModelStatus,
        unknown,
        grpc.StatusCode.NOT_FOUND,
        "Could not find any versions of model none",
    )
    other = get_model_status_pb2.GetModelStatusRequest(model_spec={**spec, "version": {"value": 999999}})
    refused(model_service.GetModelStatus, other, grpc.StatusCode.NOT_FOUND, "Could not find version 999999 of model")
