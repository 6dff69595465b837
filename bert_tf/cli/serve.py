"""`bert-tf serve`."""

import pathlib
import urllib.parse
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import rich_click as click

from bert_tf.cli.options import ALLOW_HOST, ALLOW_ORIGIN
from bert_tf.cli.output import echo
from bert_tf.quiet import quiet_start

if TYPE_CHECKING:
    from bert_tf.serving.manager import ModelManager
    from bert_tf.serving.metrics import Metrics
    from bert_tf.serving.policy import ModelConfig
    from bert_tf.serving.server import ServerOptions

_ABOUT = "For trying out a model on one machine. In production, serve the same folder with TensorFlow Serving."


@click.command()
@click.argument("model", type=click.Path(path_type=pathlib.Path), metavar="DIR")
@click.option("--rest-port", type=click.IntRange(0, 65535), default=8501, help="REST port [8501]; 0 picks a free one.")
@click.option("--grpc-port", type=click.IntRange(0, 65535), default=8500, help="gRPC port [8500]; 0 picks a free one.")
@click.option("--host", default="127.0.0.1", help="Address to listen on [127.0.0.1, this machine only].")
@click.option(
    "--model-config",
    type=click.Path(path_type=pathlib.Path),
    metavar="FILE",
    help="Version policy and labels, as in TensorFlow Serving's models.config; reloaded when it changes.",
)
@click.option("--max-batch-size", type=click.IntRange(1, 1024), default=32, help="Rows per batch, at most [32].")
@click.option(
    "--batch-timeout-micros",
    type=click.IntRange(0, 1_000_000),
    default=0,
    help="How long an idle model waits for more rows to batch [0].",
)
@click.option(
    "--max-requests", type=click.IntRange(1, 100_000), default=256, help="Concurrent requests; more get 503 [256]."
)
@click.option(
    "--max-connections",
    type=click.IntRange(1, 100_000),
    default=1024,
    help="Connections per port; more get 503 (REST) or are closed (gRPC) [1024].",
)
@click.option(
    "--max-request-bytes",
    type=click.IntRange(1024, 1 << 30),
    default=8 << 20,
    help="Bytes per request, decompressed and with repeated values expanded; more get 413 [8388608].",
)
@click.option(
    "--max-texts", type=click.IntRange(1, 1 << 20), default=1024, help="Texts per request; more get 413 [1024]."
)
@click.option(
    "--max-text-bytes",
    type=click.IntRange(1, 1 << 30),
    default=256 << 10,
    help="Bytes per text, before truncation; more get 413 [262144].",
)
@click.option(
    "--max-elements",
    type=click.IntRange(1, 1 << 30),
    default=1 << 20,
    help="Values per request, such as token ids; more get 413 [1048576].",
)
@ALLOW_HOST
@ALLOW_ORIGIN
def serve(
    model: pathlib.Path,
    rest_port: int,
    grpc_port: int,
    host: str,
    model_config: pathlib.Path | None,
    **limits: Any,
) -> None:
    """Try out the exported model in DIR on a local server with TensorFlow Serving's REST and gRPC APIs.

    A new version in DIR takes over once it is loaded; if it can't be loaded, the old one keeps serving. On SIGTERM,
    SIGHUP or Ctrl-C the server answers pending requests, then stops.

    Example: bert-tf serve models/imdb
    Example: bert-tf serve models/imdb --rest-port 0 --grpc-port 0
    """
    from bert_tf.export.folders import find_version
    from bert_tf.ports import host_and_port, is_public, listen

    # A wrong folder or a taken port is told before TensorFlow's seconds of start-up.
    version = find_version(model.resolve())
    config = _version_policy(model, version, model_config)
    with listen(host, rest_port, option="--rest-port") as rest, listen(host, grpc_port, option="--grpc-port") as grpc:
        rest_port, grpc_port, grpc_shown = rest.getsockname()[1], grpc.getsockname()[1], host_and_port(grpc)
    echo(f"Loading {version.parent.name} from {version.parent} …")
    with quiet_start():
        from bert_tf.serving.server import serve as serve_both

        manager, metrics = _loaded(version, config, model_config)
    if is_public(host):
        echo("Anyone who can reach this machine can use the model: it has no password.", err=True)
    # Only now: who finds the port open shall be answered.
    with listen(host, rest_port, option="--rest-port") as listener:
        models = f"http://{host_and_port(listener)}/v1/models/"
        serve_both(
            manager,
            metrics=metrics,
            listener=listener,
            grpc_address=f"[{host}]:{grpc_port}" if ":" in host else f"{host}:{grpc_port}",
            options=_server_options(host, limits),
            ready=lambda: _tell_ready(models, version.parent.name, grpc_shown, inputs=manager.default_inputs()),
        )
    echo("All pending requests were answered; the server has stopped.")


def _server_options(host: str, limits: dict[str, Any]) -> "ServerOptions":
    from bert_tf.http.connections import ConnectionLimits
    from bert_tf.http.descriptors import room_for_connections
    from bert_tf.http.origins import allowed_origins
    from bert_tf.serving.limits import RequestLimits
    from bert_tf.serving.server import ServerOptions

    of_requests = (limits[name] for name in ("max_request_bytes", "max_texts", "max_text_bytes", "max_elements"))
    return ServerOptions(
        max_batch_size=limits["max_batch_size"],
        batch_timeout=limits["batch_timeout_micros"] / 1e6,
        max_requests=limits["max_requests"],
        limits=RequestLimits(*of_requests),
        connections=ConnectionLimits(room_for_connections(2 * limits["max_connections"]) // 2),
        allowed=allowed_origins(host, hosts=limits["allowed_hosts"], origins=limits["allowed_page_origins"]),
    )


def _version_policy(model: pathlib.Path, version: pathlib.Path, path: pathlib.Path | None) -> "ModelConfig":
    """Which versions are served: as the file says; without one the newest, or the one that was named."""
    from bert_tf.serving.policy import ModelConfig, only, read_model_config

    if path is not None:
        return read_model_config(path, version.parent.name)
    return only(int(version.name)) if version == model.resolve() else ModelConfig()


def _loaded(
    version: pathlib.Path, config: "ModelConfig", config_path: pathlib.Path | None
) -> "tuple[ModelManager, Metrics]":
    """The model, with its first version in memory, and what counts its requests."""
    from bert_tf.serving.manager import ModelManager
    from bert_tf.serving.metrics import Metrics

    metrics, folder = Metrics(), version.parent
    manager = ModelManager(folder, name=folder.name, config=config, config_path=config_path, metrics=metrics, tell=echo)
    manager.load_first()
    return manager, metrics


def _tell_ready(models: str, name: str, grpc: str, *, inputs: Sequence[str]) -> None:
    from bert_tf.export.example_request import curl_line

    echo(f"REST  {models}{name}")
    echo(f"gRPC  {grpc}")
    if curl := curl_line(models + urllib.parse.quote(name, safe=""), inputs):
        echo(f"try   {curl}")
    echo(f"{_ABOUT} (press Ctrl-C to stop)")
