"""Both servers in one process, until a signal stops them: what is under way is finished, and nothing new is taken."""

import asyncio
import contextlib
import signal
import socket
from collections.abc import AsyncIterator, Callable, Coroutine

import grpc
import uvicorn
from grpc_health.v1.health import aio as health

from bert_tf.errors import MachineError
from bert_tf.serving.batching import Batcher
from bert_tf.serving.grpc_server import make_server, set_serving
from bert_tf.serving.manager import ModelManager
from bert_tf.serving.metrics import Metrics
from bert_tf.serving.rest import make_app
from bert_tf.serving.service import Service

MAX_BODY_BYTES = 16 << 20
MAX_ROWS = 1024
MAX_ROW_ELEMENTS = 4096
# Enough for two of the largest requests.
_MAX_ENQUEUED_ROWS = 2 * MAX_ROWS
# Seconds for what is under way, and for telling the rest that there is no time left. Kubernetes kills after 30.
_GRACE = 20
_TELLING = 5
_NOTICED_WITHIN = 0.05  # seconds


def serve(
    manager: ModelManager,
    *,
    metrics: Metrics,
    listener: socket.socket,
    grpc_address: str,
    max_batch_size: int,
    batch_timeout: float,
    max_requests: int,
    ready: Callable[[], None],
) -> None:
    """Serve until SIGTERM, SIGHUP or Ctrl-C, then drain and return.

    Args:
        manager: With its first versions loaded.
        metrics: Those of the manager.
        listener: For REST; closed on return.
        grpc_address: `host:port`.
        max_batch_size: Rows.
        batch_timeout: Seconds to wait for company.
        max_requests: Under way at once.
        ready: Called when both servers answer.

    Raises:
        MachineError: the gRPC port can't be had.
    """
    asyncio.run(
        _serve(
            manager,
            metrics=metrics,
            listener=listener,
            grpc_address=grpc_address,
            batcher=Batcher(
                max_batch_size=max_batch_size,
                timeout=batch_timeout,
                max_enqueued_rows=_MAX_ENQUEUED_ROWS,
                metrics=metrics,
            ),
            max_requests=max_requests,
            ready=ready,
        )
    )


async def _serve(
    manager: ModelManager,
    *,
    metrics: Metrics,
    listener: socket.socket,
    grpc_address: str,
    batcher: Batcher,
    max_requests: int,
    ready: Callable[[], None],
) -> None:
    service = Service(
        manager,
        batcher=batcher,
        metrics=metrics,
        max_requests=max_requests,
        max_rows=MAX_ROWS,
        max_row_elements=MAX_ROW_ELEMENTS,
    )
    grpc_server, servicer = make_server(service, max_message_bytes=MAX_BODY_BYTES)
    rest_server = _rest_server(service)
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
        async with _in_background(manager.watch()):
            while not rest_server.should_exit and not serving.done():
                await asyncio.sleep(_NOTICED_WITHIN)
        await servicer.enter_graceful_shutdown()
        late = asyncio.get_running_loop().call_later(_GRACE, batcher.refuse_waiting)
        await asyncio.gather(serving, grpc_server.stop(_GRACE + _TELLING))
        late.cancel()
        await manager.close()


def _rest_server(service: Service) -> uvicorn.Server:
    return uvicorn.Server(
        uvicorn.Config(
            make_app(service, max_body_bytes=MAX_BODY_BYTES),
            log_level="warning",
            access_log=False,
            server_header=False,
            headers=[("Server", "bert-tf serve")],
            lifespan="off",
            # httptools, which uvicorn takes where it is installed, reads headers of any length.
            http="h11",
            ws="none",
            timeout_graceful_shutdown=_GRACE + _TELLING,
        )
    )


async def _start(server: grpc.aio.Server, servicer: health.HealthServicer, address: str) -> None:
    try:
        server.add_insecure_port(address)
    except RuntimeError as problem:
        raise MachineError(
            f"{address} can't be listened on.", where="gRPC", hint="take another --grpc-port"
        ) from problem
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
