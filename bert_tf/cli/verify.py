"""`bert-tf verify`."""

import pathlib

import click


@click.command()
@click.argument("model", type=click.Path(path_type=pathlib.Path))
def verify(model: pathlib.Path) -> None:
    """Replay the golden requests of an exported MODEL in a process that has nothing of bert_tf.

    Example: bert-tf verify runs/bbc-news/20260101-120000/export
    """
    report(model)


def report(model: pathlib.Path) -> None:
    """Verify a model and say what was proved."""
    from bert_tf.export.verify import verify as replay

    done = replay(model)
    click.echo(f"model    {done.model}")
    click.echo(
        f"verified {done.requests} golden requests through {' and '.join(done.loaders)}, in batches and one by one: "
        f"largest difference {done.largest_difference:.1e} (allowed {done.tolerance:.0e})"
    )
