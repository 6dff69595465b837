"""What the model card says of entities."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bert_tf.export.card_words import CardTable, CardWords
from bert_tf.plurals import counted
from bert_tf.scores import interval_text, score_text
from bert_tf.tasks.tag.measures import FOLLOWED, MICRO_F1, OTHERS
from bert_tf.tasks.tag.target import NO_ENTITY

_TYPE_HEADER = ("type", "precision", "recall", "F1", "entities")


def card_words(
    names: Sequence[str],
    measured: Mapping[str, Any],
    data: Mapping[str, Any],
    compared: Mapping[str, Any] | None,
    *,
    offsets: str,
) -> CardWords:
    """Words for the card of a model with these types and `offsets` as of `TagServing`; the others as of
    `TaskServing.card`."""
    counts, header = data["entity_counts"], [*names, NO_ENTITY]
    one, unit = ("byte", "bytes of UTF-8") if offsets == "bytes" else ("character", "characters of Unicode")
    return CardWords(
        kind=f"A tagger that finds named entities of {counted(len(names), 'type')}",
        returns=f"for each text its entities: the first {one} and the one behind the last, counted from 0 in {unit}, a "
        "type and a probability; `count` says how many of the padded values of a text there are",
        scores=list(_scores(measured)) if measured else [],
        tables=[CardTable(_TYPE_HEADER, list(_type_rows(measured)))] if measured else [],
        judged_by=MICRO_F1.name,
        beside_float32="" if compared is None else _beside_float32(compared),
        intended_use=f"Finding {', '.join(names)} in texts like those it was trained on.",
        limitations=[
            "An entity is whole words: letters between blanks, or single marks and ideographs. It can't lie inside "
            "another one.",
            "Text beyond the longest row is not read, and entities there are not found; `truncated` says so.",
            "Probabilities are softmax outputs and were not calibrated.",
        ],
        without_leaked=_without_leaked(measured.get("without_leaked")),
        data_header=header,
        data_cells={split: [f"{counts.get(split, {}).get(name, 0):,}" for name in header] for split in data["rows"]},
    )


def _scores(measured: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for measure in (*FOLLOWED, *OTHERS):
        interval = measured["intervals"][measure.key]
        yield measure.name, measure.text(measured[measure.key]), interval_text(*interval)


def _type_rows(measured: Mapping[str, Any]) -> Iterator[list[str]]:
    for name, figures in measured["per_class"].items():
        yield [name, *(score_text(figures[key]) for key in ("precision", "recall", "f1")), f"{figures['support']:,}"]


def _beside_float32(compared: Mapping[str, Any]) -> str:
    rows = counted(compared["rows"], f"{compared['split']} text")
    return (
        f"{compared['equal_labels']:,} of {rows} get the same entities as from the same model in float32, whose "
        f"{MICRO_F1.name} is {score_text(compared[f'float32_{MICRO_F1.key}'])}; probabilities differ by at most "
        f"{score_text(compared['largest_difference'])}."
    )


def _without_leaked(rest: Mapping[str, Any] | None) -> str:
    if not rest or not rest["examples"]:
        return ""
    return f"{MICRO_F1.name} is {score_text(rest[MICRO_F1.key])} and macro F1 {score_text(rest['macro_f1'])}"
