"""What the model card says of numbers."""

from collections.abc import Iterator, Mapping
from typing import Any

from bert_tf.export.card_words import CardTable, CardWords
from bert_tf.plurals import counted
from bert_tf.scores import number_text, range_text, signed_text, size_text
from bert_tf.tasks.regress.measures import FOLLOWED, MAE, OTHERS

_HEADER = ("label", "mean absolute error", "bias (predicted minus expected)", "texts")
_STATISTICS = ("minimum", "median", "maximum", "mean", "standard deviation")


def card_words(measured: Mapping[str, Any], data: Mapping[str, Any], compared: Mapping[str, Any] | None) -> CardWords:
    """Words for the card; arguments as of `TaskServing.card`."""
    statistics = data["label_statistics"]
    train = statistics["train"]
    deviation = train["standard deviation"]
    span = range_text(train["minimum"], train["maximum"], deviation)
    return CardWords(
        kind="A text regressor",
        returns=f"a number; the training labels are {span}",
        scores=list(_scores(measured)) if measured else [],
        tables=[CardTable(_HEADER, list(_rows(measured, deviation)))] if measured else [],
        judged_by=MAE.name,
        beside_float32="" if compared is None else _beside_float32(compared),
        intended_use="Predicting the number for texts like those it was trained on. Every text gets a number, even one "
        "that it does not apply to; nothing says how sure it is.",
        limitations=[
            f"Numbers outside those of the training labels, {span}, were never seen, and predictions of extreme ones "
            "lean towards the mean."
        ],
        without_leaked=_without_leaked(measured.get("without_leaked")),
        data_header=list(_STATISTICS),
        data_cells={
            split: [number_text(statistics[split][name], deviation) for name in _STATISTICS] for split in data["rows"]
        },
    )


def _scores(measured: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for measure in (*FOLLOWED, *OTHERS):
        interval = measure.interval_text(*measured["intervals"][measure.key])
        yield measure.name, measure.text(measured[measure.key]), interval
    yield "mean absolute error of always answering the mean", MAE.text(measured["baseline"]["mae"]), "–"


def _rows(measured: Mapping[str, Any], deviation: float) -> Iterator[list[str]]:
    for part in measured["by_label_range"]:
        span = range_text(part["from"], part["to"], deviation)
        yield [span, MAE.text(part["mae"]), signed_text(part["bias"], deviation), f"{part['rows']:,}"]


def _beside_float32(compared: Mapping[str, Any]) -> str:
    rows = counted(compared["rows"], f"{compared['split']} text")
    return (
        f"On {rows} its {MAE.name} is {MAE.text(compared[MAE.key])}, and that of the same model in float32 "
        f"{MAE.text(compared[f'float32_{MAE.key}'])}; numbers differ by at most "
        f"{size_text(compared['largest_difference'])}."
    )


def _without_leaked(rest: Mapping[str, Any] | None) -> str:
    if not rest or not rest["examples"]:
        return ""
    figures = [f"{measure.name} is {measure.text(rest[measure.key])}" for measure in FOLLOWED]
    return f"{', '.join(figures[:-1])} and {figures[-1]}"
