"""`bert-tf verify`."""

import dataclasses
import pathlib
from typing import TYPE_CHECKING

import rich_click as click

from bert_tf.cli.options import JSON
from bert_tf.cli.output import echo, write_json
from bert_tf.plurals import counted
from bert_tf.quiet import quiet_start
from bert_tf.stage import Stage
from bert_tf.terminal import TerminalConsole

if TYPE_CHECKING:
    from rich.console import Console

    from bert_tf.export.verify import Verification


@click.command()
@click.argument("model", type=click.Path(path_type=pathlib.Path))
@click.option(
    "--rest", metavar="URL", help="Also send the golden requests to a running server, such as http://localhost:8501."
)
@click.option("--grpc", metavar="ADDRESS", help="The same over gRPC, such as localhost:8500.")
@click.option(
    "--public-key",
    type=click.Path(path_type=pathlib.Path, exists=True, dir_okay=False),
    help="Check the model's signature with this public key (PEM).",
)
@click.option("--latency/--no-latency", default=True, help="Measure latency [yes].")
@JSON
def verify(
    model: pathlib.Path,
    rest: str | None,
    grpc: str | None,
    public_key: pathlib.Path | None,
    latency: bool,
    as_json: bool,
) -> None:
    """Replay the golden requests of an exported MODEL in clean processes, without bert_tf.

    Writes which checks passed, failed or were not run to handoff/VERSION/conformance.json beside the model, and
    latencies to latency.json.

    Example: bert-tf verify runs/bbc-news/20260101-120000/export
    Example: bert-tf verify models/bbc-news --rest http://localhost:8501 --grpc localhost:8500
    """
    if rest is not None and not rest.startswith(("http://", "https://")):
        raise click.BadParameter(f"{rest} is not a URL; did you mean http://{rest} ?", param_hint="--rest")
    console = TerminalConsole(stderr=True)
    done = report(model, quiet=as_json, console=console, rest=rest, grpc=grpc, public_key=public_key, latency=latency)
    if as_json:
        write_json(dataclasses.asdict(done))


def report(
    model: pathlib.Path,
    *,
    quiet: bool = False,
    console: "Console | None" = None,
    rest: str | None = None,
    grpc: str | None = None,
    public_key: pathlib.Path | None = None,
    latency: bool = True,
) -> "Verification":
    """Verify a model, shown as a stage on the console, and say what was proved unless `quiet`."""
    from bert_tf.export.verify import LATENCY_SECONDS
    from bert_tf.export.verify import verify as replay

    if grpc is not None:
        with quiet_start():
            import tensorflow  # noqa: F401 - the messages of gRPC need it, and its notes are nobody's business
    seconds = LATENCY_SECONDS if latency else None
    with Stage(console, "verifying the exported model in clean processes"):
        done = replay(model, rest=rest, grpc=grpc, public_key=public_key, latency_seconds=seconds)
    if not quiet:
        tell(done)
    return done


def tell(done: "Verification") -> None:
    """Say what was proved of a model."""
    from bert_tf.cli.exported_numbers import number_lines
    from bert_tf.export.folders import read_manifest

    echo(f"model    {done.model}")
    for line in number_lines(read_manifest(done.model)):
        echo(line)
    echo(
        f"verified {counted(done.requests, 'golden request')} through {' and '.join(done.loaders)}, in batches and one "
        f"by one: largest difference {done.largest_difference:.1e} (allowed {done.tolerance:.0e})"
    )
    passed, not_run = (_names(done, status) for status in ("pass", "not run"))
    echo(f"checks   passed: {passed}; not run: {not_run or 'none'}")
    for check in done.checks:
        if check.status == "differs":
            echo(f"note     {check.name}/ is {check.detail}")
        elif check.name == "signature" and check.status == "pass":
            echo(f"signed   {check.detail}")


def _names(done: "Verification", status: str) -> str:
    return ", ".join(check.name for check in done.checks if check.status == status)
