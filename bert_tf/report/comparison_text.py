"""A comparison of runs for the terminal."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from bert_tf.inline_code import without_backticks
from bert_tf.plurals import counted
from bert_tf.report.compared_runs import Answer, Disagreement, Line, Pairing
from bert_tf.report.comparison import LEAKED, RESOURCES, SEVERAL_TESTS, WITHOUT_LEAKED, Comparison, shown
from bert_tf.report.paired_words import PairedWords
from bert_tf.scores import score_text

_ROWS = 3
_CHARACTERS = 200
_PARTS = 10


def comparison_text(comparison: Comparison) -> Iterator[RenderableType]:
    """What the terminal shows, down to the verdict; the page has more of the rows."""
    for run in comparison.runs:
        yield Text(f"run {run.number}    {run.path}")
    yield from _scores(comparison)
    for pair in comparison.pairs:
        yield Text(comparison.sentence(pair))
    if len(comparison.pairs) > 1:
        yield Text(SEVERAL_TESTS, style="dim")
    yield from _tables(comparison)
    for pair in comparison.pairs:
        yield from _disagreements(pair, comparison.words)
    yield Text(f"\nverdict  {comparison.verdict}", style="bold")
    for run in comparison.runs:
        if run.note:
            yield Text(f"warning  Run {run.number}: {without_backticks(run.note)}", style="yellow")


def _scores(comparison: Comparison) -> Iterator[Table]:
    """A table of all scores, or two where some rows are left out of the second: one would be too wide."""
    columns = comparison.score_columns
    leaked = {name: head.removesuffix(WITHOUT_LEAKED) for name, head in columns.items() if name.endswith(LEAKED)}
    whole = {name: head for name, head in columns.items() if name not in leaked}
    yield _score_table(comparison, whole, title=f"\nScores on the {comparison.split} rows (95% interval)")
    if leaked:
        yield _score_table(comparison, leaked, title="\nWithout texts that also appear in the training set")


def _score_table(comparison: Comparison, columns: Mapping[str, str], *, title: str) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column("run", justify="right", no_wrap=True)
    for column in ("status", "rows"):
        table.add_column(column, no_wrap=True)
    for column in columns.values():
        table.add_column(column)
    for run in comparison.runs:
        figures = (comparison.score_of(run, name) for name in columns)
        table.add_row(str(run.number), run.status, shown(run.rows), *figures)
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
    if comparison.breakdown and comparison.breakdown.lines:
        apart = sorted(comparison.breakdown.lines, key=_spread, reverse=True)[:_PARTS]
        title = f"{comparison.breakdown.score} by {comparison.breakdown.part}, largest difference first"
        yield _side_by_side(title, apart, numbers, value=score_text)


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
    table.columns[0].overflow = "fold"  # a key or a value that is cut says too little, in a log of 80 columns, say
    for head in heads:
        table.add_column(head, overflow="fold")
    for name, row in zip(names, cells, strict=True):
        table.add_row(name, *row)
    return table


def _disagreements(pair: Pairing, words: PairedWords) -> Iterator[RenderableType]:
    """The first rows of each kind."""
    one, other = f"run {pair.number}", f"run {pair.reference}"
    kinds = (
        (words.title_of(one, other), pair.run_better, pair.paired.only_first),
        (words.title_of(other, one), pair.reference_better, pair.paired.only_second),
    )
    for title, rows, count in kinds:
        if rows:
            yield Text(f"\n{title}: {counted(count, 'row')}, {words.order}", style="bold")
        for row in rows[:_ROWS]:
            predicted = f"{_predicted(row.answer, one)}, {_predicted(row.reference, other)}"
            yield Text(f"{row.place}, expected {row.expected}: {predicted}")
            yield Padding(Text(_one_line(row), style="dim"), (0, 0, 0, 2))


def _predicted(answer: Answer, run: str) -> str:
    return f"{run} predicted {answer.predicted} ({answer.figure_text})"


def _one_line(row: Disagreement) -> str:
    """The start of a row's text."""
    whole = " ".join(f"{row.text} | {row.pair}".split() if row.pair is not None else row.text.split())
    return whole if len(whole) <= _CHARACTERS else f"{whole[:_CHARACTERS].rstrip()} …"
