"""What is served of numbers."""

import math
import types
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from bert_tf.export.task_serving import ExampleSignature, Served, TextOutputs
from bert_tf.scores import decimal_places, number_text, range_text

if TYPE_CHECKING:
    import tensorflow as tf

    from bert_tf.export.card_words import CardWords

# In standard deviations, as for probabilities: float32 sums in another order differ by about 1e-6.
_TOLERANCE = 2e-5
# bfloat16 rounds to 3 digits; a kernel that computes something else moves by far more.
_ALLOWED = 0.2
_ROUNDINGS = 4  # of a number as large as the mean


class RegressServing:
    """See `TaskServing`. The output is `value`, float32 [N], in the unit of the label.

    Args:
        mean: Of the training labels.
        deviation: Their standard deviation.
    """

    numbers = "value"
    compared_outputs: Sequence[str] = (numbers,)
    unit = "number"
    file_decimals: int | None = None
    ordered_outputs: Sequence[str] = ()
    padded_outputs: Mapping[str, str] = types.MappingProxyType({})
    numbers_suffice = True
    text_signatures: Mapping[str, TextOutputs] = types.MappingProxyType({})

    def __init__(self, mean: float, deviation: float) -> None:
        self._mean, self._deviation = mean, deviation
        self.decimals = decimal_places(deviation)
        self.targets: Sequence[str] = ("value",)
        self.example_signatures: Sequence[ExampleSignature] = (
            ExampleSignature("regress", _regress_outputs, regression=lambda answer: float(answer["value"])),
        )
        self.columns = pa.schema([("value", pa.float32())])
        rounding = _ROUNDINGS * float(np.finfo(np.float32).eps) * abs(mean)
        self.tolerance = _two_digits(_TOLERANCE * deviation + rounding)
        self.allowed_difference = _two_digits(_ALLOWED * deviation + rounding)

    def manifest_facts(self) -> dict[str, Any]:
        """`training_labels`: their `mean` and `std`."""
        return {"training_labels": {"mean": self._mean, "std": self._deviation}}

    def answers(self, outputs: Served) -> list[dict[str, Any]]:
        """`value`."""
        return [{"value": float(value)} for value in outputs["value"]]

    def answer_cells(self, answer: Mapping[str, Any]) -> list[str]:
        """The number."""
        return [number_text(answer["value"], self._deviation)]

    def marked_text(self, answer: Mapping[str, Any], text: str) -> str:
        """Without marks: the answer is about all of it."""
        return text

    def arrays(self, outputs: Served) -> list[pa.Array]:
        """The numbers."""
        return [pa.array(outputs["value"], pa.float32())]

    def tally(self) -> "NumberTally":
        """Of numbers."""
        return NumberTally(self._deviation)

    def decisions(self, outputs: Served) -> None:
        """None: a number decides nothing."""

    def is_decided(self, outputs: Served, tolerance: float) -> np.ndarray:
        """Always: there is nothing to decide."""
        return np.ones(len(outputs["value"]), bool)

    def predicted_targets(self, outputs: Served) -> np.ndarray:
        """The only one, int64 [N]."""
        return np.zeros(len(outputs["value"]), np.int64)

    def explained(self, outputs: Served, target: int) -> np.ndarray:
        """The number."""
        return outputs["value"].astype(np.float64)

    def baseline_facts(self, value: float) -> dict[str, float]:
        """`baseline_value`."""
        return {"baseline_value": value}

    def card(
        self, measured: Mapping[str, Any], data: Mapping[str, Any], compared: Mapping[str, Any] | None
    ) -> "CardWords":
        """See `TaskServing`."""
        from bert_tf.tasks.regress.card import card_words

        return card_words(measured, data, compared)


class NumberTally:
    """Minimum, mean and maximum of many numbers; `deviation` is that of the training labels."""

    def __init__(self, deviation: float) -> None:
        self._deviation = deviation
        self._rows, self._sum = 0, 0.0
        self._minimum, self._maximum = math.inf, -math.inf

    def add(self, outputs: Served) -> None:
        """See `Tally`."""
        values = outputs["value"].astype(np.float64)
        if len(values):
            found = {"minimum": float(values.min()), "mean": float(values.mean()), "maximum": float(values.max())}
            self.join({"values": found}, rows=len(values))

    def join(self, facts: Mapping[str, Any], *, rows: int) -> None:
        """See `Tally`."""
        if rows:
            found = facts["values"]
            self._rows, self._sum = self._rows + rows, self._sum + rows * found["mean"]
            self._minimum = min(self._minimum, found["minimum"])
            self._maximum = max(self._maximum, found["maximum"])

    def facts(self) -> dict[str, Any]:
        """`values`: `minimum`, `mean` and `maximum`; empty without rows."""
        if not self._rows:
            return {"values": {}}
        return {"values": {"minimum": self._minimum, "mean": self._sum / self._rows, "maximum": self._maximum}}

    def text(self) -> str:
        """`-0.31 to 0.94, mean 0.2`."""
        if not self._rows:
            return ""
        mean = number_text(self._sum / self._rows, self._deviation)
        return f"{range_text(self._minimum, self._maximum, self._deviation)}, mean {mean}"


def _regress_outputs(outputs: Mapping[str, "tf.Tensor"]) -> dict[str, "tf.Tensor"]:
    """`outputs` float32 [N]: Regress refuses a signature with more, or with another name."""
    return {"outputs": outputs["value"]}


def _two_digits(value: float) -> float:
    """Rounded up, so that what is written is what is meant."""
    scale = 10.0 ** (1 - math.floor(math.log10(value)))
    return float(f"{math.ceil(value * scale) / scale:.2g}")
