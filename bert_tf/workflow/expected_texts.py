"""The texts that are right or wrong for rows, for a task whose vectors are compared: their ids, and which are equal."""

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np

from bert_tf.batches.cache import TokenCache, Tokenizing
from bert_tf.data.examples import Examples
from bert_tf.errors import DataError
from bert_tf.tasks.task import Task
from bert_tf.workflow.listed_texts import ListedTexts

_ROWS = 2048  # texts that are read at once
_BY_LABEL = "by_label"  # in the facts of rows whose texts belong together that have one label


@dataclasses.dataclass(frozen=True, eq=False)
class ExpectedTexts:
    """Of N rows, with U different texts among those that are right or wrong for them.

    Attributes:
        texts: U in UTF-8.
        tokens: Their ids.
        text_of: Which of them each row has, int32 [N, T - 1]; the first is the right one.
        numbers: Equal where texts are, of the row's own text and of those, int32 [N, T].
        labels: Where texts belong together that have one label, equal where labels are, from 0 on, int32 [N]. Then U
            texts are the N rows' own, each is its own in `text_of`, and `numbers`, [N, 2], are labels. None elsewhere.
    """

    texts: Sequence[bytes]
    tokens: TokenCache
    text_of: np.ndarray
    numbers: np.ndarray
    labels: np.ndarray | None = None

    def head(self, rows: int) -> "ExpectedTexts":
        """Those of the first rows."""
        part = dataclasses.replace(self, text_of=self.text_of[:rows], numbers=self.numbers[:rows])
        if self.labels is None:
            return part
        return dataclasses.replace(
            part, texts=self.texts[:rows], tokens=self.tokens.head(rows), labels=self.labels[:rows]
        )

    @property
    def right(self) -> np.ndarray:
        """Which texts are right for some row, ascending, int [R]."""
        return np.unique(self.text_of[:, 0])

    @property
    def truncated(self) -> int:
        """How many texts are cut, besides the rows' own."""
        return int(self.tokens.truncated.sum()) if self.labels is None else 0


def expected_texts(task: Task, examples: Mapping[str, Examples], tokenizing: Tokenizing) -> Mapping[str, ExpectedTexts]:
    """The texts of each split; empty for a task whose loss is a sum over rows.

    Where the rows' facts say `by_label`, what `Task.expected_texts` gives of a row is its label.

    Raises:
        DataError: all rows of a split have the same right text or label, so that there is nothing to tell it from; or
            no two have one label.
    """
    texts_of = task.expected_texts
    if texts_of is None:
        return {}
    found = {}
    for split, rows in examples.items():
        texts = texts_of(rows.targets)
        if len({right for right, *_ in texts}) < 2:
            noun = "label" if rows.facts.get(_BY_LABEL) else "text to find"
            raise DataError(
                f"The {split} split has one {noun}, so that every ranking is right: {_shown(texts[0][0])}.",
                where=f"data.{split}",
                hint="use more rows, or another slice if the source is sorted",
            )
        if rows.facts.get(_BY_LABEL):
            tokens = tokenizing.token_ids(rows)
            found[split] = _of_labels(split, rows, [label for label, *_ in texts], tokens)
            continue
        different = list(dict.fromkeys(text for row in texts for text in row))
        place = {text: index for index, text in enumerate(different)}
        text_of = np.array([[place[text] for text in row] for row in texts], np.int32)
        tokens = tokenizing.token_ids(ListedTexts(different))
        own = [place.setdefault(text, len(place)) for text in _own_texts(rows)]
        numbers = np.concatenate([np.array(own, np.int32)[:, np.newaxis], text_of], 1)
        found[split] = ExpectedTexts(different, tokens, text_of, numbers)
    return found


def _of_labels(split: str, rows: Examples, labels: Sequence[bytes], tokens: TokenCache) -> ExpectedTexts:
    _, numbers = np.unique(np.array(labels, object), return_inverse=True)
    if len(numbers) == 1 + numbers.max():
        raise DataError(
            f"No two rows of the {split} split have one label, so that nothing belongs together.",
            where=f"data.{split}",
            hint="use more rows, or the column that says which texts belong together as data.label",
        )
    numbers = numbers.astype(np.int32)
    own = np.arange(len(numbers), dtype=np.int32)[:, np.newaxis]
    return ExpectedTexts(_own_texts(rows), tokens, own, np.stack([numbers, numbers], axis=1), labels=numbers)


def _own_texts(rows: Examples) -> list[bytes]:
    return [text for start in range(0, len(rows), _ROWS) for text in rows.texts(start, start + _ROWS)]


def _shown(text: bytes) -> str:
    line = " ".join(text.decode().split())
    return f"“{line}”" if len(line) <= 60 else f"“{line[:59]}…”"
