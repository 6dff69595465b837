"""What the model card says of single labels."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from bert_tf.evaluation.classification import label_intervals
from bert_tf.export.card_words import CardTable, CardWords
from bert_tf.plurals import counted
from bert_tf.scores import interval_text, score_text
from bert_tf.tasks.classify.measures import ACCURACY, FOLLOWED

_LABEL_HEADER = ("label", "precision", "recall", "95% interval of recall", "F1", "texts")


def card_words(
    names: Sequence[str],
    measured: Mapping[str, Any],
    data: Mapping[str, Any],
    compared: Mapping[str, Any] | None,
) -> CardWords:
    """Words for the card of a model with these labels; the others as of `TaskServing.card`."""
    counts = data["class_counts"]
    return CardWords(
        kind=f"A text classifier with {len(names)} labels",
        returns="a label and a probability for each label",
        scores=list(_scores(measured)) if measured else [],
        tables=[CardTable(_LABEL_HEADER, list(_label_rows(measured, names)))] if measured else [],
        judged_by=ACCURACY.name,
        beside_float32="" if compared is None else _beside_float32(compared),
        intended_use=f"Labelling texts like those it was trained on with one of {', '.join(names)}. Every text gets "
        "one of these labels, even one that fits none of them, so check the probability.",
        limitations=["Probabilities are softmax outputs and were not calibrated."],
        without_leaked=_without_leaked(measured.get("without_leaked")),
        data_header=list(names),
        data_cells={split: [f"{counts.get(split, {}).get(name, 0):,}" for name in names] for split in data["rows"]},
    )


def _scores(measured: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    intervals = label_intervals(*_rows(measured["confusion_matrix"]))
    for measure in FOLLOWED:
        if measure.key in intervals:
            low, high, *_ = intervals[measure.key]
            yield measure.name, measure.text(measured[measure.key]), interval_text(low, high)


def _rows(confusion: Sequence[Sequence[int]]) -> tuple[np.ndarray, np.ndarray]:
    """True and predicted label ids of rows with this confusion matrix, whose rows are the true labels."""
    counts = np.array(confusion)
    true, predicted = np.indices(counts.shape).reshape(2, -1)
    return np.repeat(true, counts.ravel()), np.repeat(predicted, counts.ravel())


def _label_rows(measured: Mapping[str, Any], names: Sequence[str]) -> Iterator[list[str]]:
    from scipy.stats import binomtest

    for index, name in enumerate(names):
        label, right = measured["per_class"][name], int(measured["confusion_matrix"][index][index])
        support, shown = int(label["support"]), "no texts"
        if support:
            # Wilson's, which holds for few texts and for shares near 1.
            interval = binomtest(right, support).proportion_ci(method="wilson")
            shown = interval_text(interval.low, interval.high)
        precision, recall, f1 = (score_text(label[key]) for key in ("precision", "recall", "f1"))
        yield [name, precision, recall, shown, f1, f"{support:,}"]


def _beside_float32(compared: Mapping[str, Any]) -> str:
    rows = counted(compared["rows"], f"{compared['split']} text")
    return (
        f"{compared['equal_labels']:,} of {rows} get the same label as from the same model in float32, whose accuracy "
        f"is {score_text(compared['float32_accuracy'])}; probabilities differ by at most "
        f"{score_text(compared['largest_difference'])}."
    )


def _without_leaked(rest: Mapping[str, Any] | None) -> str:
    if not rest or not rest["examples"]:
        return ""
    return f"accuracy is {score_text(rest['accuracy'])} and macro F1 {score_text(rest['macro_f1'])}"
