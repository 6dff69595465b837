"""What the model card says of a task: words and tables, which `model_card` puts between what it says of every model."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class CardTable:
    """A table of the card: plain text in cells, the header's and those of each row."""

    header: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class CardWords:
    """What the card says of a task; plain text, which is escaped.

    Attributes:
        kind: What the model is: `A text classifier with 3 labels`.
        returns: What it answers.
        scores: Name, value and interval of each score; empty where nothing was measured.
        tables: Further scores.
        judged_by: The measure that says what fewer bits cost.
        beside_float32: What they changed; empty where that was not measured.
        intended_use: Sentences.
        limitations: A sentence or more for each.
        without_leaked: The scores without leaked texts; empty where there are none: `accuracy is 0.9`.
        data_header: Of columns on what the labels of each split are.
        data_cells: Their cells, by split.
    """

    kind: str
    returns: str
    scores: Sequence[tuple[str, str, str]]
    tables: Sequence[CardTable]
    judged_by: str
    beside_float32: str
    intended_use: str
    limitations: Sequence[str]
    without_leaked: str
    data_header: Sequence[str]
    data_cells: Mapping[str, Sequence[str]]
