"""What tests/protocol can't ask a model of BERT or an unknown server: health, limits, bytes that are no message."""

import socket
import threading

import grpc
import numpy as np
import pytest
import tensorflow as tf
from grpc_health.v1 import health_pb2, health_pb2_grpc
from tensorflow_serving.apis import classification_pb2, predict_pb2, prediction_service_pb2_grpc, regression_pb2

SERVICE = "/tensorflow.serving.PredictionService"


@pytest.fixture(scope="module")
def channel(odd_server):
    with grpc.insecure_channel(odd_server.grpc) as channel:
        yield channel


@pytest.fixture(scope="module")
def stub(channel):
    return prediction_service_pb2_grpc.PredictionServiceStub(channel)


def request(value, name="x", signature=""):
    made = predict_pb2.PredictRequest(model_spec={"name": "odd", "signature_name": signature})
    made.inputs[name].CopyFrom(tf.make_tensor_proto(value))
    return made


def code_of(call, sent):
    with pytest.raises(grpc.RpcError) as caught:
        call(sent, timeout=600)
    return caught.value.code()


def test_numbers_that_json_has_not(stub):
    value = np.array([np.nan, -np.inf, 1.5], np.float32)
    np.testing.assert_array_equal(tf.make_ndarray(stub.Predict(request(value)).outputs["y"]), value)


@pytest.mark.parametrize("service", ["", "tensorflow.serving.PredictionService", "tensorflow.serving.ModelService"])
def test_health(channel, service):
    answer = health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(service=service), timeout=600)
    assert answer.status == health_pb2.HealthCheckResponse.SERVING


@pytest.mark.parametrize("method", ["Predict", "Classify", "Regress", "GetModelMetadata"])
def test_bytes_that_are_no_message(channel, method):
    call = channel.unary_unary(f"{SERVICE}/{method}")
    assert code_of(call, b"\xff\xff\xff") == grpc.StatusCode.INVALID_ARGUMENT


def test_methods_that_are_not_there(channel):
    for method in (f"{SERVICE}/MultiInference", "/tensorflow.serving.ModelService/HandleReloadConfigRequest"):
        assert code_of(channel.unary_unary(method), b"") == grpc.StatusCode.UNIMPLEMENTED


def regression(*values, signature="regress"):
    made = regression_pb2.RegressionRequest(model_spec={"name": "odd", "signature_name": signature})
    for value in values:
        made.input.example_list.examples.add().features.feature["x"].float_list.value.append(value)
    return made


@pytest.mark.parametrize("signature", ["regress", "column"])
def test_regress(stub, signature):
    answer = stub.Regress(regression(1.0, 2.0, np.inf, signature=signature), timeout=600)
    assert [each.value for each in answer.result.regressions] == [3.5, 4.0, np.inf]
    assert (answer.model_spec.name, answer.model_spec.signature_name) == ("odd", signature)
    assert answer.model_spec.version.value == 1


def test_regress_with_context(stub):
    sent = regression()
    listed = sent.input.example_list_with_context
    listed.context.features.feature["x"].float_list.value.append(1.0)
    listed.examples.add()
    listed.examples.add().features.feature["x"].float_list.value.append(2.0)
    assert [each.value for each in stub.Regress(sent, timeout=600).result.regressions] == [3.5, 4.0]


def test_regress_of_more_than_a_batch(stub):
    answer = stub.Regress(regression(*range(1000)), timeout=600)
    assert [each.value for each in answer.result.regressions] == [value / 2 + 3 for value in range(1000)]


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        (regression(), "Input is empty."),
        (regression(1.0, signature=""), "No regression inputs found in SignatureDef: serving_default"),
        (regression(1.0, signature="echo"), "Expected one output Tensor."),
        (regression(1.0, signature="scores"), "No regression outputs found in SignatureDef: scores"),
        (regression(1.0, signature="none"), "No signature was found with the name: none"),
        (regression(1.0, signature="wide"), r"or \[batch_size, 1\] but got \[1,2\]"),
    ],
    ids=["empty", "default", "two outputs", "classify", "none", "wide"],
)
def test_regress_refuses(stub, sent, words):
    with pytest.raises(grpc.RpcError, match=words) as caught:
        stub.Regress(sent, timeout=600)
    assert caught.value.code() == grpc.StatusCode.INVALID_ARGUMENT


def test_regress_of_an_example_without_its_feature(stub):
    sent = regression(1.0)
    sent.input.example_list.examples.add()
    assert code_of(stub.Regress, sent) == grpc.StatusCode.INVALID_ARGUMENT


def test_regress_of_models_that_are_not_served(stub):
    sent = regression(1.0)
    sent.model_spec.name = "none"
    assert code_of(stub.Regress, sent) == grpc.StatusCode.NOT_FOUND
    sent.model_spec.Clear()
    assert code_of(stub.Regress, sent) == grpc.StatusCode.INVALID_ARGUMENT


