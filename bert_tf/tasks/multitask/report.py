"""What a report says of several heads: what each one's task says, one behind the other under its name."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from bert_tf.report.contents import Contents
from bert_tf.report.measured import Measured
from bert_tf.report.sections import Sections
from bert_tf.tasks.multitask.heads import Head, figures_of


class MultitaskReport:
    """See `TaskReport`.

    Args:
        heads: In the order of the recipe.
    """

    def __init__(self, heads: Sequence[Head]) -> None:
        self._heads = tuple(heads)

    def rows_to_explain(self, found: Measured) -> Mapping[int, int]:
        """Those of each head; a row that several want is explained for the first of them."""
        from bert_tf.tasks.multitask.head_contents import rows_to_explain

        return rows_to_explain(self._heads, found)

    def sections(self, contents: Contents) -> Sections:
        """Those of each head."""
        from bert_tf.tasks.multitask.report_sections import sections

        return sections(self._heads, contents)

    def tables(self, metrics: Mapping[str, Any]) -> Sequence[RenderableType]:
        """Those of each head, below its name."""
        found: list[RenderableType] = []
        for head in self._heads:
            if own := figures_of(head.name, metrics):
                found += [Text(head.name, style="bold"), *head.task.report().tables(own)]
        return found
