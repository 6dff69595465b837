"""Users and items of golden requests: what a client sends of them, and their vectors outside of the exported graph."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, cast

import numpy as np
import tensorflow as tf

from bert_tf.export.history_signatures import AGE, HISTORY
from bert_tf.models.frozen.frozen_model import InferenceGraph
from bert_tf.models.task_network import HistoryNetwork
from bert_tf.text.encoded import FEATURES
from bert_tf.workflow.item_inputs import feature_inputs, item_values
from bert_tf.workflow.opened_run import OpenedRun
from bert_tf.workflow.predict import input_rows

Cells = Sequence[tuple[str, ...]]


@dataclasses.dataclass(frozen=True, eq=False)
class GoldenUsers:
    """Histories of items.

    Attributes:
        opened: The run.
        texts: Of items in UTF-8; the first is empty and stands for none.
        cells: What else is known of each, as of `ItemFeatures.columns`; None where the model reads no more.
        histories: Numbers of items, the newest first and 0 for none, int [N, H].
        ages: How long ago they were liked, float32 [N, H].
    """

    opened: OpenedRun
    texts: Sequence[bytes]
    cells: Cells | None
    histories: np.ndarray
    ages: np.ndarray

    @property
    def network(self) -> HistoryNetwork:
        """Of the run."""
        return cast(HistoryNetwork, self.opened.network)

    @property
    def cut(self) -> np.ndarray:
        """Whether a history is longer than what is read, bool [N]."""
        return np.asarray((self.histories > 0).sum(1) > self.network.history)

    def requests(self, **others: np.ndarray) -> list[dict[str, Any]]:
        """What a client sends of each user, with other lists of items by their input, int [N, …]."""
        lists = {HISTORY: self.histories, **others}
        known = {"": [text.decode() for text in self.texts], **self._known()}
        sent = {
            f"{name}_{own}" if own else name: np.array(values, object)[numbers]
            for name, numbers in lists.items()
            for own, values in known.items()
        }
        if self.network.reads_age:
            sent[AGE] = self.ages.astype(float)
        return [{name: values[row].tolist() for name, values in sent.items()} for row in range(len(self.histories))]

    def vectors(self, graph: InferenceGraph, *others: np.ndarray) -> tuple[np.ndarray, list[np.ndarray]]:
        """Of users, float32 [N, D], and of the items of other lists, float32 [N, …, D], each text by itself."""
        lists = [self.histories[:, : self.network.history], *others]
        used, places = np.unique(np.concatenate([[0], *(each.ravel() for each in lists)]), return_inverse=True)
        outputs = self.opened.predictor(graph)(self._inputs(used), np.arange(len(used)))
        ends = np.cumsum([1, *(each.size for each in lists)])
        histories, *found = (
            places[start:end].reshape(each.shape) for start, end, each in zip(ends, ends[1:], lists, strict=False)
        )
        tensors = {name: tf.constant(values) for name, values in outputs.items()}
        ages = tf.constant(self.ages[:, : self.network.history])
        users = self.network.users(tensors, tf.constant(histories.astype(np.int32)), ages).numpy()
        return users, [np.asarray(outputs["vector"])[each] for each in found]

    def _known(self) -> Mapping[str, list[Any]]:
        """Features of each item by input; JSON has no NaN, and the mean counts as much as no number does."""
        features = self.network.features
        if features is None or self.cells is None:
            return {}
        found = feature_inputs(features, list(self.cells))
        return {
            own: [features.mean(own) if value != value else value for value in values] for own, values in found.items()
        }

    def _inputs(self, numbers: np.ndarray) -> list[dict[str, np.ndarray]]:
        texts = [self.texts[number] for number in numbers]
        read = input_rows(self.opened.tokenizer, texts, None, max_tokens=self.opened.recipe.text.max_tokens)
        inputs = [row.inputs for row in read]
        if self.network.features is None or self.cells is None:
            return inputs
        values = item_values(self.network.features, [self.cells[number] for number in numbers])
        return [{**each, FEATURES: row[np.newaxis]} for each, row in zip(inputs, values, strict=True)]
