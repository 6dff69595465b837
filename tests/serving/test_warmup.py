import grpc
import pytest
import tensorflow as tf
from tensorflow_serving.apis import prediction_log_pb2

from bert_tf.serving.servable import Servable
from bert_tf.serving.status import StatusError
from bert_tf.serving.warmup import WARMUP_FILE, warm_up


def predict_log(value, name="x"):
    log = prediction_log_pb2.PredictionLog()
    log.predict_log.request.inputs[name].CopyFrom(tf.make_tensor_proto(value, tf.float32))
    return log


def classify_log():
    log = prediction_log_pb2.PredictionLog()
    log.classify_log.request.model_spec.signature_name = "scores"
    log.classify_log.request.input.example_list.examples.add()
    return log


def regress_log(signature="regress"):
    log = prediction_log_pb2.PredictionLog()
    log.regress_log.request.model_spec.signature_name = signature
    example = log.regress_log.request.input.example_list.examples.add()
    example.features.feature["x"].float_list.value.append(1.0)
    return log


def write(folder, records):
    path = folder / WARMUP_FILE
    path.parent.mkdir(exist_ok=True)
    with tf.io.TFRecordWriter(str(path)) as writer:
        for record in records:
            writer.write(record)


def test_records_are_replayed(model_folder):
    folder = model_folder / "1"
    servable = Servable(folder)
    assert warm_up(servable, folder) == 0
    seen = []
    answer = servable.run
    servable.run = lambda name, inputs: seen.append(name) or answer(name, inputs)
    write(folder, [log.SerializeToString() for log in (predict_log([1.0]), classify_log(), regress_log())])
    assert warm_up(servable, folder) == 3
    assert seen == ["serving_default", "scores", "regress"]


@pytest.mark.parametrize(
    ("records", "words"),
    [
        ([b"\xff\xff"], "Failed to parse warmup record 1"),
        ([predict_log([1.0], name="none").SerializeToString()], "input tensor alias not found"),
        ([regress_log("scores").SerializeToString()], "No regression outputs found"),
        ([regress_log("wide").SerializeToString()], "Expected output Tensor shape"),
        ([b""], "Unsupported log_type for warmup"),
        ([predict_log([1.0]).SerializeToString()] * 1001, r"exceeds the maximum \(1000\)"),
    ],
)
def test_a_bad_record_fails_the_load(model_folder, odd, records, words):
    write(model_folder / "1", records)
    with pytest.raises(StatusError, match=words):
        warm_up(odd, model_folder / "1")


def test_a_file_that_is_not_of_records(model_folder, odd):
    write(model_folder / "1", [])
    (model_folder / "1" / WARMUP_FILE).write_bytes(b"nothing of the kind")
    with pytest.raises(tf.errors.DataLossError):
        warm_up(odd, model_folder / "1")


def test_nobody_waits_any_more(model_folder, odd):
    write(model_folder / "1", [predict_log([1.0]).SerializeToString()])
    with pytest.raises(StatusError) as caught:
        warm_up(odd, model_folder / "1", ended=lambda: True)
    assert caught.value.code == grpc.StatusCode.CANCELLED
