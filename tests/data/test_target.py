"""Two more kinds of label go the whole way from a file to stored rows: a number, and a set of names."""

import io
import math
import struct
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from rich.console import Console

from bert_tf.data.bad_rows import BadRows
from bert_tf.data.causes import Explanation, Surroundings
from bert_tf.data.checks import Refusal
from bert_tf.data.data_table import data_table
from bert_tf.data.fractions import stratified_parts
from bert_tf.data.labels import AlikeLabels, LabelNames, Spelling, alike_labels
from bert_tf.data.load_data import Splits, load_splits
from bert_tf.data.rows import Item
from bert_tf.data.target import Summary, Values
from bert_tf.data.unknown_labels import explain_unknown_labels
from bert_tf.errors import DataError


class Numbers:
    """A number for each text."""

    columns = ("stars",)
    reads_whole_rows = False

    def read(self, items: Iterable[Item]) -> Iterable[Item]:
        return items

    def check(self, cells: Mapping[str, object]) -> float | Refusal:
        try:
            number = float(str(cells["stars"]))
        except ValueError:
            return Refusal("no number", f"stars is {cells['stars']!r}, not a number")
        return number if math.isfinite(number) else Refusal("no number", f"stars is {number}, not a number")

    def resolve(self, value: float) -> float:
        return value

    def spellings(self, value: float) -> Sequence[str]:
        return ()

    def with_labels_of(self, values: Sequence[float], spellings: Sequence[Spelling]) -> "Numbers":
        return self

    def explain(self, found: BadRows, around: Surroundings) -> Explanation | None:
        if found.reason != "no number":
            return None
        sentence = f"{found.rows} rows of {around.sources[found.split]} have no number ({', '.join(found.places)})"
        return Explanation(sentence, "write numbers with a point: 2.5")

    def draw(self, values: Values, *, shares: Sequence[float], seed: int, groups: np.ndarray | None) -> np.ndarray:
        return stratified_parts(np.zeros(len(values), int), shares=shares, seed=seed, groups=groups)

    def learn(self, train: Values, *, where: str) -> "LearnedNumbers":
        numbers = np.array(train.distinct)[train.codes]
        if not numbers.std():
            raise DataError("All numbers are equal.", where=where)
        return LearnedNumbers(float(numbers.mean()), float(numbers.std()))


class LearnedNumbers:
    type, names, repeats_texts = pa.float32(), (), False

    def __init__(self, mean: float, deviation: float) -> None:
        self.facts = {"mean": mean, "std": deviation}

    def encode(self, label: float) -> float:
        return label

    def content(self, label: float) -> bytes:
        return struct.pack("<d", label)

    def alike(self, spellings: Sequence[Spelling]) -> Sequence[AlikeLabels]:
        assert not spellings
        return ()

    def summary(self, targets: Mapping[str, np.ndarray]) -> Summary:
        by_split = {
            split: {"least": float(found.min()), "most": float(found.max())} for split, found in targets.items()
        }
        return Summary("target_range", "number", by_split)

    def groups(self, targets: np.ndarray) -> Mapping[str, np.ndarray]:
        return {"all": np.arange(len(targets))}


class Names:
    """None, one or several names for each text, in one column."""

    columns = ("topics",)
    reads_whole_rows = False

    def __init__(self, known: LabelNames | None = None) -> None:
        self._known = known

    def read(self, items: Iterable[Item]) -> Iterable[Item]:
        return items

    def check(self, cells: Mapping[str, object]) -> tuple[str, ...] | Refusal:
        names = [name for name in str(cells["topics"]).split("|") if name]
        twice = len(set(names)) < len(names)
        return Refusal("label twice", f"topics is {cells['topics']!r}") if twice else tuple(sorted(names))

    def resolve(self, value: tuple[str, ...]) -> tuple[str, ...] | Refusal:
        if self._known is None:
            return value
        unknown = next((name for name in value if self._known.name_of(name) is None), None)
        return Refusal("unknown label", f"{unknown!r} is unknown", unknown) if unknown else value

    def spellings(self, value: tuple[str, ...]) -> Sequence[str]:
        return value

    def with_labels_of(self, values: Sequence[tuple[str, ...]], spellings: Sequence[Spelling]) -> "Names":
        return Names(LabelNames(sorted({name for value in values for name in value}), merge=False))

    def explain(self, found: BadRows, around: Surroundings) -> Explanation | None:
        if found.reason != "unknown label":
            return None
        return explain_unknown_labels(found, around, names=self._known.names, are_given=False)

    def draw(self, values: Values, *, shares: Sequence[float], seed: int, groups: np.ndarray | None) -> np.ndarray:
        return stratified_parts(values.codes, shares=shares, seed=seed, groups=groups)

    def learn(self, train: Values, *, where: str) -> "LearnedNames":
        return LearnedNames(self._known)


