"""Work that nobody waits for any more, over both protocols and real connections, is not gone on with."""

import asyncio
import contextlib
import json
import threading

import grpc
import pytest
import tensorflow as tf
from event_loop import run_coroutine
from tensorflow_serving.apis import predict_pb2, prediction_service_pb2_grpc

from bert_tf.http.connections import ConnectionLimits
from bert_tf.http.http_server import make_http_server
from bert_tf.http.origins import allowed_origins
from bert_tf.ports import listen
from bert_tf.serving.batching import Batcher
from bert_tf.serving.grpc_server import GrpcService, make_server
from bert_tf.serving.limits import RequestLimits
from bert_tf.serving.manager import ModelManager
from bert_tf.serving.metrics import Metrics
from bert_tf.serving.policy import ModelConfig
from bert_tf.serving.reading import Reader
from bert_tf.serving.reception import Reception
from bert_tf.serving.rest import make_app
from bert_tf.serving.service import Service

ROWS = 20
# That a machine may take that is busy with other things.
SECONDS = 300


class Gated:
    """Both servers of a model whose batches, of four rows, wait at a gate."""

    def __init__(self, folder):
        metrics = Metrics()
        self.manager = ModelManager(
            folder, name="odd", config=ModelConfig(), config_path=None, metrics=metrics, tell=lambda line: None
        )
        self.manager.load_first()
        self.batcher = Batcher(max_batch_size=4, timeout=0, max_enqueued_rows=100, metrics=metrics)
        self.service = Service(
            self.manager, batcher=self.batcher, metrics=metrics, max_requests=100, limits=RequestLimits()
        )
        self.batches, self.opened = [], threading.Event()
        servable = self.manager.find(predict_pb2.PredictRequest(model_spec={"name": "odd"}).model_spec)
        self.compute, servable.run = servable.run, self.run

    def run(self, name, inputs):
        self.batches.append(len(inputs["x"]))
        self.opened.wait(SECONDS)
        return self.compute(name, inputs)

    @contextlib.asynccontextmanager
    async def serving(self):
        reception, reader = Reception(seconds=SECONDS), Reader()
        grpc_server, _ = make_server(GrpcService(self.service, reception=reception, reader=reader), [])
        port = grpc_server.add_insecure_port("127.0.0.1:0")
        with listen("127.0.0.1", 0) as listener:
            rest_server = make_http_server(
                make_app(self.service, reception=reception, reader=reader),
                allowed=allowed_origins("127.0.0.1"),
                limits=ConnectionLimits(100, headers=SECONDS, body=SECONDS, answer=SECONDS, probe=0.1),
                grace=1,
            )
            tasks = [asyncio.create_task(each) for each in (self.batcher.work(), rest_server.serve(sockets=[listener]))]
            await grpc_server.start()
            while not rest_server.started:
                await asyncio.sleep(0.01)
            yield listener.getsockname(), f"127.0.0.1:{port}"
            rest_server.should_exit = True
            await grpc_server.stop(0)
            tasks[0].cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def counted(self, status):
        while f'status="{status}"}} 1.0' not in self.service.metrics.exposition():
            await asyncio.sleep(0.01)


async def ask_over_rest(address):
    reader, writer = await asyncio.open_connection(*address)
    body = json.dumps({"instances": [1.0] * ROWS}).encode()
    head = f"POST /v1/models/odd:predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n\r\n"
    writer.write(head.encode() + body)
    await writer.drain()
    return reader, writer


def request_of(rows):
    request = predict_pb2.PredictRequest(model_spec={"name": "odd"})
    request.inputs["x"].CopyFrom(tf.make_tensor_proto([1.0] * rows))
    return request


@pytest.mark.parametrize("how", ["closed", "aborted", "grpc deadline", "grpc cancelled"])
def test_a_request_whose_client_goes_is_computed_no_further(odd_model, how):
    async def leave(rest, address, seconds):
        if not how.startswith("grpc"):
            _, writer = await ask_over_rest(rest)
            while not gated.batches:
                await asyncio.sleep(0.01)
            writer.close() if how == "closed" else writer.transport.abort()
            return
        async with grpc.aio.insecure_channel(address) as channel:
            call = prediction_service_pb2_grpc.PredictionServiceStub(channel).Predict(
                request_of(ROWS), timeout=seconds if how == "grpc deadline" else SECONDS
            )
            while not gated.batches and not call.done():
                await asyncio.sleep(0.01)
            if how == "grpc cancelled":
                call.cancel()
            await asyncio.gather(call, return_exceptions=True)

    async def scenario(seconds):
        async with gated.serving() as (rest, address):
            await leave(rest, address, seconds)
            if not gated.batches:
                gated.opened.set()
                return None
            await gated.counted("CANCELLED")
            gated.opened.set()
            async with grpc.aio.insecure_channel(address) as channel:
                stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
                return await stub.Predict(request_of(1), timeout=SECONDS)

    # A time that was over before it was begun with, so busy was this machine, says nothing: then it is longer.
    for seconds in (0.5, 5, 50):
        gated = Gated(odd_model.parent)
        if (answer := run_coroutine(asyncio.wait_for(scenario(seconds), SECONDS))) is not None:
            break
    assert list(answer.outputs["y"].float_val) == [1.0]
    # What had begun is ended; of twenty rows sixteen are not computed.
    assert gated.batches == [4, 1]


def test_a_half_closed_client_is_answered_in_full(odd_model):
    gated = Gated(odd_model.parent)

    async def scenario():
        async with gated.serving() as (rest, _):
            reader, writer = await ask_over_rest(rest)
            writer.write_eof()
            # Long enough that the server has asked whether somebody is there.
            await asyncio.sleep(0.5)
            gated.opened.set()
            return await reader.read()

    answer = run_coroutine(asyncio.wait_for(scenario(), SECONDS))
    assert json.loads(answer.rpartition(b"\r\n\r\n")[2]) == {"predictions": [1.0] * ROWS}
    assert gated.batches == [4] * 5
