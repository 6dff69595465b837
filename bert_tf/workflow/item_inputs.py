"""What is known of the items of all splits beside their texts, as the towers read it."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import tensorflow as tf

from bert_tf.data.histories import Events
from bert_tf.models.item_features import ItemFeatures


def known_features(
    events: Mapping[str, Events], items: Mapping[str, np.ndarray], *, facts: Mapping[str, Any]
) -> Mapping[str, Mapping[str, Any]]:
    """By split `cells`, `features` and `unknown`, as of `Interactions`; nothing where a run has no features.

    An item is its text: of several with the same text, those of the first event count.

    Args:
        events: By split, train first.
        items: The item of each event.
        facts: Of the training rows.
    """
    features = ItemFeatures.of_facts(facts)
    if features is None:
        return {}
    found: dict[int, tuple[str, ...]] = {0: ("",) * len(features.columns)}
    for split, numbers in items.items():
        for number, own in zip(numbers.tolist(), events[split].features, strict=True):
            found.setdefault(number, own)
    cells = [found[number] for number in range(len(found))]
    values = item_values(features, cells)
    known = set(items["train"].tolist())
    unknown = {}
    for split, numbers in items.items():
        new = np.array(sorted(set(numbers.tolist()) - known), np.int64)
        counted = {column: int((values[new, place] > 0).sum()) for column, place in features.others.items()}
        unknown[split] = {column: count for column, count in counted.items() if count}
    return {split: {"cells": cells, "features": values, "unknown": unknown[split]} for split in items}


def item_values(features: ItemFeatures, cells: list[tuple[str, ...]]) -> np.ndarray:
    """float32 [N, F] of the cells of N items, each as of `ItemFeatures.columns`."""
    return features({name: tf.constant(values) for name, values in feature_inputs(features, cells).items()}).numpy()


def feature_inputs(features: ItemFeatures, cells: list[tuple[str, ...]]) -> Mapping[str, list[str] | list[float]]:
    """The same by input, N values each; NaN where a number is not known."""
    by_column = [list(column) for column in zip(*cells, strict=True)]
    return {
        name: values if dtype == tf.string else [float(value) if value else float("nan") for value in values]
        for (name, dtype), values in zip(features.inputs.items(), by_column, strict=True)
    }
