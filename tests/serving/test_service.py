import grpc
import numpy as np
import pytest
from event_loop import run_coroutine
from tensorflow_serving.apis import model_pb2

from bert_tf.serving.batching import Batcher
from bert_tf.serving.example_methods import CLASSIFY, REGRESS
from bert_tf.serving.limits import RequestLimits
from bert_tf.serving.manager import ModelManager
from bert_tf.serving.metrics import Metrics
from bert_tf.serving.policy import ModelConfig
from bert_tf.serving.service import Service
from bert_tf.serving.status import StatusError

LIMITS = RequestLimits(texts=10, row_elements=5)


@pytest.fixture
def service(odd_model):
    metrics = Metrics()
    manager = ModelManager(
        odd_model.parent, name="odd", config=ModelConfig(), config_path=None, metrics=metrics, tell=lambda line: None
    )
    manager.load_first()
    batcher = Batcher(max_batch_size=4, timeout=0, max_enqueued_rows=100, metrics=metrics)
    return Service(manager, batcher=batcher, metrics=metrics, max_requests=2, limits=LIMITS)


def refused(awaitable):
    with pytest.raises(StatusError) as caught:
        run_coroutine(awaitable)
    return caught.value.code


def spec(signature=""):
    return model_pb2.ModelSpec(name="odd", signature_name=signature)


def test_too_many_requests_at_once(service):
    with service.request("odd", api="predict", entrypoint="REST"), service.request("odd", api="", entrypoint="GRPC"):
        with pytest.raises(StatusError) as caught, service.request("odd", api="predict", entrypoint="REST"):
            pass
        assert caught.value.code == grpc.StatusCode.UNAVAILABLE
    with service.request("odd", api="predict", entrypoint="REST"):
        pass
    text = service.metrics.exposition()
    assert ':tensorflow:serving:request_count{model_name="odd",status="UNAVAILABLE"} 1.0' in text
    assert ':tensorflow:serving:request_count{model_name="odd",status="OK"} 3.0' in text


def test_too_many_large_requests_at_once(service):
    def asked(size):
        return service.request("odd", api="predict", entrypoint="REST", size=size)

    with asked(100 << 20), pytest.raises(StatusError) as caught, asked(100 << 20):
        pass
    assert caught.value.code == grpc.StatusCode.UNAVAILABLE
    with asked(100 << 20), asked(1000):
        pass


def test_names_of_other_models_are_counted_together(service):
    for name in ("a", "b"):
        with pytest.raises(ZeroDivisionError), service.request(name, api="", entrypoint="REST"):
            raise ZeroDivisionError
    text = service.metrics.exposition()
    assert ':tensorflow:serving:request_count{model_name="",status="INTERNAL"} 2.0' in text


def test_too_many_rows(service):
    assert refused(service.predict(spec(), {"x": np.ones(11, np.float32)})) == grpc.StatusCode.RESOURCE_EXHAUSTED
    for method, signature in ((CLASSIFY, "scores"), (REGRESS, "regress")):
        asked = service.infer(method, spec(signature), [b""] * 11)
        assert refused(asked) == grpc.StatusCode.RESOURCE_EXHAUSTED


def test_too_long_rows(service):
    ids = {"ids": np.ones([1, 6], np.int32)}
    assert refused(service.predict(spec("company"), ids)) == grpc.StatusCode.RESOURCE_EXHAUSTED


def test_the_signature_of_a_json_request(service):
    assert list(service.inputs_of(spec()).inputs) == ["x"]
    with pytest.raises(StatusError, match='Serving signature name: "none" not found in signature def'):
        service.inputs_of(spec("none"))
