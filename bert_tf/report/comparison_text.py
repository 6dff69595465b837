"""A comparison of runs for the terminal."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from bert_tf.report.comparison import (
    RESOURCES,
    SEVERAL_TESTS,
    Answer,
    Comparison,
    Disagreement,
    Line,
    Pairing,
    score_text,
    shown,
)

_ROWS = 3
_CHARACTERS = 200
_LABELS = 10


def comparison_text(comparison: Comparison) -> Iterator[RenderableType]:
    """What the terminal shows, down to the verdict; the page has more of the rows."""
    yield _scores(comparison)
    for pair in comparison.pairs:
        yield Text(pair.sentence)
    if len(comparison.pairs) > 1:
        yield Text(SEVERAL_TESTS, style="dim")
    yield from _tables(comparison)
    for pair in comparison.pairs:
        yield from _disagreements(pair)
    yield Text(f"\nverdict  {comparison.verdict}", style="bold")
    for run in comparison.runs:
        if run.note:
            yield Text(f"warning  Run {run.number}: {run.note}", style="yellow")


def _scores(comparison: Comparison) -> Table:
    table = Table(title=f"Scores on the {comparison.split} rows (95% interval)", title_justify="left")
    table.add_column("run", justify="right")
    table.add_column("folder", overflow="fold")
    for column in ("status", "rows", *comparison.score_columns.values()):
        table.add_column(column)
    for run in comparison.runs:
        figures = (score_text(run.scores.get(name)) for name in comparison.score_columns)
        table.add_row(str(run.number), Text(run.path), run.status, shown(run.rows), *figures)
    return table


def _tables(comparison: Comparison) -> Iterator[RenderableType]:
    numbers = [run.number for run in comparison.runs]
    if comparison.recipe:
        yield _side_by_side("What differs in the recipes", comparison.recipe, numbers)
    else:
        yield Text("\nThe recipes are equal.")
    if comparison.surroundings:
        yield _side_by_side("What else differs", comparison.surroundings, numbers)
    if comparison.resources:
        yield _side_by_side("Speed, memory and cost", comparison.resources, numbers, named=lambda name: RESOURCES[name])
    if comparison.f1_by_label:
        apart = sorted(comparison.f1_by_label, key=_spread, reverse=True)[:_LABELS]
        yield _side_by_side("F1 by label, the most different first", apart, numbers, value=lambda f1: f"{f1:.4f}")


def _spread(line: Line) -> float:
    known = [value for value in line.values if value is not None]
    return max(known) - min(known)


def _side_by_side(
    title: str,
    lines: Sequence[Line],
    numbers: Sequence[int],
    *,
    named: Callable[[str], str] = str,
    value: Callable[[Any], str] = shown,
) -> Table:
    """A column for each run; a row for each where there are more runs than lines."""
    heads = [Text(f"run {number}") for number in numbers]
    names = [Text(named(line.name)) for line in lines]
    cells = [[Text("–" if each is None else value(each)) for each in line.values] for line in lines]
    if len(numbers) > max(len(lines), 4):
        heads, names, cells = names, heads, [list(column) for column in zip(*cells, strict=True)]
    table = Table("", title=f"\n{title}", title_justify="left")
    for head in heads:
        table.add_column(head)
    for name, row in zip(names, cells, strict=True):
        table.add_row(name, *row)
    return table


def _disagreements(pair: Pairing) -> Iterator[RenderableType]:
    """The surest rows of each kind."""
    one, other = f"run {pair.number}", f"run {pair.reference}"
    kinds = (
        (f"Right in {one}, wrong in {other}", pair.run_right, pair.accuracy.only_first),
        (f"Right in {other}, wrong in {one}", pair.reference_right, pair.accuracy.only_second),
    )
    for title, rows, count in kinds:
        if rows:
            yield Text(f"\n{title}: {count:,} {'row' if count == 1 else 'rows'}, most confident first", style="bold")
        for row in rows[:_ROWS]:
            yield Text(f"{row.place}, {row.label}: {_said(row.answer, one)}, {_said(row.reference, other)}")
            yield Padding(Text(_one_line(row), style="dim"), (0, 0, 0, 2))


def _said(answer: Answer, run: str) -> str:
    return f"{run} says {answer.label} ({answer.probability:.0%})"


def _one_line(row: Disagreement) -> str:
    """The start of a row's text."""
    whole = " ".join(f"{row.text} | {row.pair}".split() if row.pair is not None else row.text.split())
    return whole if len(whole) <= _CHARACTERS else f"{whole[:_CHARACTERS].rstrip()} …"
