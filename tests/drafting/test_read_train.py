import dataclasses
import json
import pathlib

import pytest

from bert_tf.data.discovery import discover
from bert_tf.drafting import read_train as module
from bert_tf.drafting.read_train import check_split, read_train
from bert_tf.errors import DataError

ROWS = [(f"text number {row}", "ab"[row % 2]) for row in range(600)]


def write_csv(path: pathlib.Path, rows, *, above="") -> str:
    path.write_text(above + "text,label\n" + "".join(f"{text},{label}\n" for text, label in rows), encoding="utf-8")
    return str(path)


def write_jsonl(path: pathlib.Path, rows) -> str:
    path.write_text("".join(json.dumps({"text": text, "label": label}) + "\n" for text, label in rows))
    return str(path)


def write_conll(path: pathlib.Path, rows) -> str:
    path.write_text("".join(f"word{row}\tB-{label}\nis\tO\n\n" for row, (_, label) in enumerate(rows)))
    return str(path)


def facts(checked):
    seen = (checked.seen.labels.spellings, checked.seen.missing_texts.spellings)
    return dataclasses.replace(checked, seen=None), seen


WRITERS = {"a.csv": write_csv, "a.jsonl": write_jsonl, "a.conll": write_conll}


@pytest.fixture
def readings(monkeypatch):
    """Counts how often all rows of a file are read, of which few are kept."""
    monkeypatch.setattr(module, "_FIRST_ROWS", 8)
    begun, read = [], module.read_file_blocks
    monkeypatch.setattr(module, "read_file_blocks", lambda *args, **named: begun.append(args) or read(*args, **named))
    return begun


@pytest.mark.parametrize("name", WRITERS)
def test_a_file_is_read_once_and_gives_what_two_readings_give(tmp_path, readings, name):
    path = WRITERS[name](tmp_path / name, [*ROWS, ("", "a")])
    found = discover(path)
    once = read_train(path, found, {})
    assert len(readings) == 1
    assert facts(once.checked) == facts(check_split(path, found, once.roles, split="train"))
    assert once.checked.rows == len(ROWS) + (name == "a.conll")


def test_where_the_first_rows_are_misleading_the_file_is_read_again(tmp_path, readings):
    # The first rows have numbers for a label, and always the same kind.
    lines = [f"text number {row},{row % 3 + 1}.5,7" for row in range(14_000)]
    lines += [f"text number {row},a letter {row},{row % 2}" for row in range(14_000, 30_000)]
    path = tmp_path / "a.csv"
    path.write_text("\n".join(["text,score,kind", *lines]))
    found = discover(str(path))
    read = read_train(str(path), found, {})
    assert read.roles.labels == ("kind",)
    assert len(readings) == 2
    assert facts(read.checked) == facts(check_split(str(path), found, read.roles, split="train"))


def test_too_few_rows_are_told_before_anything_is_guessed(tmp_path):
    with pytest.raises(DataError, match="has 3 rows; too few"):
        read_train(write_csv(tmp_path / "a.csv", ROWS[:3]), discover(str(tmp_path / "a.csv")), {})
