import json
import pathlib

import numpy as np
import pytest

from bert_tf.cli.output import problem_of, progress_console, write_json
from bert_tf.errors import DataError, MachineError, RunError


def test_json_is_one_document_with_paths_as_texts(capsys):
    write_json({"run": pathlib.Path("runs/a"), "name": "Übung"})
    shown = capsys.readouterr().out
    assert json.loads(shown) == {"run": "runs/a", "name": "Übung"}
    assert "Übung" in shown


def test_what_is_no_number_is_null(capsys):
    write_json({"score": [float("nan"), 1.5], "range": (float("inf"),)})
    assert json.loads(capsys.readouterr().out) == {"score": [None, 1.5], "range": [None]}


def test_what_has_no_form_in_json_is_refused():
    with pytest.raises(TypeError, match="float32"):
        write_json({"score": np.float32(1)})


def test_tables_make_way_for_the_document(capsys):
    progress_console(as_json=True).print("epoch 1")
    progress_console(as_json=False).print("epoch 2")
    shown = capsys.readouterr()
    assert shown.err.strip() == "epoch 1"
    assert shown.out.strip() == "epoch 2"


def test_problems_are_a_list_for_programs():
    error = DataError("Bad rows:", problems=["a.csv:1: empty"], where="a.csv", hint="mend it")
    assert problem_of(error) == {
        "what": "Bad rows:",
        "where": "a.csv",
        "hint": "mend it",
        "kind": "data",
        "problems": ["a.csv:1: empty"],
    }


def test_kind_is_the_classes_own_or_the_machine():
    assert problem_of(RunError("None."))["kind"] == "run"
    assert problem_of(RunError("Full.", kind="machine"))["kind"] == "machine"
    assert problem_of(MachineError("Port taken."))["kind"] == "machine"
