"""What the model card says of sets of labels."""

from collections.abc import Iterator, Mapping
from typing import Any

from bert_tf.export.card_words import CardTable, CardWords
from bert_tf.plurals import counted
from bert_tf.scores import interval_text, score_text
from bert_tf.tasks.multilabel.answered_labels import NO_LABEL
from bert_tf.tasks.multilabel.measures import FOLLOWED, MACRO_F1, OTHERS, SHARES

_LABEL_HEADER = ("label", *SHARES.values(), "texts")


def card_words(
    labels: Mapping[str, Any],
    measured: Mapping[str, Any],
    data: Mapping[str, Any],
    compared: Mapping[str, Any] | None,
) -> CardWords:
    """Words for the card of a model with these `labels` and `thresholds`; the others as of `TaskServing.card`."""
    names, counts = labels["labels"], data["class_counts"]
    header = [*names, NO_LABEL]
    return CardWords(
        kind=f"A text classifier that gives each text none, one or several of {len(names)} labels",
        returns="a probability for each label, and whether it reaches the label's threshold",
        scores=list(_scores(measured)) if measured else [],
        tables=[CardTable(_LABEL_HEADER, list(_label_rows(measured)))] if measured else [],
        judged_by=MACRO_F1.name,
        beside_float32="" if compared is None else _beside_float32(compared),
        intended_use=f"Labelling texts like those it was trained on with any of {', '.join(names)}. A text that fits "
        "none of them may get none.",
        limitations=[
            "Each label's threshold is the one with the largest F1 on the validation texts; where a missed label costs "
            "more than a wrong one, choose lower ones.",
            "Probabilities are sigmoid outputs and were not calibrated.",
        ],
        without_leaked=_without_leaked(measured.get("without_leaked")),
        data_header=header,
        data_cells={split: [f"{counts.get(split, {}).get(name, 0):,}" for name in header] for split in data["rows"]},
    )


def _scores(measured: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for measure in (*FOLLOWED, *OTHERS):
        if measure.key in measured["intervals"]:
            yield measure.name, measure.text(measured[measure.key]), interval_text(*measured["intervals"][measure.key])


def _label_rows(measured: Mapping[str, Any]) -> Iterator[list[str]]:
    for name, figures in measured["per_class"].items():
        shares = (figures[key] for key in SHARES)
        yield [name, *("–" if share is None else score_text(share) for share in shares), f"{figures['support']:,}"]


def _beside_float32(compared: Mapping[str, Any]) -> str:
    rows = counted(compared["rows"], f"{compared['split']} text")
    return (
        f"{compared['equal_labels']:,} of {rows} get the same labels as from the same model in float32, whose "
        f"{MACRO_F1.name} is {score_text(compared[f'float32_{MACRO_F1.key}'])}; probabilities differ by at most "
        f"{score_text(compared['largest_difference'])}."
    )


def _without_leaked(rest: Mapping[str, Any] | None) -> str:
    if not rest or not rest["examples"]:
        return ""
    return f"macro F1 is {score_text(rest['macro_f1'])} and micro F1 {score_text(rest['micro_f1'])}"
