"""Both servers in one process, until a signal stops them: what is under way is finished, and nothing new is taken."""

import asyncio
import contextlib
import dataclasses
import signal
import socket
from collections.abc import AsyncIterator, Callable, Coroutine

import grpc
from grpc_health.v1.health import aio as health

from bert_tf.errors import MachineError
from bert_tf.http.connections import ConnectionLimits
from bert_tf.http.http_server import make_http_server
from bert_tf.http.origins import AllowedOrigins
from bert_tf.serving.batching import Batcher
from bert_tf.serving.grpc_server import GrpcService, make_server, set_serving
from bert_tf.serving.limits import RequestLimits
from bert_tf.serving.manager import ModelManager
from bert_tf.serving.metrics import Metrics
from bert_tf.serving.reading import Reader
from bert_tf.serving.reception import Reception
from bert_tf.serving.rest import make_app
from bert_tf.serving.service import Service

# Seconds for what is under way, and for telling the rest that there is no time left. Kubernetes kills after 30.
_GRACE = 20
_TELLING = 5
_NOTICED_WITHIN = 0.05  # seconds
_NAME = "bert-tf serve"
# A channel may be opened for as long as a program runs, and is opened again without a word where it was closed.
_GRPC_IDLE_SECONDS = 300


@dataclasses.dataclass(frozen=True)
class ServerOptions:
    """How both servers answer.

    Attributes:
        max_batch_size: Rows.
        batch_timeout: Seconds to wait for company.
        max_requests: Under way at once.
        limits: Of a request.
        connections: Limits of the clients of each server.
        allowed: Who may ask over HTTP; a page can't ask over gRPC.
    """

    max_batch_size: int
    batch_timeout: float
    max_requests: int
    limits: RequestLimits
    connections: ConnectionLimits
    allowed: AllowedOrigins

    def grpc(self) -> list[tuple[str, int]]:
        """The limits as gRPC takes them; times in milliseconds."""
        seconds = self.connections
        return [
            ("grpc.max_receive_message_length", self.limits.request_bytes),
            ("grpc.max_allowed_incoming_connections", seconds.most),
            ("grpc.max_concurrent_streams", self.max_requests),
            ("grpc.server_handshake_timeout_ms", int(seconds.headers * 1000)),
            ("grpc.max_connection_idle_ms", _GRPC_IDLE_SECONDS * 1000),
            # Whoever doesn't answer to a ping has gone without a word.
            ("grpc.keepalive_time_ms", int(seconds.body * 1000)),
            ("grpc.keepalive_timeout_ms", int(seconds.headers * 1000)),
        ]


def serve(
    manager: ModelManager,
    *,
    metrics: Metrics,
    listener: socket.socket,
    grpc_address: str,
    options: ServerOptions,
    ready: Callable[[], None],
) -> None:
    """Serve until SIGTERM, SIGHUP or Ctrl-C, then drain and return.

    Args:
        manager: With its first versions loaded.
        metrics: Those of the manager.
        listener: For REST; closed on return.
        grpc_address: `host:port`.
        options: Limits, batches, and who may ask.
        ready: Called when both servers answer.

    Raises:
        MachineError: the gRPC port can't be had.
    """
    batcher = Batcher(
        max_batch_size=options.max_batch_size,
        timeout=options.batch_timeout,
        # Enough for two of the largest requests.
        max_enqueued_rows=2 * options.limits.texts,
        metrics=metrics,
    )
    service = Service(
        manager, batcher=batcher, metrics=metrics, max_requests=options.max_requests, limits=options.limits
    )
    asyncio.run(_serve(service, batcher, options, listener=listener, grpc_address=grpc_address, ready=ready))


async def _serve(
    service: Service,
    batcher: Batcher,
    options: ServerOptions,
    *,
    listener: socket.socket,
    grpc_address: str,
    ready: Callable[[], None],
) -> None:
    reception, reader = Reception(seconds=options.connections.body), Reader()
    grpc_server, servicer = make_server(GrpcService(service, reception=reception, reader=reader), options.grpc())
    rest_server = make_http_server(
        make_app(service, reception=reception, reader=reader),
        allowed=options.allowed,
        limits=options.connections,
        grace=_GRACE + _TELLING,
        name=_NAME,
    )
    # uvicorn hands a signal on when it is done with it; by then it has been obeyed.
    for handled in (signal.SIGINT, signal.SIGTERM):
        signal.signal(handled, lambda *_: None)
    # uvicorn doesn't know it.
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, lambda *_: setattr(rest_server, "should_exit", True))
    async with _in_background(batcher.work()):
        await _start(grpc_server, servicer, grpc_address)
        serving = asyncio.create_task(rest_server.serve(sockets=[listener]))
        while not rest_server.started and not serving.done():
            await asyncio.sleep(_NOTICED_WITHIN)
        ready()
        # Not while it drains: what is left of the time is for the answers.
        async with _in_background(service.manager.watch()):
            while not rest_server.should_exit and not serving.done():
                await asyncio.sleep(_NOTICED_WITHIN)
        await servicer.enter_graceful_shutdown()
        late = asyncio.get_running_loop().call_later(_GRACE, batcher.refuse_waiting)
        await asyncio.gather(serving, grpc_server.stop(_GRACE + _TELLING))
        late.cancel()
        await service.manager.close()
    reader.close()


async def _start(server: grpc.aio.Server, servicer: health.HealthServicer, address: str) -> None:
    try:
        server.add_insecure_port(address)
    except RuntimeError as problem:
        raise MachineError(f"{address} can't be bound.", where="gRPC", hint="use another --grpc-port") from problem
    await server.start()
    await set_serving(servicer)


@contextlib.asynccontextmanager
async def _in_background(*work: Coroutine[None, None, None]) -> AsyncIterator[None]:
    """Runs coroutines beside the block and cancels them after it."""
    tasks = [asyncio.create_task(each) for each in work]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
