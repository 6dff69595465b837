"""What a task says of a user's files while a recipe for them is drafted."""

from collections import Counter
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple, Protocol

from bert_tf.data.checked_rows import Seen
from bert_tf.data.survey import Column
from bert_tf.data.target import Target, Value
from bert_tf.errors import DataError
from bert_tf.recipe.commented_toml import Entry


class Finding(NamedTuple):
    """What was guessed, and why: for people."""

    subject: str
    guess: str
    reason: str


class Guess(NamedTuple):
    """Columns that look like a task's label.

    Attributes:
        columns: Their names.
        certainty: What name and values tell, `NAMED` for a telling name; between tasks, the largest wins. Minus
            infinity where only the user's word speaks for it.
        reason: Why, for people.
        settings: How labels are written there, as the task's own table of a recipe says it.
        text: The column of the text that they are in; None where any may be.
    """

    columns: tuple[str, ...]
    certainty: float
    reason: str
    settings: Mapping[str, object] = MappingProxyType({})
    text: str | None = None


class UnreadableLabelsError(DataError):
    """Columns look like a task's label, but are written as no recipe reads them.

    Args:
        what, where, hint: As of `DataError`.
        certainty: As of `Guess`; a guess that is more certain wins.
    """

    def __init__(self, what: str, *, certainty: float, where: str, hint: str) -> None:
        self.certainty = certainty
        super().__init__(what, where=where, hint=hint)


class CheckedLabels(Protocol):
    """The rows of a file, checked: `bert_tf.drafting.check_file.CheckedFile`."""

    @property
    def labels(self) -> Counter[Value]:
        """Rows of each label."""

    @property
    def seen(self) -> Seen:
        """Spellings of labels, and words for missing values."""


class TargetDraft(Protocol):
    """A task's part in a draft; `bert_tf.tasks.classify.draft.ClassifyDraft`."""

    @property
    def drawn(self) -> str:
        """How a share of the rows is drawn, for people: `stratified by label`."""

    @property
    def needs_two_labels(self) -> bool:
        """Whether nothing can be learned from rows whose labels are all the same."""

    def guess(self, columns: Sequence[Column], *, file: str, is_given: bool) -> Guess:
        """The columns that look most like the label.

        Args:
            columns: That it may be.
            file: Its name, for messages.
            is_given: Whether the user says that they are.

        Raises:
            UnreadableLabelsError: They surely are, but no recipe reads them.
            DataError: None can be the label; says why.
        """

    def could_be(self, column: Column) -> bool:
        """Whether a column that was not chosen looks like the label too."""

    def target(self, columns: Sequence[str], settings: Mapping[str, object], *, text: str) -> Target:
        """What reads the label of a `Guess` beside the column of the text; other spellings of labels are of use, the
        recipe can merge them."""

    def described(self, train: CheckedLabels) -> str:
        """What labels there are, for the recipe's description."""

    def finding(self, train: CheckedLabels) -> Finding:
        """What labels there are, for people."""

    def column_entries(self, columns: Sequence[str]) -> list[Entry]:
        """The keys of `[data]` that name the columns."""

    def label_entries(self, splits: Mapping[str, CheckedLabels]) -> list[Entry]:
        """The keys of `[data]` that say what labels there are."""

    def settings(self, train: CheckedLabels) -> Mapping[str, list[Entry]]:
        """Keys that these labels need, by table of the recipe."""

    def notes(self, splits: Mapping[str, CheckedLabels]) -> list[str]:
        """What a person should look at."""
