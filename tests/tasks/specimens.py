"""A few rows of each task and what a recipe says of them: what `conformance.py` trains and tries every task on."""

import dataclasses
import json
import types
from collections.abc import Mapping, Sequence
from typing import Any

TEXTS = (
    "a warm and funny film",
    "dull from start to end",
    "the best cast in years",
    "a waste of two hours",
    "clever, moving and short",
    "the jokes fall flat",
    "I would see it again",
    "nobody cared to write a plot",
    "a joy for young and old",
    "loud, long and empty",
    "beautiful pictures, good music",
    "the ending makes no sense",
    "a small, honest story",
    "the worst of the series",
    "great fun with great actors",
    "I left before the end",
    "tender and very well played",
    "a sad, cheap copy",
    "it made my whole week",
    "tired, and proud of it",
)
"""Good and bad ones in turn; no two start alike."""
_ROWS = range(len(TEXTS))


@dataclasses.dataclass(frozen=True)
class Specimen:
    """A task's own columns beside the column of texts, and its part of a recipe.

    Attributes:
        columns: Cells of a CSV file by the column's name; one for each of `TEXTS`.
        data: Keys of the recipe's `[data]` beside the file and its shares.
        settings: Keys of the task's own table.
        space: What a search could try of the task's own table: keys of that table, as of `[tuning.space]`.
    """

    columns: Mapping[str, Sequence[str]]
    space: Mapping[str, Mapping[str, Any]]
    data: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    settings: Mapping[str, Any] = dataclasses.field(default_factory=dict)


def _in_turn(*cells: str) -> Sequence[str]:
    return [cells[row % len(cells)] for row in range(len(TEXTS))]


def _marks() -> Sequence[str]:
    """The first word of each text is an opening, the last of every second one an end."""
    marks = []
    for row, text in enumerate(TEXTS):
        first, last = text.index(" "), text.rindex(" ") + 1
        marks.append(json.dumps([[0, first, "OPENING"], *([[last, len(text), "END"]] if row % 2 else [])]))
    return marks


SPECIMENS: Mapping[str, Specimen] = types.MappingProxyType(
    {
        "classify": Specimen(
            columns={"label": _in_turn("good", "bad")},
            settings={"label_smoothing": 0.1},
            space={"class_weights": {"choice": ["none", "balanced"]}},
        ),
        "embed": Specimen(
            columns={"answer": [f"somebody answers: {' '.join(text.split()[1:])}" for text in TEXTS]},
            data={"label": "answer"},
            settings={"both_directions": True, "dimensions": [4, 2]},
            space={"temperature": {"uniform": [0.02, 0.1]}, "both_directions": {"choice": [True, False]}},
        ),
        "multilabel": Specimen(
            columns={"labels": _in_turn("joy|love", "anger", "joy", "", "love", "anger|sadness", "joy", "sadness")},
            data={"label": "labels"},
            settings={"separator": "|"},
            space={"positive_weights": {"choice": ["none", "balanced"]}},
        ),
        "multitask": Specimen(
            columns={
                "label_mood": _in_turn("good", "bad"),
                # Every fifth text has none.
                "label_stars": [f"{(7.5 if row % 2 == 0 else 2.0) + row / 8:.3f}" if row % 5 else "" for row in _ROWS],
                "label_tones": _in_turn("joy|love", "anger", "joy", "", "love", "anger|sadness", "joy", "sadness"),
            },
            settings={
                "loss_weights": "learned",
                "heads": [
                    {"name": "mood", "task": "classify", "label": "label_mood", "weight": 2.0},
                    {"name": "stars", "task": "regress", "label": "label_stars", "regress": {"loss": "huber"}},
                    {"name": "tones", "task": "multilabel", "label": "label_tones", "multilabel": {"separator": "|"}},
                ],
            },
            space={"loss_weights": {"choice": ["fixed", "learned"]}},
        ),
        "rank": Specimen(
            # Users and items in turn: by the end everybody has liked an item before.
            columns={
                "user": _in_turn("ann", "bob", "cy", "dee"),
                "time": [f"2026-01-{row + 1:02}T12:00:00" for row in _ROWS],
            },
            settings={"history": 3},
            space={"temperature": {"uniform": [0.02, 0.1]}, "history": {"choice": [2, 3]}},
        ),
        "regress": Specimen(
            columns={"score": [f"{(7.5 if row % 2 == 0 else 2.0) + row / 8:.3f}" for row in range(len(TEXTS))]},
            data={"label": "score"},
            settings={"loss": "huber"},
            space={"loss": {"choice": ["mse", "huber", "mae"]}, "huber_delta": {"uniform": [0.5, 2.0]}},
        ),
        "tag": Specimen(
            columns={"entities": _marks()},
            data={"label": "entities"},
            settings={"head": "crf", "word_vector": "mean of pieces"},
            space={"word_vector": {"choice": ["first piece", "mean of pieces"]}},
        ),
    }
)
