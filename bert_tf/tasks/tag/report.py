"""What a report says of entities; what draws it is imported when it is asked for."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import RenderableType

from bert_tf.report.contents import Contents
from bert_tf.report.measured import Measured
from bert_tf.report.sections import Sections


class TagReport:
    """See `TaskReport`: scores by type, kinds of errors, marked texts, and words that are most often wrong."""

    def rows_to_explain(self, found: Measured) -> Mapping[int, int]:
        """Mistakes first: they are what one reads where time runs out. The target is the type of the first entity that
        is missed or invented, else of the first."""
        from bert_tf.tasks.tag.report_texts import rows_to_read, type_to_explain

        answers = found.rows.answers
        return {int(row): type_to_explain(answers, int(row)) for rows in rows_to_read(answers) for row in rows}

    def sections(self, contents: Contents) -> Sections:
        """Of the answers; without them, of the figures by type alone."""
        from bert_tf.tasks.tag.report_sections import sections, sections_without_rows

        if contents.found is None:
            return sections_without_rows(contents)
        return sections(contents, contents.found)

    def tables(self, metrics: Mapping[str, Any]) -> Sequence[RenderableType]:
        """A row for each type."""
        from bert_tf.tasks.tag.type_table import type_table

        return [type_table(metrics["per_class"])]
