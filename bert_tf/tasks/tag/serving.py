"""What is served of entities."""

import types
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from bert_tf.export.label_probabilities import LabelCounts, baseline_probability, log_odds
from bert_tf.export.task_serving import ExampleSignature, Served, TextOutputs
from bert_tf.scores import score_text
from bert_tf.tasks.tag.answered_entities import NO_ENTITY
from bert_tf.tasks.tag.columns import ANSWERED
from bert_tf.tasks.tag.target import NO_ENTITY as WITHOUT

if TYPE_CHECKING:
    from bert_tf.export.card_words import CardWords

_PADDED = ("starts", "ends", "labels", "scores")


class TagServing:
    """See `TaskServing`. Outputs are those of `TagNetwork.decode_words`.

    Args:
        label_names: Names of the types of entities; the position is the id.
        offsets: What places are counted in: "characters" of Unicode or "bytes" of UTF-8.
    """

    numbers = "mentions"
    compared_outputs: Sequence[str] = (numbers,)
    unit = "probability"
    # float32 sums in another order differ by about 1e-6, and a wrong weight or id by far more.
    tolerance = 2e-5
    # bfloat16 rounds to 3 digits, and an undecided word may move by a few hundredths; a kernel that computes something
    # else moves by far more.
    allowed_difference = 0.1
    decimals = 4
    file_decimals: int | None = 6  # float32 has no more to tell of a probability
    ordered_outputs: Sequence[str] = ("mentions",)
    padded_outputs: Mapping[str, str] = types.MappingProxyType(dict.fromkeys(_PADDED, "count"))
    numbers_suffice = False
    text_signatures: Mapping[str, TextOutputs] = types.MappingProxyType({})
    example_signatures: Sequence[ExampleSignature] = ()

    def __init__(self, label_names: Sequence[str], offsets: str) -> None:
        self._names, self._offsets = tuple(label_names), offsets
        self.targets: Sequence[str] = self._names
        self.columns = pa.schema([("entities", ANSWERED)])

    def manifest_facts(self) -> dict[str, Any]:
        """`labels`: the types, by id; and `offsets`."""
        return {"labels": list(self._names), "offsets": self._offsets}

    def answers(self, outputs: Served) -> list[dict[str, Any]]:
        """`entities`, each with `start`, `end`, `label` and `score`."""
        return [{"entities": _entities(outputs, row)} for row in range(len(outputs["count"]))]

    def answer_cells(self, answer: Mapping[str, Any]) -> list[str]:
        """Type, place and probability of each."""
        shown = [
            f"{each['label']} {each['start']}–{each['end']} {score_text(each['score'])}" for each in answer["entities"]
        ]
        return [", ".join(shown) or NO_ENTITY]

    def marked_text(self, answer: Mapping[str, Any], text: str) -> str:
        """`[Ada Lovelace PER] lives in [London LOC]`."""
        parts, place = [], 0
        written = text.encode("utf-8", "replace") if self._offsets == "bytes" else text
        for each in answer["entities"]:
            start, end = each["start"], each["end"]
            parts += [_text(written[place:start]), f"[{_text(written[start:end])} {each['label']}]"]
            place = end
        return "".join([*parts, _text(written[place:])])

    def arrays(self, outputs: Served) -> list[pa.Array]:
        """The entities of each text."""
        return [pa.array([answer["entities"] for answer in self.answers(outputs)], ANSWERED)]

    def tally(self) -> LabelCounts:
        """Entities by type, and texts without any."""
        return LabelCounts((*self._names, WITHOUT), _counted)

    def decisions(self, outputs: Served) -> np.ndarray:
        """Places and types of the entities of each text, object [N]."""
        found = np.empty(len(outputs["count"]), object)
        for row, answer in enumerate(self.answers(outputs)):
            found[row] = tuple((each["start"], each["end"], each["label"]) for each in answer["entities"])
        return found

    def is_decided(self, outputs: Served, tolerance: float) -> np.ndarray:
        """Whether each word keeps its tag when each probability moves by a tolerance."""
        return outputs["margin"].astype(np.float64) > 2 * tolerance

    def predicted_targets(self, outputs: Served) -> np.ndarray:
        """The type that the text speaks for most, int64 [N]."""
        return outputs["mentions"].argmax(-1)

    def explained(self, outputs: Served, target: int) -> np.ndarray:
        """log p / (1 - p) of the word that is most probably of the type, with 1e-6 for what is nearer to 0 or 1."""
        return log_odds(outputs["mentions"][:, target])

    def baseline_facts(self, value: float) -> dict[str, float]:
        """`baseline_probability` of log-odds."""
        return baseline_probability(value)

    def card(
        self, measured: Mapping[str, Any], data: Mapping[str, Any], compared: Mapping[str, Any] | None
    ) -> "CardWords":
        """See `TaskServing`."""
        from bert_tf.tasks.tag.card import card_words

        return card_words(self._names, measured, data, compared, offsets=self._offsets)


def _text(written: str | bytes) -> str:
    return written if isinstance(written, str) else written.decode()


def _entities(outputs: Served, row: int) -> list[dict[str, Any]]:
    count = int(outputs["count"][row])
    columns = [outputs[name][row][:count] for name in ("starts", "ends", "labels", "scores")]
    return [
        {"start": int(start), "end": int(end), "label": label.decode(), "score": float(score)}
        for start, end, label, score in zip(*columns, strict=True)
    ]


def _counted(outputs: Served) -> Counter[str]:
    found: Counter[str] = Counter()
    for labels, count in zip(outputs["labels"], outputs["count"], strict=True):
        found.update([label.decode() for label in labels[:count]] or [WITHOUT])
    return found
