"""`bert-tf plan`."""

import dataclasses
import math
import time
from typing import TYPE_CHECKING

import rich_click as click

from bert_tf.cli.options import JSON, RECIPE, SET, given_recipe
from bert_tf.cli.output import progress_console, write_json
from bert_tf.plurals import counted
from bert_tf.quiet import quiet_start
from bert_tf.stage import Stage
from bert_tf.terminal import TerminalConsole

if TYPE_CHECKING:
    from bert_tf.planning.plan import Plan

_STAGES = {
    "start": "start-up, loading the encoder",
    "data": "data, from the cache",
    "contrast": "contrastive training of the encoder",
    "folds": "cross-validation",
    "training": "training",
    "mining": "mining of hard negatives",
    "validation": "validation after each epoch",
    "evaluation": "final evaluation",
    "export": "export and verification",
    "report": "report, with word attributions",
}


@click.command()
@RECIPE
@SET
@click.option("--steps", type=click.IntRange(1), help="Training steps to measure [up to 20, in a few seconds].")
@click.option("--instance", metavar="NAME", help="Estimate for a cloud instance, such as m7i.xlarge.")
@click.option("--dollars-per-hour", type=click.FloatRange(0), help="Price of the machine, instead of its list price.")
@JSON
def plan(
    recipe: str,
    assignments: tuple[str, ...],
    steps: int | None,
    instance: str | None,
    dollars_per_hour: float | None,
    as_json: bool,
) -> None:
    """Estimate how long RECIPE takes, how much memory it needs and what it costs, without training it.

    Measures a few steps of every batch shape on this machine, with the real data and model.

    Example: bert-tf plan imdb
    Example: bert-tf plan imdb --set text.max_tokens=512 --instance m7i.2xlarge
    Example: bert-tf plan imdb --dollars-per-hour 0.12 --json
    """
    from bert_tf.costs import find_instance

    # Mistakes are told before TensorFlow's seconds of start-up.
    resolved = given_recipe(recipe, assignments)
    if instance is not None:
        find_instance(instance)
    console = progress_console(as_json=True)
    with Stage(console, "starting TensorFlow") as stage:
        with quiet_start():
            from bert_tf.planning.plan import plan_recipe
        from bert_tf.environment import cache_folder
        from bert_tf.training.first_step import seconds_since_start

        planned = plan_recipe(
            resolved,
            cache_folder=cache_folder(),
            # Waiting for a disk that has not been read before is not what the next process does.
            start_up=min(time.process_time(), seconds_since_start() or math.inf),
            steps=steps,
            instance=instance,
            dollars_per_hour=dollars_per_hour,
            notice=stage.rename,
        )
    if as_json:
        write_json(dataclasses.asdict(planned))
    else:
        _show(planned)


def _show(planned: "Plan") -> None:
    from rich.table import Table

    table = Table(title=f"plan of {planned.recipe}", title_justify="left")
    table.add_column("stage")
    table.add_column("time", justify="right")
    table.add_column("share", justify="right")
    for stage, seconds in planned.stages.items():
        table.add_row(_STAGES[stage], _duration(seconds), f"{seconds / planned.seconds:.0%}")
    table.add_section()
    table.add_row("total, from command to report", _duration(planned.seconds), "")
    console = TerminalConsole()
    console.print(table)
    for line in [_sentence(planned), *planned.notes]:
        console.print(line, highlight=False, markup=False, soft_wrap=True)


def _sentence(planned: "Plan") -> str:
    machine, cost = planned.machine, planned.cost
    has = [counted(machine["cores"], "core"), *machine["features"][:1], *machine["gpus"]]
    where = planned.instance or f"this machine ({', '.join(has)})"
    price = f"list price of {cost.instance}, {cost.dated}" if cost.dated else "at the given price"
    if cost.dated and not planned.instance:
        price = f"list price of the most similar instance, {cost.instance}, {cost.dated}"
    return (
        f"About {_duration(planned.seconds)} on {where}: {planned.epochs} × {counted(planned.steps, 'step')} of "
        f"{_step(planned.epoch_seconds / planned.steps)}, {planned.compute}. It needs {planned.peak_memory_mib:,} of "
        f"{planned.memory_mib:,} MiB of memory, and costs about ${_money(cost.dollars)} ({price}) and "
        f"{cost.kilowatt_hours:.2g} kWh."
    )


def _duration(seconds: float) -> str:
    """`4.2 s`, `3 min 05 s` or `2 h 10 min`."""
    if seconds < 59.5:
        return f"{seconds:.1f} s" if seconds < 9.95 else f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest:02} s"
    return f"{minutes // 60:,} h {minutes % 60:02} min"


def _step(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"


def _money(dollars: float) -> str:
    """With two digits that tell something: `0.0031`, `0.25`, `12.40`."""
    return f"{dollars:.2f}" if dollars >= 0.1 else f"{dollars:.2g}"
