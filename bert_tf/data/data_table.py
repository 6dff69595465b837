"""What would be trained on, as a table for the terminal."""

from rich.console import Group
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from bert_tf.data.data_report import DataReport
from bert_tf.data.duplicates import leakage_note
from bert_tf.data.labels import label_notes
from bert_tf.plurals import counted

_MOST_SHOWN = 20


def data_table(report: DataReport) -> Group:
    """What the labels of each split come to; what was skipped and what leaks stands below."""
    table = Table(title="data", title_justify="left")
    table.add_column(report.summary.heading)
    for split in report.rows:
        table.add_column(split, justify="right")
    found = report.summary.by_split
    names = list(found["train"])
    for name in names[:_MOST_SHOWN]:
        table.add_row(escape(name), *(_written(found[split][name]) for split in report.rows))
    if len(names) > _MOST_SHOWN:
        table.add_row(f"… {counted(len(names) - _MOST_SHOWN, f'more {report.summary.heading}')}")
    table.add_section()
    table.add_row("all", *(str(rows) for rows in report.rows.values()))
    # Not as a caption: that is as narrow as the table.
    return Group(table, *(Text(note) for note in _notes(report)))


def _written(figure: float) -> str:
    return str(figure) if isinstance(figure, int) else f"{figure:.4g}"


def _notes(report: DataReport) -> list[str]:
    notes = [f"skipped: {cause.sentence}" for cause in report.bad_rows]
    notes += [leakage_note(split, count, report.rows[split]) for split, count in report.leakage.items() if count]
    if report.duplicates:
        texts = "1 train text repeats" if report.duplicates == 1 else f"{report.duplicates:,} train texts repeat"
        notes.append(f"{texts} an earlier one")
    notes += [
        f"dropped: {counted(count, f'{split} row')} with the text of an earlier row"
        for split, count in report.dropped.items()
        if count
    ]
    if report.contradictions:
        notes.append(report.contradictions.sentence)
    return [*report.remarks, *notes, *label_notes(report.alike, report.missing_values)]
