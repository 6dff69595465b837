"""What a task says of its answers once they are served: signatures, columns, words, and when two are the same."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pyarrow as pa

from bert_tf.export.card_words import CardWords
from bert_tf.scores import decimal_places

if TYPE_CHECKING:
    import tensorflow as tf

# NumPy arrays of N rows by the name of an output, as of `TaskNetwork.decode`.
Served = Mapping[str, np.ndarray]
# In the graph: from what is served, by name, to the outputs of a signature.
TextOutputs = Callable[[Mapping[str, "tf.Tensor"]], dict[str, "tf.Tensor"]]


@dataclass(frozen=True)
class ExampleSignature:
    """A signature of serialised `tf.train.Example`s, which one of TensorFlow Serving's own APIs asks.

    Attributes:
        api: Its name in TensorFlow Serving, in lower case: `tensorflow/serving/API` is the signature's method, and
            `API_log` what a warm-up request stands in. The signature has this name too.
        outputs: From what is served, by name, to the outputs that the API takes.
        regression: Where the API is Regress, the number of an answer of `serving_default`, which golden requests hold
            it against; else None.
    """

    api: str
    outputs: Callable[[Mapping[str, "tf.Tensor"]], dict[str, "tf.Tensor"]]
    regression: Callable[[Mapping[str, Any]], float] | None = None


class Tally(Protocol):
    """What many answers come to."""

    def add(self, outputs: Served) -> None:
        """Count the answers of a block of rows."""

    def join(self, facts: Mapping[str, Any], *, rows: int) -> None:
        """Count the answers to other rows, of which another tally gave these facts."""

    def facts(self) -> dict[str, Any]:
        """For programs; values that JSON holds, by name."""

    def text(self) -> str:
        """The same in a few words."""


class TaskServing(Protocol):
    """What is served of a task. Every row of `TASKS` has one, made from the facts of a run or of a manifest.

    Attributes:
        example_signatures: Beside `serving_default` and `from_ids`.
        text_signatures: Those of raw text beside `serving_default`, by name: from what is served to what they give.
        numbers: Name of the output whose numbers are the answer, float32 [N, …]; `bert-tf play` shows them.
        compared_outputs: Names of the outputs by whose numbers two answers are held against each other.
        unit: What these numbers are, for people: `probability`.
        tolerance: How far they may differ between batches of other sizes in float32.
        allowed_difference: How far they may differ between the model that was measured and the one that is served.
        targets: What an explanation can be of, such as the names of labels; one at least.
        ordered_outputs: Names of outputs, of any signature, with a value for each of the targets, in their order.
        columns: What `bert-tf score` adds to each row.
        padded_outputs: Outputs with a value for each of any number of things in a text, [N, most], padded behind them;
            and for each the name of the output that says how many there are, int32 [N].
        numbers_suffice: Whether a page can show an answer by its numbers, or needs all that `answers` says.
        decimals: How many of a number people see.
        file_decimals: How many of a number `bert-tf score` writes in text files; None for numbers of any size, which
            get as many digits as tell one float32 from the next.
    """

    example_signatures: Sequence[ExampleSignature]
    text_signatures: Mapping[str, TextOutputs]
    numbers: str
    compared_outputs: Sequence[str]
    unit: str
    tolerance: float
    allowed_difference: float
    targets: Sequence[str]
    ordered_outputs: Sequence[str]
    columns: pa.Schema
    padded_outputs: Mapping[str, str]
    numbers_suffice: bool
    decimals: int
    file_decimals: int | None

    def manifest_facts(self) -> dict[str, Any]:
        """What manifest.json and the page of `bert-tf play` say of the task; an exported model has no other facts."""

    def answers(self, outputs: Served) -> list[dict[str, Any]]:
        """What `predict` returns for each row."""

    def answer_cells(self, answer: Mapping[str, Any]) -> list[str]:
        """One of `answers` in a line for people."""

    def marked_text(self, answer: Mapping[str, Any], text: str) -> str:
        """A text beside one of `answers`, for people: with marks in it where the answer is about parts of it."""

    def arrays(self, outputs: Served) -> list[pa.Array]:
        """The values of `columns`."""

    def tally(self) -> Tally:
        """Counts answers."""

    def decisions(self, outputs: Served) -> np.ndarray | None:
        """What each answer comes to, such as the id of a label, [N, …]; None for a task that decides nothing."""

    def is_decided(self, outputs: Served, tolerance: float) -> np.ndarray:
        """Whether the decision stays when each of the numbers moves by a tolerance; bool [N]."""

    def predicted_targets(self, outputs: Served) -> np.ndarray:
        """Which of `targets` is explained where nobody chooses, such as the predicted label: int64 [N]."""

    def explained(self, outputs: Served, target: int) -> np.ndarray:
        """The value that words add to, such as a label's log-odds: float64 [N]."""

    def baseline_facts(self, value: float) -> dict[str, float]:
        """A value of `explained` for people, by name: that of a text of unknown words."""

    def card(
        self, measured: Mapping[str, Any], data: Mapping[str, Any], compared: Mapping[str, Any] | None
    ) -> CardWords:
        """Words for the model card.

        Args:
            measured: Metrics of the split that the card shows; empty where nothing was measured.
            data: `run.json`'s "data".
            compared: The manifest's `compared_with_float32`, where a split was compared.
        """


