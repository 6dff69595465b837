"""What a label of `embed` is in data: the text that belongs to a row's text, and one that doesn't."""

import re
import struct
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from bert_tf.data.bad_rows import BadRows
from bert_tf.data.causes import Explanation, Surroundings
from bert_tf.data.checks import Refusal, check_text
from bert_tf.data.fractions import stratified_parts
from bert_tf.data.labels import AlikeLabels, Spelling
from bert_tf.data.row_blocks import BlockItem
from bert_tf.data.target import Summary, Values
from bert_tf.errors import DataError, RecipeError
from bert_tf.plurals import counted
from bert_tf.ragged_rows import RaggedRows
from bert_tf.tasks.embed.stored_texts import BY_LABEL, join_texts, split_texts

if TYPE_CHECKING:
    from bert_tf.recipe.schema import Recipe

_LENGTH = struct.Struct("<q")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def check_recipe(recipe: "Recipe") -> None:
    """Raises RecipeError where a recipe wants what only other tasks can do."""
    data = recipe.data
    for key, is_there, why in (
        ("data.text_pair", data.text_pair is not None, "embed reads single texts: the second one is data.label"),
        ("data.labels", bool(data.labels), "what belongs to a text is another text, which has no place in a list"),
        ("data.merge_labels", data.merge_labels, "what belongs to a text is another text, which is taken as it is"),
        ("model.dropout", recipe.model.dropout is not None, "embed has no head before which to drop"),
        ("text.long_texts", recipe.text.long_texts != "cut", "embed has one vector for a text, and cuts long ones"),
    ):
        if is_there:
            raise RecipeError(f"{key} can't be used: {why}.", where=key, hint=f"remove {key}")


class LabelTexts(tuple[bytes, ...]):
    """The right text, and a wrong one where there is one."""

    __slots__ = ()

    def __repr__(self) -> str:
        """As a message writes it."""
        return ", not ".join(map(shown, self))


class EmbedTarget:
    """See `Target`. A label is one or two texts in UTF-8: the right one, and a wrong one that may be taken for it.

    Args:
        column: Of the right text, or of a label that is written in words.
        negative: Column of the wrong text, if there is one.
        in_words: Whether labels are written in words, that of the wrong text too.
        dimensions: Of vectors that are cut; as of `EmbedSettings`, for whoever reads answers.
        by_label: Whether the column has labels, and texts belong together that have one: a label is its name then.
    """

    reads_whole_rows = False

    def __init__(
        self,
        column: str,
        negative: str | None = None,
        *,
        in_words: bool = False,
        dimensions: Sequence[int] = (),
        by_label: bool = False,
    ) -> None:
        self._column, self._negative, self._in_words = column, negative, in_words
        self._dimensions, self._by_label = tuple(dimensions), by_label

    @property
    def columns(self) -> tuple[str, ...]:
        """One or two."""
        return (self._column,) if self._negative is None else (self._column, self._negative)

    def read(self, items: Iterable[BlockItem]) -> Iterable[BlockItem]:
        """As they are."""
        return items

    def check(self, cells: Mapping[str, object]) -> LabelTexts | Refusal:
        """The texts; none may be empty, and they differ by more than blanks."""
        texts = []
        for column in self.columns:
            text = check_text(column, cells[column])
            if isinstance(text, Refusal):
                return text
            if self._in_words:
                text = in_words(text.decode()).encode()
            if not text:
                return Refusal("empty text", f"{column} has no words")
            texts.append(text)
        if len({b" ".join(text.split()) for text in texts}) < len(texts):
            same = f"{self._negative} is the same text as {self._column}, which is the right one"
            return Refusal("wrong text is right", same)
        return LabelTexts(texts)

    def resolve(self, value: LabelTexts) -> LabelTexts:
        """Itself: any text may come."""
        return value

    def spellings(self, value: LabelTexts) -> Sequence[str]:
        """None: texts are not counted."""
        return ()

    def with_labels_of(self, values: Sequence[LabelTexts], spellings: Sequence[Spelling]) -> "EmbedTarget":
        """Itself."""
        return self

    def explain(self, found: BadRows, around: Surroundings) -> Explanation | None:
        """None: the rows' messages say it."""
        return None

    def draw(self, values: Values, *, shares: Sequence[float], seed: int, groups: np.ndarray | None) -> np.ndarray:
        """At random: a text to be found may be in several splits. Of labels, by their shares."""
        strata = values.codes if self._by_label else np.zeros(len(values), np.int64)
        return stratified_parts(strata, shares=shares, seed=seed, groups=groups)

    def learn(self, train: Values, *, where: str) -> "LearnedPairs":
        """Raises DataError where all rows have the same right text or label."""
        found = {train.distinct[code][0] for code in np.unique(train.codes)}
        if len(found) < 2:
            (text,) = found
            rows = counted(len(train), "row")
            raise DataError(
                f"All of the {rows} of train {'have one label' if self._by_label else 'belong to one text'}, "
                f"{shown(text)}; there is no other to tell it from.",
                where=where,
                hint="use another slice if the source is sorted, or another data.label",
            )
        return LearnedPairs(self._dimensions, by_label=self._by_label)


class LearnedPairs:
    """See `LearnedTarget`. Texts are stored as the bytes of UTF-8; see `stored_texts`.

    Args:
        dimensions, by_label: As of `EmbedTarget`.
    """

    type = pa.list_(pa.uint8())
    names: tuple[str, ...] = ()
    repeats_texts = False

    def __init__(self, dimensions: tuple[int, ...], *, by_label: bool = False) -> None:
        self._dimensions, self._by_label = dimensions, by_label

    @property
    def facts(self) -> Mapping[str, Any]:
        """`dimensions` of vectors that are cut; `by_label` where texts belong together that have one label."""
        return {"dimensions": self._dimensions, **({BY_LABEL: True} if self._by_label else {})}

    def encode(self, label: tuple[bytes, ...]) -> list[int]:
        """Bytes."""
        return list(join_texts(label))

    def content(self, label: tuple[bytes, ...]) -> bytes:
        """Each text with its length."""
        return b"".join(_LENGTH.pack(len(text)) + text for text in label)

    def alike(self, spellings: Sequence[Spelling]) -> Sequence[AlikeLabels]:
        """None."""
        return ()

    def summary(self, targets: Mapping[str, RaggedRows]) -> Summary:
        """How many different texts are to be found, and how long they are."""
        return Summary(
            key="texts_to_find",
            heading="labels" if self._by_label else "texts to find",
            by_split={split: _figures([row[0] for row in split_texts(rows)]) for split, rows in targets.items()},
        )

    def groups(self, targets: RaggedRows) -> Mapping[str, np.ndarray]:
        """All rows."""
        return {"pairs": np.arange(len(targets))}


def in_words(label: str) -> str:
    """A label as words: `card_arrival` and `cardArrival` as `card arrival`."""
    return " ".join(_CAMEL.sub(" ", label).replace("_", " ").replace("-", " ").split())


def shown(text: bytes) -> str:
    """A text for a message, cut."""
    line = " ".join(text.decode().split())
    return f"“{line}”" if len(line) <= 60 else f"“{line[:59]}…”"


def _figures(texts: Sequence[bytes]) -> dict[str, float]:
    lengths = [len(text.decode()) for text in texts]
    return {
        "different": len(set(texts)),
        "median characters": float(np.median(lengths)) if lengths else 0.0,
        "most characters": max(lengths, default=0),
    }
