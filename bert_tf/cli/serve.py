"""`bert-tf serve`."""

import pathlib

import rich_click as click

from bert_tf.cli.options import ALLOW_HOST, ALLOW_ORIGIN
from bert_tf.cli.output import echo
from bert_tf.quiet import quiet_start

_ABOUT = "This is for trying out a model on one machine. In production, serve the same folder with TensorFlow Serving."


@click.command()
@click.argument("model", type=click.Path(path_type=pathlib.Path), metavar="DIR")
@click.option("--rest-port", type=click.IntRange(0, 65535), default=8501, help="Of REST [8501]; 0 takes any.")
@click.option("--grpc-port", type=click.IntRange(0, 65535), default=8500, help="Of gRPC [8500]; 0 takes any.")
@click.option("--host", default="127.0.0.1", help="Who may reach it [127.0.0.1, this machine only].")
@click.option(
    "--model-config",
    type=click.Path(path_type=pathlib.Path),
    metavar="FILE",
    help="Version policy and labels, as in TensorFlow Serving's models.config; read again when it changes.",
)
@click.option("--max-batch-size", type=click.IntRange(1, 1024), default=32, help="Rows computed together [32].")
@click.option(
    "--batch-timeout-micros",
    type=click.IntRange(0, 1_000_000),
    default=0,
    help="How long a batch waits for more rows while nothing is computed [0].",
)
@click.option(
    "--max-requests", type=click.IntRange(1, 100_000), default=256, help="Under way at once; more get 503 [256]."
)
@click.option(
    "--max-connections",
    type=click.IntRange(1, 100_000),
    default=1024,
    help="Of each of both ports; more get 503, or are closed by gRPC [1024].",
)
@click.option(
    "--max-request-bytes",
    type=click.IntRange(1024, 1 << 30),
    default=8 << 20,
    help="Of a request, unpacked and with what stands for many values repeated; more gets 413 [8388608].",
)
@click.option("--max-texts", type=click.IntRange(1, 1 << 20), default=1024, help="Of a request; more get 413 [1024].")
@click.option(
    "--max-text-bytes",
    type=click.IntRange(1, 1 << 30),
    default=256 << 10,
    help="Of one text, before it is cut; more gets 413 [262144].",
)
@click.option(
    "--max-elements",
    type=click.IntRange(1, 1 << 30),
    default=1 << 20,
    help="Values of a request, such as ids; more get 413 [1048576].",
)
@ALLOW_HOST
@ALLOW_ORIGIN
def serve(
    model: pathlib.Path,
    rest_port: int,
    grpc_port: int,
    host: str,
    model_config: pathlib.Path | None,
    max_batch_size: int,
    batch_timeout_micros: int,
    max_requests: int,
    max_connections: int,
    max_request_bytes: int,
    max_texts: int,
    max_text_bytes: int,
    max_elements: int,
    allowed_hosts: tuple[str, ...],
    allowed_page_origins: tuple[str, ...],
) -> None:
    """Serve the exported model in DIR as TensorFlow Serving would: the same REST and gRPC, for trying it out.

    A version that appears in DIR takes over; one that can't be loaded leaves the old one serving. SIGTERM, SIGHUP and
    Ctrl-C end it when what is under way is answered.

    Example: bert-tf serve models/imdb
    Example: bert-tf serve models/imdb --rest-port 0 --grpc-port 0
    """
    from bert_tf.export.folders import find_version
    from bert_tf.http.connections import ConnectionLimits
    from bert_tf.http.descriptors import room_for_connections
    from bert_tf.http.origins import allowed_origins
    from bert_tf.ports import host_and_port, is_public, listen
    from bert_tf.serving.policy import ModelConfig, only, read_model_config

    # A wrong folder or a taken port is told before TensorFlow's seconds of start-up.
    version = find_version(model.resolve())
    name = version.parent.name
    if model_config is not None:
        config = read_model_config(model_config, name)
    else:
        config = only(int(version.name)) if version == model.resolve() else ModelConfig()
    with listen(host, rest_port, option="--rest-port") as rest, listen(host, grpc_port, option="--grpc-port") as grpc:
        rest_port, grpc_port, grpc_shown = rest.getsockname()[1], grpc.getsockname()[1], host_and_port(grpc)
    echo(f"Loading {name} from {version.parent} …")
    with quiet_start():
        from bert_tf.serving.limits import RequestLimits
        from bert_tf.serving.manager import ModelManager
        from bert_tf.serving.metrics import Metrics
        from bert_tf.serving.server import ServerOptions
        from bert_tf.serving.server import serve as serve_both

        metrics = Metrics()
        manager = ModelManager(
            version.parent, name=name, config=config, config_path=model_config, metrics=metrics, tell=echo
        )
        manager.load_first()
    if is_public(host):
        echo("Everybody who reaches this machine can use the model: it asks for no password.", err=True)
    # Only now: who finds the port open shall be answered.
    with listen(host, rest_port, option="--rest-port") as listener:
        serve_both(
            manager,
            metrics=metrics,
            listener=listener,
            grpc_address=f"[{host}]:{grpc_port}" if ":" in host else f"{host}:{grpc_port}",
            options=ServerOptions(
                max_batch_size=max_batch_size,
                batch_timeout=batch_timeout_micros / 1e6,
                max_requests=max_requests,
                limits=RequestLimits(max_request_bytes, max_texts, max_text_bytes, max_elements),
                connections=ConnectionLimits(room_for_connections(2 * max_connections) // 2),
                allowed=allowed_origins(host, hosts=allowed_hosts, origins=allowed_page_origins),
            ),
            ready=lambda: _tell_ready(f"http://{host_and_port(listener)}/v1/models/{name}", grpc_shown),
        )
    echo("All requests are answered; the server has ended.")


def _tell_ready(rest: str, grpc: str) -> None:
    echo(f"REST  {rest}")
    echo(f"gRPC  {grpc}")
    echo(f"{_ABOUT} (Ctrl-C ends it)")
