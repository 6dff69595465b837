"""Warmup: the requests in a version's `assets.extra/tf_serving_warmup_requests`, sent before anybody else's.

As in tensorflow_serving/servables/tensorflow/saved_model_warmup_util.cc: TFRecords of PredictionLog, at most 1,000; a
bad one fails the load.
"""

import pathlib
from collections.abc import Callable

import grpc
import tensorflow as tf
from google.protobuf.message import DecodeError
from tensorflow_serving.apis import prediction_log_pb2

from bert_tf.serving.example_methods import EXAMPLE_METHODS
from bert_tf.serving.limits import RequestLimits
from bert_tf.serving.serialized_examples import example_array, serialized_examples
from bert_tf.serving.servable import Servable
from bert_tf.serving.signature import predict_signature
from bert_tf.serving.status import StatusError, invalid
from bert_tf.serving.tensors import arrays_of_protos, check_inputs

WARMUP_FILE = pathlib.PurePath("assets.extra", "tf_serving_warmup_requests")
_MOST_RECORDS = 1000
# Whoever exported the version made them; a client of the server they are not.
_UNLIMITED = RequestLimits(1 << 30, 1 << 30, 1 << 30, 1 << 30, 1 << 30)


def warm_up(servable: Servable, folder: pathlib.Path, *, ended: Callable[[], bool] = lambda: False) -> int:
    """Send a version its warmup requests; returns how many there were, 0 without the file.

    Args:
        servable: The version.
        folder: Where it stands.
        ended: Whether nobody waits for it any more; asked before each record.

    Raises:
        StatusError: a record is none, or is not answered; CANCELLED where nobody waits.
        tf.errors.OpError: the file is not in TFRecord format.
    """
    path = folder / WARMUP_FILE
    if not path.exists():
        return 0
    count = 0
    for count, record in enumerate(tf.data.TFRecordDataset(str(path)).as_numpy_iterator(), 1):
        if ended():
            raise StatusError(grpc.StatusCode.CANCELLED, "The server is shutting down")
        if count > _MOST_RECORDS:
            raise invalid(f"Number of warmup records exceeds the maximum ({_MOST_RECORDS}) at {path}")
        try:
            log = prediction_log_pb2.PredictionLog.FromString(record)
        except DecodeError as problem:
            raise invalid(f"Failed to parse warmup record {count} from {path}") from problem
        _replay(servable, log)
    return count


def _replay(servable: Servable, log: prediction_log_pb2.PredictionLog) -> None:
    kind = log.WhichOneof("log_type")
    if kind == "predict_log":
        request = log.predict_log.request
        name, signature = predict_signature(servable.signatures, request.model_spec.signature_name)
        inputs = arrays_of_protos(request.inputs, _UNLIMITED)
        check_inputs(inputs, signature)
        servable.run(name, inputs)
    elif (method := EXAMPLE_METHODS.get((kind or "").removesuffix("_log"))) is not None:
        request = getattr(log, str(kind)).request
        name = method.signature(servable.signatures, request.model_spec.signature_name)
        examples = serialized_examples(request.input, _UNLIMITED)
        method.results(servable.run(name, example_array(examples)), len(examples))
    else:
        raise StatusError(grpc.StatusCode.UNIMPLEMENTED, f"Unsupported log_type for warmup: {kind}")
