"""What `embed` says of a user's files: which columns look like texts and those that belong to them."""

from collections.abc import Mapping, Sequence

from bert_tf.data.survey import MOST_DISTINCT, NAMED, Column, describe_columns, name_score
from bert_tf.errors import DataError
from bert_tf.plurals import counted
from bert_tf.recipe.commented_toml import Entry
from bert_tf.tasks.embed.target import EmbedTarget
from bert_tf.tasks.target_draft import CheckedLabels, Finding, Guess

_RIGHT = (
    "answer", "answers", "positive", "pos", "response", "reply", "passage", "document", "solution", "antwort",
    "duplicate",
)  # fmt: skip
_WRONG = ("negative", "neg", "hard_negative", "wrong_answer")
_OWN = ("question", "anchor", "query", "text", "sentence", "prompt", "title", "request", "frage", "anfrage")
LABEL_NAMES = ("label", "labels", "class", "category", "target", "score", "similarity", "relevance", "gold_label")
_LEAST_DIFFERENT = 0.5  # of the values that are there: what repeats more is a label
_LEAST_WORDS = 2  # on average


class EmbedDraft:
    """See `TargetDraft`."""

    drawn = "at random"
    needs_two_labels = False

    def guess(self, columns: Sequence[Column], *, file: str, is_given: bool) -> Guess:
        """A column of texts that is called like answers, beside one that is called like questions; none where a column
        is called like a label."""
        right = max(filter(self.could_be, columns), key=_name_score, default=None)
        own = max((each for each in columns if _is_own(each, right)), key=_own_score, default=None)
        labels = [each for each in columns if each is not right and name_score(each.name, LABEL_NAMES) == NAMED]
        if right is None or (not is_given and (own is None or labels)):
            raise DataError(
                f"No two columns of {file} look like texts that belong together, such as question and answer:",
                where=file,
                problems=describe_columns(columns),
                hint="set them with --text COLUMN --label COLUMN",
            )
        wrong = next((each.name for each in columns if each.name.lower() in _WRONG and _are_texts(each)), None)
        return Guess(
            (right.name,) if wrong is None else (right.name, wrong),
            NAMED,
            f"by its name; texts, {counted(right.distinct, 'different one')}",
            settings={} if wrong is None else {"negative": wrong},
            text=None if own is None else own.name,
        )

    def could_be(self, column: Column) -> bool:
        """Whether it has texts, and a name like those of answers."""
        return _name_score(column) == NAMED and _are_texts(column)

    def target(self, columns: Sequence[str], settings: Mapping[str, object], *, text: str) -> EmbedTarget:
        """Reads texts."""
        return EmbedTarget(columns[0], columns[1] if len(columns) > 1 else None)

    def described(self, train: CheckedLabels) -> str:
        """`15 texts to find`."""
        return f"{counted(len(_right_texts(train)), 'text')} to find"

    def finding(self, train: CheckedLabels) -> Finding:
        """How many texts there are to find, and whether some are in several rows."""
        found, rows = len(_right_texts(train)), train.labels.total()
        return Finding("texts to find", f"{found:,}", f"in {counted(rows, 'row')}")

    def column_entries(self, columns: Sequence[str]) -> list[Entry]:
        """`label`."""
        return [Entry("label", columns[0], "The text that belongs to the row's text.")]

    def label_entries(self, splits: Mapping[str, CheckedLabels]) -> list[Entry]:
        """None: any text may come."""
        return []

    def settings(self, train: CheckedLabels) -> Mapping[str, list[Entry]]:
        """None."""
        return {}

    def notes(self, splits: Mapping[str, CheckedLabels]) -> list[str]:
        """Larger batches, where there are rows for them."""
        rows = splits["train"].labels.total()
        if rows < 1_000:
            return []
        return ["larger batches have more negatives; training.micro_batch_size limits their memory"]


def _are_texts(column: Column) -> bool:
    if not column.filled or column.is_numeric:
        return False
    words = sum(len(value.split()) for value in column.values) / max(column.distinct, 1)
    is_many = column.distinct >= min(_LEAST_DIFFERENT * column.filled, MOST_DISTINCT)
    return is_many and words >= _LEAST_WORDS


def _is_own(column: Column, right: Column | None) -> bool:
    return column is not right and name_score(column.name, _OWN) > 0 and _are_texts(column)


def _name_score(column: Column) -> float:
    return name_score(column.name, _RIGHT)


def _own_score(column: Column) -> float:
    return name_score(column.name, _OWN)


def _right_texts(train: CheckedLabels) -> set[bytes]:
    return {right for right, *_ in train.labels}
