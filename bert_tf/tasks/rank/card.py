"""What the model card says of rankings of items."""

from collections.abc import Iterator, Mapping
from typing import Any

from bert_tf.export.card_words import CardTable, CardWords
from bert_tf.plurals import counted
from bert_tf.scores import size_text
from bert_tf.tasks.rank.measures import COVERAGE, FOLLOWED, NDCG_AT_10
from bert_tf.tasks.rank.ranking_table import AHEAD, SHOWN, parts_of, ranking_rows, verdicts

_COUNTS = ("users", "median of a user", "most of a user")


def card_words(measured: Mapping[str, Any], data: Mapping[str, Any], compared: Mapping[str, Any] | None) -> CardWords:
    """Words for the card; arguments as of `TaskServing.card`."""
    events = data["users"]
    return CardWords(
        kind="A recommender by texts",
        returns="by the signature rank, how well each of some candidates fits a user’s history (cosines); by user, the "
        "vector of a user; by serving_default, the vector of an item, whose dot product with a user’s is that cosine",
        scores=list(_scores(measured)) if measured else [],
        tables=list(_tables(measured)) if measured else [],
        judged_by=NDCG_AT_10.name,
        beside_float32="" if compared is None else _beside_float32(compared),
        intended_use="Ranking items for users like those it was trained on, from the texts of what they liked, newest "
        "first. Vectors of a catalogue are computed once, by the same model.",
        limitations=[
            *(text for better, text in (verdicts(measured) if measured else ()) if better is not True),
            "Users can only like what they were shown: the model learns this bias, too.",
            "Vectors of another model, or of another version of this one, can't be compared with these.",
        ],
        without_leaked="",
        data_header=[f"events: {name}" for name in _COUNTS],
        data_cells={split: [f"{events[split][name]:,.0f}" for name in _COUNTS] for split in data["rows"]},
    )


def _scores(measured: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for measure in FOLLOWED:
        interval = measure.interval_text(*measured["intervals"][measure.key])
        yield measure.name, measure.text(measured[measure.key]), interval
    yield COVERAGE.name, COVERAGE.text(measured[COVERAGE.key]), "–"


def _tables(measured: Mapping[str, Any]) -> Iterator[CardTable]:
    for title, part in parts_of(measured):
        header = (title, *(measure.name for measure in SHOWN), AHEAD)
        yield CardTable(header, [[name, *cells] for name, cells in ranking_rows(part)])


def _beside_float32(compared: Mapping[str, Any]) -> str:
    rows = counted(compared["rows"], f"{compared['split']} event")
    now, was = (NDCG_AT_10.text(compared[f"{model}{NDCG_AT_10.key}"]) for model in ("", "float32_"))
    return (
        f"On {rows} its {NDCG_AT_10.name} is {now}, and that of the same model in float32 {was}; numbers of an item’s "
        f"vector differ by at most {size_text(compared['largest_difference'])}."
    )