@dataclass(frozen=True)
class Difference:
    """How two models' answers to the same N texts differ.

    Attributes:
        largest: Of two numbers, in the answer's unit.
        equal: Whether both come to the same decision, bool [N]; None for a task whose answers decide nothing.
    """

    largest: float
    equal: np.ndarray | None

    def equal_labels(self) -> dict[str, int]:
        """How many decisions are equal, for the manifest; empty where nothing is decided."""
        return {} if self.equal is None else {"equal_labels": int(self.equal.sum())}

    def equal_share(self) -> dict[str, float]:
        """The same as a share of all."""
        return {} if self.equal is None else {"equal_share": float(self.equal.mean())}


def difference(serving: TaskServing, some: Served, others: Served) -> Difference:
    """Compare two models' answers to the same texts, N ≥ 1."""
    largest = max(_largest(some[name], others[name]) for name in serving.compared_outputs)
    decisions = serving.decisions(some), serving.decisions(others)
    if decisions[0] is None or decisions[1] is None:
        return Difference(largest, None)
    equal = decisions[0] == decisions[1]
    return Difference(largest, equal.reshape(len(equal), -1).all(axis=1))


def _largest(some: np.ndarray, others: np.ndarray) -> float:
    return float(np.abs(some.astype(np.float64) - others.astype(np.float64)).max())


def rounded_difference(serving: TaskServing, largest: float) -> float:
    """A difference of two numbers with as many digits as tell something beside what is allowed."""
    return round(largest, decimal_places(serving.allowed_difference) + 1)


def rows_of(columns: Iterable[pa.Array], *, decimals: int | None) -> list[list[Any]]:
    """The values of `columns_of`, row by row."""
    return [list(row) for row in zip(*columns_of(columns, decimals=decimals), strict=True)]


def columns_of(columns: Iterable[pa.Array], *, decimals: int | None) -> list[list[Any]]:
    """Columns of Python's own values; numbers with a fraction are written as of `TaskServing.file_decimals`."""
    return [
        _written(column.to_numpy(), decimals)
        if pa.types.is_floating(column.type)
        else [_inside_written(value, decimals) for value in column.to_pylist()]
        for column in columns
    ]


def _inside_written(value: Any, decimals: int | None) -> Any:
    """Numbers inside of lists and of mappings."""
    if isinstance(value, list) and value and all(type(each) is float for each in value):
        return _written(np.array(value, np.float32), decimals)
    if isinstance(value, list):
        return [_inside_written(each, decimals) for each in value]
    if isinstance(value, dict):
        return {key: _inside_written(each, decimals) for key, each in value.items()}
    return _written(np.array([value], np.float32), decimals)[0] if isinstance(value, float) else value


def _written(numbers: np.ndarray, decimals: int | None) -> list[float]:
    if decimals is None:
        # NumPy writes the fewest digits that are read as the same float32.
        return [float(str(number)) for number in numbers]
    rounded: list[float] = np.round(numbers.astype(np.float64), decimals).tolist()
    return rounded
