"""The texts that are right or wrong for rows, for a task whose vectors are compared: their ids, and which are equal."""

import dataclasses
import pathlib
from collections.abc import Mapping, Sequence

import numpy as np

from bert_tf.batches.cache import TokenCache, open_token_cache
from bert_tf.data.examples import Examples
from bert_tf.errors import DataError
from bert_tf.recipe.schema import Recipe
from bert_tf.tasks.table import task_of
from bert_tf.text.huggingface import HuggingFaceTokenizer
from bert_tf.text.tokenizer import WordpieceTokenizer
from bert_tf.workflow.listed_texts import ListedTexts

_ROWS = 2048  # texts that are read at once


@dataclasses.dataclass(frozen=True, eq=False)
class ExpectedTexts:
    """Of N rows, with U different texts among those that are right or wrong for them.

    Attributes:
        texts: U in UTF-8.
        tokens: Their ids.
        text_of: Which of them each row has, int32 [N, T - 1]; the first is the right one.
        numbers: Equal where texts are, of the row's own text and of those, int32 [N, T].
    """

    texts: Sequence[bytes]
    tokens: TokenCache
    text_of: np.ndarray
    numbers: np.ndarray

    def head(self, rows: int) -> "ExpectedTexts":
        """Those of the first rows."""
        return dataclasses.replace(self, text_of=self.text_of[:rows], numbers=self.numbers[:rows])

    @property
    def right(self) -> np.ndarray:
        """Which texts are right for some row, ascending, int [R]."""
        return np.unique(self.text_of[:, 0])

    @property
    def truncated(self) -> int:
        """How many texts are cut."""
        return int(self.tokens.truncated.sum())


def expected_texts(
    recipe: Recipe,
    examples: Mapping[str, Examples],
    tokenizer: WordpieceTokenizer | HuggingFaceTokenizer,
    *,
    cache_folder: pathlib.Path,
) -> Mapping[str, ExpectedTexts]:
    """The texts of each split; empty for a task whose loss is a sum over rows.

    Raises:
        DataError: all rows of a split have the same right text, so that there is nothing to tell it from.
    """
    texts_of = task_of(recipe).expected_texts
    if texts_of is None:
        return {}
    found = {}
    for split, rows in examples.items():
        texts = texts_of(rows.targets)
        if len({right for right, *_ in texts}) < 2:
            raise DataError(
                f"The {split} split has one text to find, so that every ranking is right: {_shown(texts[0][0])}.",
                where=f"data.{split}",
                hint="use more rows, or another slice if the source is sorted",
            )
        different = list(dict.fromkeys(text for row in texts for text in row))
        place = {text: index for index, text in enumerate(different)}
        text_of = np.array([[place[text] for text in row] for row in texts], np.int32)
        tokens = open_token_cache(
            ListedTexts(different), tokenizer, max_tokens=recipe.text.max_tokens, cache_folder=cache_folder
        )
        own = [place.setdefault(text, len(place)) for text in _own_texts(rows)]
        numbers = np.concatenate([np.array(own, np.int32)[:, np.newaxis], text_of], 1)
        found[split] = ExpectedTexts(different, tokens, text_of, numbers)
    return found


def _own_texts(rows: Examples) -> list[bytes]:
    return [text for start in range(0, len(rows), _ROWS) for text in rows.texts(start, start + _ROWS)]


def _shown(text: bytes) -> str:
    line = " ".join(text.decode().split())
    return f"“{line}”" if len(line) <= 60 else f"“{line[:59]}…”"
