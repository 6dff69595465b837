"""`bert-tf`: the commands, and how a problem is told."""

import click

from bert_tf.cli.evaluate import evaluate
from bert_tf.cli.export import export
from bert_tf.cli.predict import predict
from bert_tf.cli.recipes import recipes
from bert_tf.cli.train import train
from bert_tf.cli.verify import verify
from bert_tf.errors import BertTfError, StoppedError

_INTERRUPTED = 130


class _Cli(click.Group):
    """Tells every error of bert_tf as its message, exit status 1; Ctrl-C is 130."""

    def invoke(self, context: click.Context) -> object:
        try:
            return super().invoke(context)
        except StoppedError as stop:
            click.echo(f"\n{stop}", err=True)
            context.exit(_INTERRUPTED)
        except KeyboardInterrupt:
            click.echo("\nStopped; nothing half-written was left.", err=True)
            context.exit(_INTERRUPTED)
        except BertTfError as problem:
            raise click.ClickException(str(problem)) from problem


@click.group(cls=_Cli, commands=[train, evaluate, predict, export, verify, recipes])
@click.version_option(package_name="bert_tf")
def cli() -> None:
    """From a recipe to a fine-tuned BERT-family model and a handoff for TensorFlow Serving."""


def main() -> None:
    """Entry point of the console script."""
    cli(prog_name="bert-tf")
