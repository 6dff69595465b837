"""What a report says of rankings; what draws it is imported when it is asked for."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import RenderableType

from bert_tf.report.contents import Contents
from bert_tf.report.measured import Measured
from bert_tf.report.sections import Sections


class EmbedReport:
    """See `TaskReport`: hits and misses with their ranks, cosines of right and wrong texts, and cut vectors."""

    def rows_to_explain(self, found: Measured) -> Mapping[int, int]:
        """Misses first, then hits; there is one target, the vector."""
        from bert_tf.tasks.embed.report_texts import rows_to_read

        return {int(row): 0 for rows in rows_to_read(found.rows.answers) for row in rows}

    def sections(self, contents: Contents) -> Sections:
        """Of the answers; without them, the score alone."""
        from bert_tf.tasks.embed.report_sections import sections, sections_without_rows

        if contents.found is None:
            return sections_without_rows(contents)
        return sections(contents, contents.found)

    def tables(self, metrics: Mapping[str, Any]) -> Sequence[RenderableType]:
        """All measures, of whole vectors and of those that are cut."""
        from bert_tf.tasks.embed.recall_table import recall_table

        return [recall_table(metrics)]
