"""`bert-tf plan`."""

import dataclasses
from typing import TYPE_CHECKING

import rich_click as click

from bert_tf.cli.options import JSON, RECIPE, SET, given_recipe
from bert_tf.cli.output import progress_console, write_json
from bert_tf.quiet import quiet_start
from bert_tf.stage import Stage
from bert_tf.terminal import TerminalConsole

if TYPE_CHECKING:
    from bert_tf.planning.plan import Plan

_STAGES = {
    "start": "start, and loading the encoder",
    "data": "data, from the cache",
    "training": "training",
    "validation": "validation after each epoch",
    "evaluation": "evaluation at the end",
    "export": "export and verification",
    "report": "report, with the words that mattered",
}


@click.command()
@RECIPE
@SET
@click.option("--steps", type=click.IntRange(1), default=20, help="Steps of training that are measured [20].")
@click.option("--instance", metavar="NAME", help="Plan for a cloud instance, such as m7i.xlarge, by estimated rates.")
@click.option("--dollars-per-hour", type=click.FloatRange(0), help="What the machine costs, instead of a list price.")
@JSON
def plan(
    recipe: str,
    assignments: tuple[str, ...],
    steps: int,
    instance: str | None,
    dollars_per_hour: float | None,
    as_json: bool,
) -> None:
    """Say how long RECIPE will take, how much memory it needs and what it costs, and train nothing.

    Some steps of every shape of batches are measured on this machine, with the real data and model.

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
            start_up=seconds_since_start() or 0.0,
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
    table.add_row("from the command to the report", _duration(planned.seconds), "")
    console = TerminalConsole()
    console.print(table)
    for line in [_sentence(planned), *planned.notes]:
        console.print(line, highlight=False, markup=False, soft_wrap=True)


def _sentence(planned: "Plan") -> str:
    machine, cost = planned.machine, planned.cost
    has = [f"{machine['cores']} cores", *machine["features"][:1], *machine["gpus"]]
    where = planned.instance or f"this machine ({', '.join(has)})"
    price = f"list price of {cost.instance} of {cost.dated}" if cost.dated else "the price that was named"
    if cost.dated and not planned.instance:
        price = f"list price of {cost.instance}, which is most like it, of {cost.dated}"
    return (
        f"About {_duration(planned.seconds)} on {where}: {planned.epochs} × {planned.steps:,} steps of "
        f"{_step(planned.epoch_seconds / planned.steps)}, {planned.compute}. It needs {planned.peak_memory_mib:,} MiB "
        f"of {planned.memory_mib:,}, and costs about ${_money(cost.dollars)} ({price}) and "
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
