"""What a task calls the rows on which two of its models differ, and whether a difference is one."""

from dataclasses import dataclass

from bert_tf.evaluation.paired import Paired
from bert_tf.measures import Measure

# Below this a difference is called one.
_SIGNIFICANT = 0.05


@dataclass(frozen=True)
class PairedWords:
    """The words of a paired comparison.

    Attributes:
        measure: That is compared; `Paired.difference` is of it.
        test: What `Paired.p_value` is of: `McNemar's exact test`.
        won: What a model is on a row where it has the better score: `right`.
        only: Behind the model's name there: ` only`, where the other is not.
        same_rows: What a model is where no row has a better score: `right on exactly the same rows as`.
        same_ones: What all of them are then: `right on exactly the same ones`.
        title: Above the rows of one model, with both names as `{}`: `Right in {}, wrong in {}`.
        apart: A sentence or two on which rows are listed, and in which order.
        first: Of the first rows: `on which both runs are most confident`.
        order: The same in short: `most confident first`.
        expected: The column of what is right: `label`.
        figure: The column of the figure of an answer: `score`.
        answer: What an answer and its figure are called in JSON: `label` and `probability`.
        even: When an interval can't be drawn anew from the rows, in brackets behind it: ` (Wilson intervals where …)`.
        decimals: Of the figure in CSV; None where its size may be any, as of `rows_with_texts`.
    """

    measure: Measure
    test: str
    won: str
    only: str
    same_rows: str
    same_ones: str
    title: str
    apart: str
    first: str
    order: str
    expected: str
    figure: str
    answer: tuple[str, str]
    even: str = ""
    decimals: int | None = 4

    def is_gain(self, difference: float) -> bool:
        """Whether a difference of the measure is for the better."""
        return self.measure.rank(difference) < 0

    def title_of(self, one: str, other: str) -> str:
        """The title of the rows that a model has better than another."""
        return self.title.format(one, other)


def is_significant(paired: Paired) -> bool:
    """Whether a difference is more than chance would often give."""
    return paired.p_value < _SIGNIFICANT
