"""What a report says of rankings of items; what draws it is imported when it is asked for."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import RenderableType

from bert_tf.report.contents import Contents
from bert_tf.report.measured import Measured
from bert_tf.report.sections import Sections


class RankReport:
    """See `TaskReport`: the rankings side by side, of all items and of new ones, and events with their histories."""

    def rows_to_explain(self, found: Measured) -> Mapping[int, int]:
        """Misses first, then hits; there is one target, the item's vector."""
        from bert_tf.tasks.rank.report_texts import rows_to_read

        return {int(row): 0 for rows in rows_to_read(found.rows.answers) for row in rows}

    def sections(self, contents: Contents) -> Sections:
        """Of the answers; without them, what metrics.json has."""
        from bert_tf.tasks.rank.report_sections import sections, sections_without_rows

        if contents.found is None:
            return sections_without_rows(contents)
        return sections(contents, contents.found)

    def tables(self, metrics: Mapping[str, Any]) -> Sequence[RenderableType]:
        """The rankings side by side."""
        from bert_tf.tasks.rank.ranking_table import ranking_table

        return [ranking_table(metrics)]
