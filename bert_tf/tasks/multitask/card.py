"""What the model card says of several heads."""

from collections.abc import Mapping, Sequence
from typing import Any

from bert_tf.export.card_words import CardTable, CardWords
from bert_tf.export.task_serving import TaskServing
from bert_tf.plurals import counted
from bert_tf.scores import score_text
from bert_tf.tasks.multitask.heads import Head, figures_of


def card_words(
    heads: Sequence[Head],
    servings: Mapping[str, TaskServing],
    measured: Mapping[str, Any],
    data: Mapping[str, Any],
    compared: Mapping[str, Any] | None,
) -> CardWords:
    """Words for the card: those of each head, behind its name; the last three arguments as of `TaskServing.card`."""
    told = {
        head.name: servings[head.name].card(
            figures_of(head.name, measured) if measured else {},
            {**{key: value for key, value in data.items() if key != "heads"}, **data["heads"][head.name]},
            None,
        )
        for head in heads
    }
    listed = ", ".join(told)
    return CardWords(
        kind=f"A model with {counted(len(heads), 'head')} on one encoder ({listed})",
        returns="; ".join(f"{name}: {words.returns}" for name, words in told.items()),
        scores=[
            (f"{name} {score}", value, interval)
            for name, words in told.items()
            for score, value, interval in words.scores
        ],
        tables=[_named(name, table) for name, words in told.items() for table in words.tables],
        judged_by=heads[0].followed[0].name,
        beside_float32="" if compared is None else _beside_float32(heads[0], compared),
        intended_use=" ".join(f"Head {name}: {words.intended_use}" for name, words in told.items()),
        limitations=[
            "Each head was trained and evaluated on the rows that have a label for it, but it gives an answer for "
            "every text.",
            *(f"{name}: {sentence}" for name, words in told.items() for sentence in words.limitations),
        ],
        without_leaked="; ".join(
            f"{name} {words.without_leaked}" for name, words in told.items() if words.without_leaked
        ),
        data_header=[f"{name}: {column}" for name, words in told.items() for column in words.data_header],
        data_cells={
            split: [cell for words in told.values() for cell in words.data_cells[split]] for split in data["rows"]
        },
    )


def _named(name: str, table: CardTable) -> CardTable:
    first, *rest = table.header
    return CardTable([f"{name}: {first}", *rest], table.rows)


def _beside_float32(head: Head, compared: Mapping[str, Any]) -> str:
    judged = head.followed[0]
    rows = counted(compared["rows"], f"{compared['split']} text")
    agree = f" {compared['equal_labels']:,} of them get the same labels." if "equal_labels" in compared else ""
    return (
        f"On {rows} {judged.name} is {judged.text(compared[judged.key])}, and that of the same model in float32 "
        f"{judged.text(compared[f'float32_{judged.key}'])}; numbers differ by at most "
        f"{score_text(compared['largest_difference'])}.{agree}"
    )