class LearnedNames:
    repeats_texts = False

    def __init__(self, known: LabelNames) -> None:
        self._known, self.names = known, known.names
        self.type = pa.list_(pa.bool_(), len(known.names))
        self.facts = {"label_names": known.names}

    def encode(self, label: tuple[str, ...]) -> list[bool]:
        return [name in label for name in self.names]

    def content(self, label: tuple[str, ...]) -> bytes:
        return "|".join(label).encode()

    def alike(self, spellings: Sequence[Spelling]) -> Sequence[AlikeLabels]:
        return alike_labels(spellings, self._known)

    def summary(self, targets: Mapping[str, np.ndarray]) -> Summary:
        counts = {split: map(int, found.sum(axis=0)) for split, found in targets.items()}
        by_split = {split: dict(zip(self.names, found, strict=True)) for split, found in counts.items()}
        return Summary("class_counts", "label", by_split)

    def groups(self, targets: np.ndarray) -> Mapping[str, np.ndarray]:
        return {name: np.flatnonzero(targets[:, place]) for place, name in enumerate(self.names)}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def load(rows: Sequence[str], target: Any, *, test: Sequence[str] = (), **options: Any) -> Splits:
    header = ",".join(("text", *target.columns))
    for name, lines in {"train.csv": rows, "test.csv": test}.items():
        Path(name).write_text("\n".join([header, *lines, ""]), "utf-8")
    named = {"test": "test.csv"} if test else {}
    return load_splits(source="files", train="train.csv", target=target, cache_folder=Path("cache"), **named, **options)


def test_numbers_are_stored_as_they_are_and_learned_of_those_that_are_trained_on(folder: Path) -> None:
    splits = load([f"t{number},{number / 4}" for number in range(20)], Numbers(), validation=0.2)
    numbers = {int(splits.train.text(row)[1:]) / 4: value for row, value in enumerate(splits.train.targets)}
    assert (len(splits.train), len(splits.validation), splits.train.targets.dtype) == (16, 4, np.float32)
    assert all(number == value for number, value in numbers.items())
    assert splits.facts == splits.train.facts == splits.validation.facts
    assert splits.facts["mean"] == pytest.approx(sum(numbers) / 16)
    assert splits.facts["std"] == pytest.approx(np.std(list(numbers)))


def test_what_numbers_come_to_stands_in_the_report_under_its_own_name(folder: Path) -> None:
    report = load(["a,1", "b,2.5", "b,3"], Numbers(), test=["c,-1"]).report
    facts = report.facts()
    assert facts["target_range"] == {"train": {"least": 1.0, "most": 3.0}, "test": {"least": -1.0, "most": -1.0}}
    assert "class_counts" not in facts
    assert facts["contradictions"]["example"] == "train.csv:3 is 2.5, train.csv:4 is 3.0"
    screen = io.StringIO()
    Console(file=screen, width=80).print(data_table(report))
    assert "number" in screen.getvalue()


def test_all_that_are_no_numbers_are_told_at_once(folder: Path) -> None:
    with pytest.raises(DataError, match="The data has 3 bad rows") as caught:
        load(["a,1", "b,nan", "c,many", ",2"], Numbers())
    assert "2 rows of train.csv have no number (train.csv:3, train.csv:4)" in str(caught.value)
    assert "train.csv:5: text is empty" in str(caught.value)
    assert "write numbers with a point: 2.5" in str(caught.value)
    with pytest.raises(DataError, match=r"All numbers are equal.(.|\n)*data.train = 'train.csv'"):
        load(["a,1", "b,1"], Numbers())


def test_names_are_a_row_of_truths_and_none_is_no_bad_row(folder: Path) -> None:
    splits = load(["a,x|y", "b,", "c,z", "d,y|x"], Names(), test=["e,z|x"])
    assert splits.train.facts == {"label_names": ("x", "y", "z")}
    assert splits.train.targets.tolist() == [[1, 1, 0], [0, 0, 0], [0, 0, 1], [1, 1, 0]]
    assert (splits.train.targets.dtype, splits.test.targets.tolist()) == (np.bool_, [[True, False, True]])
    assert splits.report.facts()["class_counts"]["train"] == {"x": 2, "y": 2, "z": 1}
    assert {name: rows.tolist() for name, rows in splits.target.groups(splits.train.targets).items()} == {
        "x": [0, 3],
        "y": [0, 3],
        "z": [2],
    }


def test_a_name_that_no_training_row_has_and_one_that_stands_twice(folder: Path) -> None:
    with pytest.raises(DataError, match="The data has 2 bad rows") as caught:
        load(["a,sports|politics", "b,arts"], Names(), test=["c,sport|arts", "d,arts", "e,arts|arts"])
    assert "1 label of test.csv never occurs in train, 1 row: 'sport' (1 row, at test.csv:2)" in str(caught.value)
    assert "did you mean 'sports'?" in str(caught.value)
    assert "test.csv:4: topics is 'arts|arts'" in str(caught.value)


def test_other_labels_are_another_fingerprint(folder: Path) -> None:
    prints = [load(["a,1", f"b,{number}"], Numbers()).train.fingerprint for number in ("2", "2.0", "2.00001")]
    assert prints[0] == prints[1] != prints[2]


def test_values_that_become_equal_become_one() -> None:
    values = Values(("a", "B", "b", "c"), np.array([0, 1, 2, 3, 1], np.int32))
    changed = values.changed(str.lower)
    assert changed.distinct == ("a", "b", "c")
    assert changed.codes.tolist() == [0, 1, 1, 2, 1]
    assert changed.of(np.array([1, 4])).codes.tolist() == [1, 1]
    assert not changed.are_together
    assert changed.of(np.arange(4)).are_together
