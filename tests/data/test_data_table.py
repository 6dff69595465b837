"""What stands below the table: everything that makes a score worth less than it seems, in sentences."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from bert_tf.data.data_table import data_table
from bert_tf.data.load_data import load_splits
from bert_tf.tasks.classify.target import ClassifyTarget


@pytest.fixture
def shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    rows = ["old,good", "old,bad", "nan,good", "new,Good ", ",bad", "[red]x[/red],bad"]
    (tmp_path / "train.csv").write_text("\n".join(["text,label", *rows]) + "\n", "utf-8")
    (tmp_path / "test.csv").write_text("text,label\nold,good\nother,GOOD\n", "utf-8")
    splits = load_splits(
        source="files",
        train="train.csv",
        test="test.csv",
        target=ClassifyTarget("label"),
        on_bad_row="skip",
        cache_folder=tmp_path / "cache",
    )
    screen = io.StringIO()
    Console(file=screen, width=250).print(data_table(splits.report))
    return screen.getvalue()


@pytest.mark.parametrize(
    "note",
    [
        "skipped: train.csv:6: text is empty",
        "skipped: 1 label of test.csv never occurs in train, 1 row; it is spelled differently in train",
        "1 of 1 test text also appears in the training set, so scores are optimistic",
        "1 train text repeats an earlier one",
        "1 text has more than one label, 3 rows: train.csv:2 is 'good', train.csv:3 is 'bad'",
        "probably one label: 'good' (3 rows, first at train.csv:2), 'Good ' (1 row, at train.csv:5); data.merge_labels",
        "text that may stand for a missing value: 'nan' (1 row, at train.csv:4)",
    ],
)
def test_notes(note: str, shown: str) -> None:
    assert note in shown
