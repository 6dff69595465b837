"""What the model card says of vectors."""

from collections.abc import Iterator, Mapping
from typing import Any

from bert_tf.export.card_words import CardTable, CardWords
from bert_tf.plurals import counted
from bert_tf.scores import size_text
from bert_tf.tasks.embed.measures import FOLLOWED, OTHERS, RECALL_AT_1

_HEADER = ("dimensions", *(measure.name for measure in FOLLOWED))
_COUNTS = ("different", "median characters", "most characters")


def card_words(measured: Mapping[str, Any], data: Mapping[str, Any], compared: Mapping[str, Any] | None) -> CardWords:
    """Words for the card; arguments as of `TaskServing.card`."""
    texts = data["texts_to_find"]
    parts = list(_parts(measured)) if measured else []
    return CardWords(
        kind="A text encoder",
        returns="a vector of length 1; the cosine of two vectors, their dot product, says how well two texts match",
        scores=list(_scores(measured)) if measured else [],
        tables=[CardTable(_HEADER, parts)] if parts else [],
        judged_by=RECALL_AT_1.name,
        beside_float32="" if compared is None else _beside_float32(compared),
        intended_use="Finding, among texts that are known in advance, those that belong to a text like those it was "
        "trained on. Their vectors are made once, by the same model.",
        limitations=[
            "The nearest text does not always fit: if no text fits, there still is a nearest one.",
            "Vectors of another model, or of another version of this one, can't be compared with these.",
        ],
        without_leaked=_without_leaked(measured.get("without_leaked")),
        data_header=[f"texts to find: {name}" for name in _COUNTS],
        data_cells={split: [f"{texts[split][name]:,.0f}" for name in _COUNTS] for split in data["rows"]},
    )


def _scores(measured: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for measure in (*FOLLOWED, *OTHERS):
        interval = measure.interval_text(*measured["intervals"][measure.key])
        yield measure.name, measure.text(measured[measure.key]), interval
    texts = counted(measured["baseline"]["texts"], "text")
    yield f"recall@1 of ranking the {texts} at random", RECALL_AT_1.text(measured["baseline"][RECALL_AT_1.key]), "–"


def _parts(measured: Mapping[str, Any]) -> Iterator[list[str]]:
    for part in measured["by_dimensions"]:
        yield [str(part["dimensions"]), *(measure.text(part[measure.key]) for measure in FOLLOWED)]


def _beside_float32(compared: Mapping[str, Any]) -> str:
    rows = counted(compared["rows"], f"{compared['split']} text")
    now, was = (RECALL_AT_1.text(compared[f"{model}{RECALL_AT_1.key}"]) for model in ("", "float32_"))
    return (
        f"On {rows} its {RECALL_AT_1.name} is {now}, and that of the same model in float32 {was}; numbers of a vector "
        f"differ by at most {size_text(compared['largest_difference'])}."
    )


def _without_leaked(rest: Mapping[str, Any] | None) -> str:
    if not rest or not rest["examples"]:
        return ""
    figures = [f"{measure.name} is {measure.text(rest[measure.key])}" for measure in FOLLOWED]
    return f"{', '.join(figures[:-1])} and {figures[-1]}"