def test_regress_of_too_many_examples(stub):
    assert code_of(stub.Regress, regression(*[1.0] * 1025)) == grpc.StatusCode.RESOURCE_EXHAUSTED


def test_scores_without_labels(stub):
    sent = classification_pb2.ClassificationRequest(model_spec={"name": "odd", "signature_name": "scores"})
    sent.input.example_list.examples.add()
    (found,) = stub.Classify(sent, timeout=600).result.classifications
    assert [(each.label, each.score) for each in found.classes] == [("", 0.0), ("", 0.0)]


def test_limits(stub):
    assert code_of(stub.Predict, request([1.0] * 1025)) == grpc.StatusCode.RESOURCE_EXHAUSTED
    assert code_of(stub.Predict, request([b"a" * (17 << 20)])) == grpc.StatusCode.RESOURCE_EXHAUSTED
    broad = request([1.0])
    broad.inputs["x"].tensor_shape.dim[0].size = 2**40
    assert code_of(stub.Predict, broad) == grpc.StatusCode.INVALID_ARGUMENT
    assert stub.Predict(request([1.0]), timeout=600).outputs["y"].float_val == [1.0]


def test_a_text_that_stands_for_many_is_refused_at_once(stub):
    amplified = request([b"a" * (5 << 20)], name="inputs", signature="echo")
    amplified.inputs["inputs"].tensor_shape.dim[0].size = 1024
    with pytest.raises(grpc.RpcError, match="larger than 8388608 bytes when its values are repeated"):
        stub.Predict(amplified, timeout=60)


@pytest.mark.parametrize(
    "sent",
    [
        request([b"a" * ((256 << 10) + 1)], name="inputs", signature="echo"),
        request(np.ones([2, 5000], np.int32), name="ids", signature="company"),
        request([b""] * 1025, name="inputs", signature="echo"),
    ],
    ids=["text", "row", "texts"],
)
def test_limits_of_what_a_request_holds(stub, sent):
    assert code_of(stub.Predict, sent) == grpc.StatusCode.RESOURCE_EXHAUSTED


def test_inputs_without_number_are_refused_by_name(stub):
    sent = request([1.0])
    for number in range(50_000):
        sent.inputs[f"x{number}"].dtype = 1
    with pytest.raises(grpc.RpcError, match="50001!=1"):
        stub.Predict(sent, timeout=60)


def test_not_exactly_one_message(channel):
    call = channel.stream_unary(f"{SERVICE}/Predict", request_serializer=lambda content: content)
    for messages in ([], [b"", b""]):
        with pytest.raises(grpc.RpcError) as caught:
            call(iter(messages), timeout=600)
        assert caught.value.code() == grpc.StatusCode.UNIMPLEMENTED


def test_slow_senders_take_no_places(stub, channel, odd_server):
    over = threading.Event()

    def nothing():
        over.wait(600)
        yield b""

    with grpc.insecure_channel(odd_server.grpc, [("grpc.use_local_subchannel_pool", 1)]) as crowded:
        call = crowded.stream_unary(f"{SERVICE}/Predict", request_serializer=lambda content: content)
        slow = [call.future(nothing(), timeout=600) for _ in range(200)]
        try:
            for _ in range(20):
                assert stub.Predict(request([1.0]), timeout=600).outputs["y"].float_val == [1.0]
            # In a crowd they are told to come again.
            assert slow[0].exception(120).code() == grpc.StatusCode.UNAVAILABLE
        finally:
            over.set()
            for each in slow:
                each.cancel()


def test_a_large_answer_comes_whole(odd_server):
    texts = request([b"a" * 5000] * 1000, name="inputs", signature="echo")
    # A client takes 4 MiB unless it says otherwise.
    with grpc.insecure_channel(odd_server.grpc, [("grpc.max_receive_message_length", -1)]) as channel:
        answer = prediction_service_pb2_grpc.PredictionServiceStub(channel).Predict(texts, timeout=600)
    assert answer.outputs["raw_bytes"].string_val == texts.inputs["inputs"].string_val


HTTP2 = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
SETTINGS = b"\x00\x00\x00\x04\x00\x00\x00\x00\x00"


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x00" * 1000,
        b"GET / HTTP/1.1\r\n\r\n",
        HTTP2 + b"\xff" * 1000,
        HTTP2 + SETTINGS + b"\x00\x00\x10\x01" + b"\xff" * 20,
    ],
    ids=["zeros", "http/1.1", "frames", "headers"],
)
def test_bytes_that_are_no_grpc(stub, odd_server, garbage):
    host, _, port = odd_server.grpc.rpartition(":")
    with socket.create_connection((host, int(port)), timeout=600) as connection:
        connection.sendall(garbage)
        # Half open: the next request is answered beside it.
        assert stub.Predict(request([1.0]), timeout=600).outputs["y"].float_val == [1.0]
    assert stub.Predict(request([1.0]), timeout=600).outputs["y"].float_val == [1.0]
