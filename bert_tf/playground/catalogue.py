"""The items or answers of an exported model's index: which there are, which are alike, and which a user gets."""

import dataclasses
import json
import pathlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from bert_tf.export.answer_index import AnswerIndex, index_file, read_index
from bert_tf.export.folders import handoff_folder
from bert_tf.export.history_signatures import AGE, HISTORY, RECOMMEND
from bert_tf.export.loaded import ExportedModel
from bert_tf.models.feature_inputs import input_name

MOST = 20  # items that are shown at a time


@dataclasses.dataclass(frozen=True)
class Shown:
    """An item as the page shows it.

    Attributes:
        place: In the index, from 0.
        id: The item's own.
        text: The item's.
        score: A cosine; None where nothing is compared.
    """

    place: int
    id: str
    text: str
    score: float | None = None


class Catalogue:
    """The index of a version.

    Args:
        model: The version.
        index: Its index.
    """

    def __init__(self, model: ExportedModel, index: AnswerIndex) -> None:
        self._model, self._index = model, index
        self._folded = [text.decode().casefold() for text in index.corpus.texts]
        self._metadata = [_by_input(row) for row in index.corpus.metadata or ()]
        signature = model.manifest["signatures"].get(RECOMMEND)
        self._inputs: Mapping[str, str] = {} if signature is None else signature["inputs"]

    def __len__(self) -> int:
        return len(self._folded)

    @property
    def ranks(self) -> bool:
        """Whether the model recommends items for a history."""
        return bool(self._inputs)

    def find(self, words: str) -> list[Shown]:
        """The first items whose texts have some words in them, in any case; all of them for no words."""
        wanted = words.casefold().split()
        found = (place for place, text in enumerate(self._folded) if all(word in text for word in wanted))
        return [self._shown(place) for place, _ in zip(found, range(MOST), strict=False)]

    def neighbours(self, place: int) -> list[Shown]:
        """The items whose vectors are nearest to one's, best first, without itself."""
        scores = self._index.vectors @ self._index.vectors[place]
        scores[place] = -np.inf
        best = np.argsort(-scores, kind="stable")[: min(MOST, len(self) - 1)]
        return [self._shown(int(other), float(scores[other])) for other in best]

    def recommended(self, places: Sequence[int]) -> list[Shown]:
        """What the model recommends somebody who liked some items, the newest first."""
        found = self._model.asked(RECOMMEND, self._history(places))
        by_id = {name: place for place, name in enumerate(self._index.corpus.ids)}
        answers = zip(found["ids"][0], found["scores"][0].tolist(), strict=True)
        return [self._shown(by_id[name.decode()], score) for name, score in answers if name]

    def _history(self, places: Sequence[int]) -> dict[str, np.ndarray]:
        """Inputs of one user, all of whose items he liked just now."""
        columns: dict[str, list[Any]] = {
            HISTORY: [self._index.corpus.texts[place] for place in places],
            AGE: [0.0] * len(places),
        }
        for name, kind in self._inputs.items():
            if name not in columns:
                own = [self._metadata[place].get(name.removeprefix(f"{HISTORY}_")) for place in places]
                columns[name] = [_number(value) if kind.startswith("float") else str(value or "") for value in own]
        return {
            name: np.array([columns[name]], np.float32 if kind.startswith("float") else object)
            for name, kind in self._inputs.items()
        }

    def _shown(self, place: int, score: float | None = None) -> Shown:
        corpus = self._index.corpus
        return Shown(place, corpus.ids[place], corpus.texts[place].decode(), score)


def load_catalogue(model: ExportedModel, version: pathlib.Path) -> Catalogue | None:
    """The catalogue of a version; None where it has no index. Raises DataError where that is damaged or missing."""
    if "answers" not in model.manifest:
        return None
    return Catalogue(model, read_index(index_file(handoff_folder(version))))


def _by_input(row: str) -> dict[str, Any]:
    return {input_name(column): value for column, value in json.loads(row).items()}


def _number(value: object) -> float:
    return float("nan") if value is None or value == "" else float(str(value))
