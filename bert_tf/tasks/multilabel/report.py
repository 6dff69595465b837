"""What a report says of sets of labels; what draws it is imported when it is asked for."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import RenderableType

from bert_tf.report.contents import Contents
from bert_tf.report.measured import Measured
from bert_tf.report.sections import Sections


class MultilabelReport:
    """See `TaskReport`: scores, thresholds and curves by label, labels that stand together, and mistakes."""

    def rows_to_explain(self, found: Measured) -> Mapping[int, int]:
        """Mistakes first: they are what one reads where time runs out. The target is the label of the
        largest log loss."""
        from bert_tf.tasks.multilabel.report_texts import label_to_explain, rows_to_read

        answers = found.rows.answers
        return {int(row): label_to_explain(answers, int(row)) for rows in rows_to_read(answers) for row in rows}

    def sections(self, contents: Contents) -> Sections:
        """Of the answers; without them, of the figures by label alone."""
        from bert_tf.tasks.multilabel.report_sections import sections, sections_without_rows

        if contents.found is None:
            return sections_without_rows(contents)
        return sections(contents, contents.found)

    def tables(self, metrics: Mapping[str, Any]) -> Sequence[RenderableType]:
        """A row for each label."""
        from bert_tf.tasks.multilabel.label_table import label_table

        return [label_table(metrics["per_class"])]
