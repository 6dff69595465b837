"""`bert-tf tensorboard`."""

import contextlib
import pathlib
import signal

import rich_click as click

from bert_tf.cli.output import echo
from bert_tf.quiet import quiet_start


@click.command()
@click.option("--runs", type=click.Path(path_type=pathlib.Path), default="runs", help="Folder of runs [runs].")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=6006, help="Port to listen on [6006]; 0 picks a free one."
)
def tensorboard(runs: pathlib.Path, port: int) -> None:
    """Start TensorBoard on all runs, each named by its recipe, start time and score.

    Example: bert-tf tensorboard --port 6007
    """
    from bert_tf.workflow.dashboards import linked_runs, serve

    with linked_runs(runs) as folder:
        with quiet_start():
            # TensorBoard imports it anyhow, with the first page.
            import tensorflow  # noqa: F401
        echo(f"TensorBoard shows the runs in {runs} at {serve(folder, port=port)} (press Ctrl-C to stop)")
        with contextlib.suppress(KeyboardInterrupt):
            signal.pause()
