import errno
import json
import pathlib
import signal

import numpy as np
import pytest

from bert_tf.cli.output import echo, problem_of, progress_console, tell_problem, write_json
from bert_tf.errors import DataError, MachineError, RunError, StoppedError


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


@pytest.mark.parametrize(
    "error, what",
    [
        (MemoryError(), "Out of memory"),
        (OSError(errno.ENOSPC, "x", "/there"), "The disk is full"),
        (OSError(errno.EMFILE, "x", "/there"), "Too many open files"),
        (PermissionError(errno.EACCES, "x", "/there"), "Permission denied"),
        (OSError(errno.EROFS, "x", "/there"), "read-only"),
    ],
)
def test_what_the_machine_lacks_is_no_defect(error, what):
    problem = problem_of(error)
    assert what in problem["what"]
    assert problem["kind"] == "machine"
    assert problem["where"] == getattr(error, "filename", None)
    assert problem_of(FileNotFoundError(errno.ENOENT, "x", "/there"))["kind"] == "defect"


@pytest.mark.parametrize("error", [KeyboardInterrupt(), ImportError("half a module"), RunError("Half a file.")])
def test_a_signal_is_why_it_ends_whatever_was_raised(error):
    assert problem_of(error, stopped_by=signal.SIGTERM) == {
        "what": "Stopped; no partial files were left behind.",
        "where": None,
        "hint": None,
        "kind": "terminated",
    }


def test_a_stop_that_tells_more_is_told():
    problem = problem_of(StoppedError("2 of 3 are done.", where="runs/a", hint="go on"), stopped_by=signal.SIGHUP)
    assert problem == {"what": "2 of 3 are done.", "where": "runs/a", "hint": "go on", "kind": "hangup"}


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
    error = DataError("Bad \x1b[2J.", where="a\u202e.csv", problems=["\x9b31m"])
    tell_problem(problem_of(error), as_json=False)
    shown = capsys.readouterr().err
    assert all(part in shown for part in (r"Bad \x1b[2J.", r"a\u202e.csv", r"\x9b31m"))
    assert not {"\x1b", "\x9b", "\u202e"} & set(shown)


@pytest.mark.parametrize("where, label", [("asked.csv", "where:"), ("bert-tf index [OPTIONS] RUN", "usage:")])
def test_a_file_is_no_usage(where, label, capsys):
    tell_problem({"what": "Not both.", "where": where, "hint": None, "kind": "usage"}, as_json=False)
    assert f"  {label} {where}" in capsys.readouterr().err
