"""What is served of several heads: what each one's task serves, with its name in front."""

import types
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from bert_tf.export.task_serving import ExampleSignature, Served, Tally, TaskServing, TextOutputs
from bert_tf.tasks.multitask.heads import Head, part_of

if TYPE_CHECKING:
    import tensorflow as tf

    from bert_tf.export.card_words import CardWords


class MultitaskServing:
    """See `TaskServing`. Outputs are those of the heads' tasks, such as `sentiment.probabilities`.

    Args:
        heads: In the order of the recipe.
        servings: What is served of each.
    """

    unit = "number"
    numbers_suffice = True
    ordered_outputs: Sequence[str] = ()
    padded_outputs: Mapping[str, str] = types.MappingProxyType({})

    def __init__(self, heads: Sequence[Head], servings: Sequence[TaskServing]) -> None:
        self._heads = tuple(heads)
        self._servings = {head.name: serving for head, serving in zip(heads, servings, strict=True)}
        name, first = next(iter(self._servings.items()))
        self.numbers = f"{name}.{first.numbers}"
        self.compared_outputs: Sequence[str] = self._named(lambda serving: serving.compared_outputs)
        self.tolerance = max(serving.tolerance for serving in servings)
        self.allowed_difference = max(serving.allowed_difference for serving in servings)
        self.decimals = first.decimals
        decimals = [serving.file_decimals for serving in servings]
        self.file_decimals = None if None in decimals else max(each for each in decimals if each is not None)
        self.targets: Sequence[str] = [
            f"{name}: {target}" for name, serving in self._servings.items() for target in serving.targets
        ]
        self.columns = pa.schema(
            [
                field.with_name(f"{name}.{field.name}")
                for name, serving in self._servings.items()
                for field in serving.columns
            ]
        )
        self.example_signatures: Sequence[ExampleSignature] = self._example_signatures()
        self.text_signatures: Mapping[str, TextOutputs] = types.MappingProxyType({})

    @property
    def heads(self) -> Mapping[str, TaskServing]:
        """What is served of each head, by its name, in the order of the recipe."""
        return types.MappingProxyType(self._servings)

    def manifest_facts(self) -> dict[str, Any]:
        """`heads`, each with its name, its task and what that says."""
        told = [
            {"name": head.name, "task": head.task_name, **self._servings[head.name].manifest_facts()}
            for head in self._heads
        ]
        return {"heads": told}

    def answers(self, outputs: Served) -> list[dict[str, Any]]:
        """By head, what its task answers."""
        found = {name: serving.answers(part_of(name, outputs)) for name, serving in self._servings.items()}
        return [dict(zip(found, row, strict=True)) for row in zip(*found.values(), strict=True)]

    def answer_cells(self, answer: Mapping[str, Any]) -> list[str]:
        """Those of each head, behind its name."""
        cells = []
        for name, serving in self._servings.items():
            first, *rest = serving.answer_cells(answer[name])
            cells += [f"{name}: {first}", *rest]
        return cells

    def marked_text(self, answer: Mapping[str, Any], text: str) -> str:
        """Without marks: the answers are about all of it."""
        return text

    def arrays(self, outputs: Served) -> list[pa.Array]:
        """Those of each head."""
        return [array for name, serving in self._servings.items() for array in serving.arrays(part_of(name, outputs))]

    def tally(self) -> "HeadTallies":
        """Of each head."""
        return HeadTallies({name: serving.tally() for name, serving in self._servings.items()})

    def decisions(self, outputs: Served) -> np.ndarray | None:
        """Those of all heads that decide anything, int64 [N, …]; None where none does."""
        found = [serving.decisions(part_of(name, outputs)) for name, serving in self._servings.items()]
        decided = [each.reshape(len(each), -1).astype(np.int64) for each in found if each is not None]
        return np.concatenate(decided, 1) if decided else None

    def is_decided(self, outputs: Served, tolerance: float) -> np.ndarray:
        """Whether the decisions of all heads stay."""
        each = [serving.is_decided(part_of(name, outputs), tolerance) for name, serving in self._servings.items()]
        return np.logical_and.reduce(each)

    def predicted_targets(self, outputs: Served) -> np.ndarray:
        """Of the first head."""
        name, first = next(iter(self._servings.items()))
        return first.predicted_targets(part_of(name, outputs))

    def explained(self, outputs: Served, target: int) -> np.ndarray:
        """What the head that the target is of explains."""
        for name, serving in self._servings.items():
            if target < len(serving.targets):
                return serving.explained(part_of(name, outputs), target)
            target -= len(serving.targets)
        raise IndexError(target)

    def baseline_facts(self, value: float) -> dict[str, float]:
        """`baseline_value`, such as log-odds: what it means depends on the head."""
        return {"baseline_value": value}

    def card(
        self, measured: Mapping[str, Any], data: Mapping[str, Any], compared: Mapping[str, Any] | None
    ) -> "CardWords":
        """See `TaskServing`."""
        from bert_tf.tasks.multitask.card import card_words

        return card_words(self._heads, self._servings, measured, data, compared)

    def _named(self, names: Callable[[TaskServing], Sequence[str]]) -> list[str]:
        return [f"{name}.{each}" for name, serving in self._servings.items() for each in names(serving)]

    def _example_signatures(self) -> list[ExampleSignature]:
        """Of each of TensorFlow Serving's own APIs that of the first head that has it: the API has no other name."""
        found: dict[str, ExampleSignature] = {}
        for name, serving in self._servings.items():
            for signature in serving.example_signatures:
                found.setdefault(signature.api, _of_head(name, signature))
        return list(found.values())


def _of_head(name: str, signature: ExampleSignature) -> ExampleSignature:
    def outputs(served: Mapping[str, "tf.Tensor"]) -> dict[str, "tf.Tensor"]:
        return signature.outputs(part_of(name, served))

    regression = signature.regression
    if regression is None:
        return ExampleSignature(signature.api, outputs)
    return ExampleSignature(signature.api, outputs, regression=lambda answer: regression(part_of(name, answer)))


class HeadTallies:
    """What many answers of several heads come to: a `Tally`.

    Args:
        tallies: Of the heads, by name.
    """

    def __init__(self, tallies: Mapping[str, Tally]) -> None:
        self._tallies = dict(tallies)

    def add(self, outputs: Served) -> None:
        """See `Tally`."""
        for name, tally in self._tallies.items():
            tally.add(part_of(name, outputs))

    def join(self, facts: Mapping[str, Any], *, rows: int) -> None:
        """See `Tally`."""
        for name, tally in self._tallies.items():
            tally.join(facts[name], rows=rows)

    def facts(self) -> dict[str, Any]:
        """By head."""
        return {name: tally.facts() for name, tally in self._tallies.items()}

    def text(self) -> str:
        """`sentiment: bad 12 · good 30; stars: 1 to 5, mean 3`."""
        return "; ".join(f"{name}: {text}" for name, tally in self._tallies.items() if (text := tally.text()))
