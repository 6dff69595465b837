"""What a report says of numbers; what draws it is imported when it is asked for."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import RenderableType

from bert_tf.report.contents import Contents
from bert_tf.report.measured import Measured
from bert_tf.report.sections import Sections


class RegressReport:
    """See `TaskReport`: predicted against expected, errors by size, the worst rows, and what the mean would reach."""

    def rows_to_explain(self, found: Measured) -> Mapping[int, int]:
        """The largest errors first; there is one target, the number."""
        from bert_tf.tasks.regress.report_texts import rows_to_read

        return {int(row): 0 for rows in rows_to_read(found.rows.answers) for row in rows}

    def sections(self, contents: Contents) -> Sections:
        """Of the answers; without them, the score alone."""
        from bert_tf.tasks.regress.report_sections import sections, sections_without_rows

        if contents.found is None:
            return sections_without_rows(contents)
        return sections(contents, contents.found)

    def tables(self, metrics: Mapping[str, Any]) -> Sequence[RenderableType]:
        """A row for labels of like size, and one for all with what the mean would reach."""
        from bert_tf.tasks.regress.error_table import error_table

        return [error_table(metrics)]
