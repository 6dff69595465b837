"""What is served of vectors."""

import math
import types
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from bert_tf.export.task_serving import ExampleSignature, Served, TextOutputs
from bert_tf.plurals import counted

if TYPE_CHECKING:
    from bert_tf.export.card_words import CardWords

_SHOWN = 3  # numbers of a vector in a line for people


class EmbedServing:
    """See `TaskServing`. The output is `vector`, float32 [N, H], of length 1."""

    numbers = "vector"
    compared_outputs: Sequence[str] = (numbers,)
    unit = "number of a vector"
    # A number of a vector of length 1 and some hundred dimensions is about 0.05.
    tolerance = 2e-5
    # bfloat16 rounds to 3 digits, and int8 to 2; a kernel that computes something else moves by far more.
    allowed_difference = 0.03
    decimals = 4
    file_decimals: int | None = None
    targets: Sequence[str] = ("cosine",)
    ordered_outputs: Sequence[str] = ()
    padded_outputs: Mapping[str, str] = types.MappingProxyType({})
    numbers_suffice = True
    example_signatures: Sequence[ExampleSignature] = ()
    # What `serving_default` gives, under a name that stays when other signatures come beside it.
    text_signatures: Mapping[str, TextOutputs] = types.MappingProxyType({"encode": dict})
    columns = pa.schema([("vector", pa.list_(pa.float32()))])

    def manifest_facts(self) -> dict[str, Any]:
        """`vectors`: what they are."""
        return {"vectors": {"length": 1}}

    def answers(self, outputs: Served) -> list[dict[str, Any]]:
        """`vector`."""
        return [{"vector": vector.tolist()} for vector in outputs["vector"]]

    def answer_cells(self, answer: Mapping[str, Any]) -> list[str]:
        """How many numbers, and the first of them."""
        vector = answer["vector"]
        first = ", ".join(f"{number:.{self.decimals}f}" for number in vector[:_SHOWN])
        more = ", …" if len(vector) > _SHOWN else ""
        return [f"{counted(len(vector), 'number')}: {first}{more}"]

    def marked_text(self, answer: Mapping[str, Any], text: str) -> str:
        """Without marks: the answer is about all of it."""
        return text

    def arrays(self, outputs: Served) -> list[pa.Array]:
        """The vectors, as lists."""
        vectors = np.ascontiguousarray(outputs["vector"], np.float32)
        starts = np.arange(len(vectors) + 1, dtype=np.int32) * vectors.shape[1]
        return [pa.ListArray.from_arrays(pa.array(starts), pa.array(vectors.reshape(-1)))]

    def tally(self) -> "VectorTally":
        """Of vectors."""
        return VectorTally()

    def decisions(self, outputs: Served) -> None:
        """None: a vector decides nothing."""

    def is_decided(self, outputs: Served, tolerance: float) -> np.ndarray:
        """Always: there is nothing to decide."""
        return np.ones(len(outputs["vector"]), bool)

    def predicted_targets(self, outputs: Served) -> np.ndarray:
        """The only one, int64 [N]."""
        return np.zeros(len(outputs["vector"]), np.int64)

    def explained(self, outputs: Served, target: int) -> np.ndarray:
        """The cosine of each vector with the first, that of the whole text."""
        vectors = outputs["vector"].astype(np.float64)
        return vectors @ vectors[0]

    def baseline_facts(self, value: float) -> dict[str, float]:
        """`baseline_value`: the cosine of a text of unknown words with the whole text."""
        return {"baseline_value": value}

    def card(
        self, measured: Mapping[str, Any], data: Mapping[str, Any], compared: Mapping[str, Any] | None
    ) -> "CardWords":
        """See `TaskServing`."""
        from bert_tf.tasks.embed.card import card_words

        return card_words(measured, data, compared)


class VectorTally:
    """How many vectors there are, and how far they spread: the length of their mean is 1 where all are the same."""

    def __init__(self) -> None:
        self._rows, self._sum = 0, np.zeros(0)

    def add(self, outputs: Served) -> None:
        """See `Tally`."""
        vectors = outputs["vector"].astype(np.float64)
        if len(vectors):
            self.join({"vectors": {"mean": vectors.mean(0).tolist()}}, rows=len(vectors))

    def join(self, facts: Mapping[str, Any], *, rows: int) -> None:
        """See `Tally`."""
        if rows:
            mean = np.array(facts["vectors"]["mean"])
            self._sum = rows * mean + (self._sum if self._rows else 0)
            self._rows += rows

    def facts(self) -> dict[str, Any]:
        """`vectors`: their `mean` and its `length`; empty without rows."""
        if not self._rows:
            return {"vectors": {}}
        mean = self._sum / self._rows
        return {"vectors": {"length": math.sqrt(float(mean @ mean)), "mean": mean.tolist()}}

    def text(self) -> str:
        """`vectors of 384 numbers; their mean has the length 0.31 (1: all are the same)`."""
        if not self._rows:
            return ""
        length = self.facts()["vectors"]["length"]
        return f"vectors of {len(self._sum)} numbers; their mean has the length {length:.2f} (1: all are the same)"
