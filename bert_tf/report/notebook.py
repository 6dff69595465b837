"""What Python and notebooks show of a run: a line of text, and a small table in HTML, with everything escaped."""

import pathlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import markupsafe

from bert_tf.errors import RunError
from bert_tf.measures import Measure
from bert_tf.runs.run import RunFolder
from bert_tf.runs.run_metrics import MEASURED

Followed = Callable[[Mapping[str, Any]], Sequence[Measure]]


def run_text(run: RunFolder, followed: Followed) -> str:
    """`Run('runs/imdb/20260101-120000': trained, test macro F1 0.8998)`; says what can't be read of a damaged run.

    Args:
        run: In any state.
        followed: From the values of its recipe to the measures of its task, the one that tells most first.
    """
    try:
        status, metrics, measures = run.status, _metrics(run), _measures(run, followed)
    except RunError as problem:
        return f"Run({str(run.path)!r}: {problem.what})"
    first = measures[0]
    there = [split for split in MEASURED if split in metrics]
    measured = [f"{split} {first.name} {first.text(metrics[split][first.key])}" for split in there]
    return f"Run({str(run.path)!r}: {', '.join([status, *measured[-1:]])})"


def run_html(run: RunFolder, followed: Followed) -> str:
    """Folder, status and scores by split, with a link to the report where there is one; arguments as above."""
    try:
        status, metrics, measures = run.status, _metrics(run), _measures(run, followed)
    except RunError as problem:
        return paragraph(f"{run.path}: {problem.what}")
    rows = [
        [split, f"{metrics[split]['examples']:,}", *(each.text(metrics[split][each.key]) for each in measures)]
        for split in MEASURED
        if split in metrics
    ]
    scores = table(["", "texts", *(each.name for each in measures)], rows) if rows else ""
    return f"{paragraph(f'{run.path}: {status}')}{scores}{_link(run.path / 'report.html')}"


def _metrics(run: RunFolder) -> Mapping[str, Any]:
    return run.metrics if run.is_measured else {}


def _measures(run: RunFolder, followed: Followed) -> Sequence[Measure]:
    return followed(run.recipe_values)


def paragraph(text: str) -> str:
    """A paragraph of plain text."""
    return f"<p>{markupsafe.escape(text)}</p>"


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table of plain texts, a head for each column."""
    cells = [[f"<td>{markupsafe.escape(cell)}</td>" for cell in row] for row in rows]
    body = "".join(f"<tr>{''.join(row)}</tr>" for row in cells)
    return f"<table><tr>{''.join(f'<th>{markupsafe.escape(head)}</th>' for head in heads)}</tr>{body}</table>"


def _link(report: pathlib.Path) -> str:
    if not report.is_file():
        return ""
    return f'<p><a href="{markupsafe.escape(report.resolve().as_uri())}">report.html</a></p>'
