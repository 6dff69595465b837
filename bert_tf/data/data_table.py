"""What would be trained on, as a table for the terminal."""

from rich.console import Group
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from bert_tf.data.data_report import DataReport
from bert_tf.data.duplicates import leakage_note
from bert_tf.data.labels import label_notes
from bert_tf.plurals import counted

_SHOWN_LABELS = 20


def data_table(report: DataReport) -> Group:
    """Rows of each label in each split; what was skipped and what leaks stands below."""
    table = Table(title="data", title_justify="left")
    table.add_column("label")
    for split in report.rows:
        table.add_column(split, justify="right")
    labels = list(report.class_counts["train"])
    for label in labels[:_SHOWN_LABELS]:
        table.add_row(escape(label), *(str(report.class_counts[split][label]) for split in report.rows))
    if len(labels) > _SHOWN_LABELS:
        table.add_row(f"… {counted(len(labels) - _SHOWN_LABELS, 'more label')}")
    table.add_section()
    table.add_row("all", *(str(rows) for rows in report.rows.values()))
    # Not as a caption: that is as narrow as the table.
    return Group(table, *(Text(note) for note in _notes(report)))


def _notes(report: DataReport) -> list[str]:
    notes = [f"skipped: {cause.sentence}" for cause in report.bad_rows]
    notes += [leakage_note(split, count, report.rows[split]) for split, count in report.leakage.items() if count]
    if report.duplicates:
        texts = "1 train text repeats" if report.duplicates == 1 else f"{report.duplicates:,} train texts repeat"
        notes.append(f"{texts} an earlier one")
    notes += [
        f"dropped: {count:,} of the {split} rows, which repeat the text of an earlier row"
        for split, count in report.dropped.items()
        if count
    ]
    if report.contradictions:
        notes.append(report.contradictions.sentence)
    return [*report.remarks, *notes, *label_notes(report.alike, report.missing_values)]
