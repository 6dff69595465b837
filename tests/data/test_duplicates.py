"""Equal texts: drawn to one side, left out, or told where they are in training and in what is measured."""

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bert_tf.data.load_data import Splits, load_splits
from bert_tf.errors import DataError
from bert_tf.tasks.classify.target import ClassifyTarget

ROWS = "text,label\n" + "".join(f"t{number % 20},{'ab'[number % 2]}\n" for number in range(60))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, with 20 texts three times each."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "train.csv").write_text(ROWS, "utf-8")
    return tmp_path


def load(**changes: Any) -> Splits:
    return load_splits(
        **{
            "source": "files",
            "train": "train.csv",
            "target": ClassifyTarget("label"),
            "cache_folder": Path("cache"),
            **changes,
        }
    )


def texts(splits: Splits) -> list[list[bytes]]:
    parts = (splits.train, splits.validation, splits.test)
    return [part.texts(0, len(part)) for part in parts if part is not None]


def test_equal_texts_are_drawn_to_one_side(folder: Path) -> None:
    splits = load(validation=0.1, test=0.2)
    train, validation, test = (set(each) for each in texts(splits))
    assert len(train) + len(validation) + len(test) == len(train | validation | test) == 20
    assert list(splits.report.rows.values()) == [42, 6, 12]
    assert splits.report.leakage == {"validation": 0, "test": 0}
    assert {split: int(found.sum()) for split, found in splits.leaked.items()} == {"validation": 0, "test": 0}


def test_as_they_are_they_are_drawn_row_by_row(folder: Path) -> None:
    splits = load(test=0.2, duplicates="as they are")
    assert splits.report.leakage["test"] > 0
    train, test = texts(splits)
    assert splits.leaked["test"].tolist() == [text in set(train) for text in test]


def test_dropped_texts_keep_their_first_row(folder: Path) -> None:
    (folder / "test.csv").write_text("text,label\nt3,b\nnew,a\nnew,b\n", "utf-8")
    splits = load(test="test.csv", duplicates="drop")
    assert texts(splits) == [[f"t{number}".encode() for number in range(20)], [b"new"]]
    assert [splits.train.place(row) for row in (0, 19)] == ["train.csv:2", "train.csv:21"]
    assert splits.report.dropped == {"train": 40, "test": 2}
    assert (splits.report.duplicates, splits.report.leakage) == (0, {"test": 0})
    contradictions = splits.report.contradictions
    assert contradictions is not None
    assert contradictions.sentence == ("1 text has more than one label, 2 rows: test.csv:3 is 'a', test.csv:4 is 'b'")


def test_pairs_are_equal_when_both_texts_are(folder: Path) -> None:
    lines = ["a,b,label", *(f"t{number % 10},p{number},{'xy'[number % 2]}" for number in range(40))]
    (folder / "train.csv").write_text("\n".join(lines) + "\n", "utf-8")
    splits = load(text="a", text_pair="b", test=0.2)
    assert (splits.report.duplicates, splits.report.leakage) == (0, {"test": 0})
    train, test = texts(splits)
    assert set(train) & set(test)


@settings(max_examples=25)
@given(
    rows=st.lists(st.tuples(st.integers(0, 30), st.integers(0, 2)), min_size=40, max_size=120),
    duplicates=st.sampled_from(["keep together", "drop"]),
    seed=st.integers(0, 99),
)
def test_no_text_is_on_both_sides(
    rows: list[tuple[int, int]], duplicates: str, seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    # Ten texts of each label that come once, so that there is something to draw.
    rows = [*rows, *((100 + number, number % 3) for number in range(30))]
    path = tmp_path_factory.mktemp("rows") / "a.jsonl"
    path.write_text("\n".join(json.dumps({"text": f"t{text}", "label": label}) for text, label in rows), "utf-8")
    splits = load(
        train=os.fspath(path), validation=0.15, test=0.15, duplicates=duplicates, seed=seed, cache_folder=path.parent
    )
    parts = [set(each) for each in texts(splits)]
    assert sum(map(len, parts)) == len(set.union(*parts)) == len({text for text, _ in rows})
    whole = len(rows) if duplicates == "keep together" else len({text for text, _ in rows})
    assert sum(splits.report.rows.values()) == whole
    for split in ("validation", "test"):
        assert abs(splits.report.rows[split] - 0.15 * whole) <= 3 * (1 + max(np.bincount([text for text, _ in rows])))


def test_too_few_different_texts_to_draw_from(folder: Path) -> None:
    (folder / "train.csv").write_text("text,label\n" + "good,a\nbad,b\n" * 20, "utf-8")
    with pytest.raises(DataError, match="0.2 of 40 rows is too few; they have 2 distinct texts") as caught:
        load(test=0.2)
    assert 'data.duplicates = "as they are"' in str(caught.value.hint)
    assert load(test=0.2, duplicates="as they are").report.leakage == {"test": 8}
