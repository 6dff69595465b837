"""`bert-tf verify`."""

import dataclasses
import pathlib
from typing import TYPE_CHECKING

import rich_click as click

from bert_tf.cli.options import JSON
from bert_tf.cli.output import write_json

if TYPE_CHECKING:
    from bert_tf.export.verify import Verification


@click.command()
@click.argument("model", type=click.Path(path_type=pathlib.Path))
@JSON
def verify(model: pathlib.Path, as_json: bool) -> None:
    """Replay the golden requests of an exported MODEL in a process that has nothing of bert_tf.

    Example: bert-tf verify runs/bbc-news/20260101-120000/export
    """
    done = report(model, quiet=as_json)
    if as_json:
        write_json(dataclasses.asdict(done))


def report(model: pathlib.Path, *, quiet: bool = False) -> "Verification":
    """Verify a model and say what was proved."""
    from bert_tf.export.verify import verify as replay

    done = replay(model)
    if quiet:
        return done
    click.echo(f"model    {done.model}")
    click.echo(
        f"verified {done.requests} golden requests through {' and '.join(done.loaders)}, in batches and one by one: "
        f"largest difference {done.largest_difference:.1e} (allowed {done.tolerance:.0e})"
    )
    return done
