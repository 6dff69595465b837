import grpc
import pytest
from tensorflow.core.protobuf import meta_graph_pb2

from bert_tf.serving.signature import classify_signature, predict_signature, regress_signature
from bert_tf.serving.status import StatusError


def signature(inputs, outputs):
    made = meta_graph_pb2.SignatureDef()
    for name in inputs:
        made.inputs[name].dtype = 7
    for name in outputs:
        made.outputs[name].dtype = 1
    return made


def test_the_default_signature():
    signatures = {"serving_default": signature(["x"], ["y"])}
    assert predict_signature(signatures, "")[0] == "serving_default"
    with pytest.raises(StatusError) as caught:
        predict_signature(signatures, "other")
    assert caught.value.code == grpc.StatusCode.FAILED_PRECONDITION


@pytest.mark.parametrize(
    ("inputs", "outputs", "words"),
    [
        (["inputs", "more"], ["scores"], "Expected one input Tensor."),
        (["inputs"], ["scores", "classes", "more"], "Expected one or two output Tensors, found 3"),
        (["text"], ["scores"], "No classification inputs found"),
        (["inputs"], ["label"], "to contain at least one of"),
    ],
)
def test_signatures_that_are_not_for_classify(inputs, outputs, words):
    with pytest.raises(StatusError, match=words):
        classify_signature({"serving_default": signature(inputs, outputs)}, "")


@pytest.mark.parametrize("outputs", [["scores"], ["classes"], ["classes", "scores"]])
def test_signatures_for_classify(outputs):
    assert classify_signature({"c": signature(["inputs"], outputs)}, "c") == "c"


@pytest.mark.parametrize(
    ("inputs", "outputs", "words"),
    [
        (["inputs", "more"], ["outputs"], "Expected one input Tensor."),
        (["inputs"], ["outputs", "more"], "Expected one output Tensor."),
        (["text"], ["outputs"], "No regression inputs found"),
        (["inputs"], ["scores"], "No regression outputs found"),
    ],
)
def test_signatures_that_are_not_for_regress(inputs, outputs, words):
    with pytest.raises(StatusError, match=words) as caught:
        regress_signature({"serving_default": signature(inputs, outputs)}, "")
    assert caught.value.code == grpc.StatusCode.INVALID_ARGUMENT


@pytest.mark.parametrize("choose", [classify_signature, regress_signature])
def test_a_signature_that_is_not_there(choose):
    with pytest.raises(StatusError, match="No signature was found with the name: serving_default"):
        choose({"other": signature(["inputs"], ["outputs"])}, "")


# TensorFlow Serving asks for it only with --enable_signature_method_name_check.
@pytest.mark.parametrize("method_name", ["tensorflow/serving/regress", "tensorflow/serving/predict"])
def test_signatures_for_regress_by_any_method_name(method_name):
    made = signature(["inputs"], ["outputs"])
    made.method_name = method_name
    assert regress_signature({"serving_default": made}, "") == "serving_default"
