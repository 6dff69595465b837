import json
import pathlib

import numpy as np
import pytest

from bert_tf.cli.output import echo, problem_of, progress_console, tell_problem, write_json
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


def test_what_is_echoed_does_not_steer_the_terminal(capsys):
    echo("label\x1b]0;x\x07\n\tÜbung")
    write_json({"label": "\x1b[2J\x9b\u202e"})
    shown = capsys.readouterr().out
    assert shown.startswith("label\\x1b]0;x\\x07\n\tÜbung\n")
    document = shown[shown.index("{") :]
    assert json.loads(document) == {"label": "\x1b[2J\x9b\u202e"}
    assert not {"\x1b", "\x9b", "\u202e"} & set(shown)


def test_an_error_that_quotes_a_hostile_name_does_not_steer_the_terminal(capsys):
    tell_problem(DataError("Bad \x1b[2J.", where="a\u202e.csv", problems=["\x9b31m"]), as_json=False)
    shown = capsys.readouterr().err
    assert all(part in shown for part in (r"Bad \x1b[2J.", r"a\u202e.csv", r"\x9b31m"))
    assert not {"\x1b", "\x9b", "\u202e"} & set(shown)
