"""`bert-tf`: the commands, and how a problem is told."""

import itertools
import sys
import traceback
from collections.abc import Sequence
from typing import Any

import rich_click as click

from bert_tf.cli.compare import compare
from bert_tf.cli.completion import completion
from bert_tf.cli.data import data
from bert_tf.cli.doctor import doctor
from bert_tf.cli.encoders import encoders
from bert_tf.cli.evaluate import evaluate
from bert_tf.cli.examples import show_examples
from bert_tf.cli.exit_codes import exit_code, exit_code_lines
from bert_tf.cli.export import export
from bert_tf.cli.index import index
from bert_tf.cli.monitor import monitor
from bert_tf.cli.new import new
from bert_tf.cli.output import echo, problem_of, tell_problem
from bert_tf.cli.plan import plan
from bert_tf.cli.play import play
from bert_tf.cli.predict import predict
from bert_tf.cli.prepare import prepare
from bert_tf.cli.prove_resume import prove_resume
from bert_tf.cli.recipes import recipes
from bert_tf.cli.report import report
from bert_tf.cli.runs import runs
from bert_tf.cli.score import score
from bert_tf.cli.serve import serve
from bert_tf.cli.tensorboard import tensorboard
from bert_tf.cli.train import train
from bert_tf.cli.tune import tune
from bert_tf.cli.verify import verify
from bert_tf.standard_streams import outlast_readers
from bert_tf.stop_signals import StopSignals
from bert_tf.terminal import accept_all_text

_HELP = click.RichHelpConfiguration(theme="default-slim", text_markup=None, max_width=110)


class _Cli(click.RichGroup):
    """Tells whatever ends a command as a sentence, or as JSON, with the exit status of its kind."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """Run the command that the arguments name; `sys.argv` without them."""
        accept_all_text(sys.stdout, sys.stderr)
        if not standalone_mode:
            return super().main(args, prog_name, complete_var, False, **extra)
        arguments = list(sys.argv[1:] if args is None else args)
        as_json = "--json" in itertools.takewhile(lambda argument: argument != "--", arguments)
        with StopSignals() as signals:
            try:
                status = super().main(arguments, prog_name, complete_var, False, obj=signals, **extra)
            except (Exception, KeyboardInterrupt) as error:
                problem = problem_of(error, stopped_by=signals.received)
                if problem["kind"] == "defect":
                    echo(traceback.format_exc(), err=True)
                tell_problem(problem, as_json=as_json)
                status = exit_code(problem["kind"])
        sys.exit(status if isinstance(status, int) else 0)


@click.group(
    cls=_Cli,
    commands=[
        new,
        data,
        prepare,
        plan,
        train,
        tune,
        evaluate,
        predict,
        score,
        monitor,
        export,
        index,
        verify,
        serve,
        recipes,
        encoders,
        runs,
        report,
        compare,
        tensorboard,
        play,
        doctor,
        prove_resume,
        completion,
    ],
    epilog=exit_code_lines(),
    context_settings={"rich_help_config": _HELP, "help_option_names": ["-h", "--help"]},
)
@click.version_option(package_name="bert_tf")
@click.command_panel("Data", commands=["new", "data", "prepare", "recipes", "encoders"])
@click.command_panel("Train", commands=["plan", "train", "tune", "evaluate"])
@click.command_panel("Inspect runs", commands=["runs", "report", "compare", "tensorboard", "play"])
@click.command_panel(
    "Predict and deploy", commands=["predict", "score", "monitor", "export", "index", "verify", "serve"]
)
@click.command_panel("Environment", commands=["doctor", "prove-resume", "completion"])
def cli() -> None:
    """Fine-tune BERT-family models from recipe files and hand them off to TensorFlow Serving.

    Example: bert-tf new reviews --from reviews.csv
    Example: bert-tf data reviews
    Example: bert-tf train reviews
    """


show_examples(cli)


def main() -> None:
    """Entry point of the console script."""
    outlast_readers()
    cli(prog_name="bert-tf")
