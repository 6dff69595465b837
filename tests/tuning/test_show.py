import io
import json
import subprocess
import sys

from rich.console import Console
from searches import add_final, make_search

from bert_tf.processes import this_process
from bert_tf.tuning.results import read_search
from bert_tf.tuning.show import print_search, search_summary, search_table

TRIALS = [
    {"score": 0.8},
    {"score": 0.9, "spread": {"validation.accuracy": 0.01}},
    {"status": "failed", "reason": "diverged: [red]nan"},
]


def test_all_of_it_for_programs(tmp_path):
    folder = make_search(tmp_path / "s", TRIALS)
    add_final(folder, "best", [0.8, 0.9])
    told = json.loads(json.dumps(search_summary(read_search(folder))))
    assert (told["best"], told["objective"], told["direction"]) == ("01", "validation.accuracy", "max")
    assert [row["status"] for row in told["trials"]] == ["finished", "finished", "failed"]
    assert told["trials"][1]["values"]["training.learning_rate"] == 1e-4
    assert told["trials"][1]["spread"] == 0.01
    assert told["final"]["best"]["seeds"] == [1, 2]


def test_the_table(tmp_path):
    screen = io.StringIO()
    console = Console(file=screen, width=160, force_terminal=True, color_system="standard")
    print_search(read_search(make_search(tmp_path / "s", TRIALS)), console)
    lines = screen.getvalue().splitlines()
    best = next(line for line in lines if "0.9000 ± 0.0100" in line)
    # Bold and green.
    assert "\x1b[1;32m" in best
    assert any("trial 2 failed: diverged: [red]nan" in line for line in lines)


def test_a_narrow_terminal_breaks_no_word_and_cuts_no_number(tmp_path):
    reason = "diverged: the loss is not a number after step 12 of 100"
    search = read_search(make_search(tmp_path / "s", [*TRIALS[:2], {"status": "failed", "reason": reason}]))
    wide, narrow = (io.StringIO(), io.StringIO())
    for screen, width in ((wide, 300), (narrow, 40)):
        print_search(search, Console(file=screen, width=width))
    assert narrow.getvalue().split() == wide.getvalue().split()


def test_rungs_have_a_column(tmp_path):
    trials = [{"score": 0.5, "epochs": 1}, {"score": 0.7, "epochs": 3, "continued_from": "00"}]
    search = read_search(make_search(tmp_path / "s", trials, training__epochs=3))
    assert "epochs" in [column.header for column in search_table(search).columns]


def test_a_trial_whose_search_is_gone_is_interrupted(tmp_path):
    code = "import json; from bert_tf.processes import this_process; print(json.dumps(this_process()))"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    trials = [
        {"status": "running", "process": this_process()},
        {"status": "running", "process": json.loads(ended)},
        {"status": "running"},
    ]
    rows = search_summary(read_search(make_search(tmp_path / "s", trials)))["trials"]
    # Of a search whose process is not known nothing is said.
    assert [row["status"] for row in rows] == ["running", "interrupted", "running"]
