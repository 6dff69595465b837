"""`bert-tf`: the commands, and how a problem is told."""

import sys
from collections.abc import Sequence
from typing import Any

import rich_click as click

from bert_tf.cli.completion import completion
from bert_tf.cli.evaluate import evaluate
from bert_tf.cli.examples import show_examples
from bert_tf.cli.exit_codes import exit_code, exit_code_lines
from bert_tf.cli.export import export
from bert_tf.cli.output import problem_of, tell_problem
from bert_tf.cli.predict import predict
from bert_tf.cli.recipes import recipes
from bert_tf.cli.train import train
from bert_tf.cli.verify import verify

_HELP = click.RichHelpConfiguration(theme="default-slim", text_markup=None, max_width=110)


class _Cli(click.RichGroup):
    """Tells whatever ends a command as a sentence, or as JSON, with the exit status of its kind."""

    def main(self, args: Sequence[str] | None = None, *rest: Any, standalone_mode: bool = True, **named: Any) -> Any:
        """Run the command that the arguments name; `sys.argv` without them."""
        if not standalone_mode:
            return super().main(args, *rest, standalone_mode=False, **named)
        arguments = list(sys.argv[1:] if args is None else args)
        as_json = "--json" in arguments
        try:
            status = super().main(arguments, *rest, standalone_mode=False, **named)
        except (Exception, KeyboardInterrupt) as error:
            kind = problem_of(error)["kind"]
            if kind == "defect" and not as_json:
                raise
            tell_problem(error, as_json=as_json)
            status = exit_code(kind)
        sys.exit(status if isinstance(status, int) else 0)


@click.group(
    cls=_Cli,
    commands=[train, evaluate, predict, export, verify, recipes, completion],
    epilog=exit_code_lines(),
    context_settings={"rich_help_config": _HELP, "help_option_names": ["-h", "--help"]},
)
@click.version_option(package_name="bert_tf")
@click.command_panel("Look at data", commands=["new", "data", "recipes"])
@click.command_panel("Train", commands=["plan", "train", "evaluate"])
@click.command_panel("Look at runs", commands=["runs", "report", "compare", "tensorboard", "play"])
@click.command_panel("Hand over", commands=["predict", "export", "verify"])
@click.command_panel("This machine", commands=["doctor", "completion"])
def cli() -> None:
    """From a recipe to a fine-tuned BERT-family model and a handoff for TensorFlow Serving.

    Example: bert-tf new reviews --from reviews.csv
    Example: bert-tf data reviews
    Example: bert-tf train reviews
    """


show_examples(cli)


def main() -> None:
    """Entry point of the console script."""
    cli(prog_name="bert-tf")
