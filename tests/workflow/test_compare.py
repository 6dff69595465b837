"""Runs made by hand, of few rows: what is compared, what is not, and what is said of it."""

import dataclasses
import json
import pathlib
import shutil
import subprocess
import sys
from collections.abc import Sequence

import numpy as np
import pytest

from bert_tf.costs import estimate
from bert_tf.errors import RunError
from bert_tf.evaluation.predictions import write_predictions
from bert_tf.evaluation.split_metrics import Answers, split_metrics
from bert_tf.runs.run import RunFolder, new_run
from bert_tf.tasks.classify.columns import ClassifyColumns
from bert_tf.tasks.classify.metrics import ClassifyMetrics
from bert_tf.tasks.recipes import load_recipe
from bert_tf.tasks.regress.columns import RegressColumns
from bert_tf.tasks.regress.metrics import RegressMetrics
from bert_tf.workflow.compare import compare_runs

LABELS = np.array([0, 1, 0, 1, 0, 1], np.int32)
NAMES = ("neg", "pos")


@dataclasses.dataclass
class Rows:
    fingerprint: str = "f00"
    label_names: tuple[str, ...] = NAMES
    targets: np.ndarray = dataclasses.field(default_factory=lambda: LABELS)

    @property
    def facts(self) -> dict[str, tuple[str, ...]]:
        return {"label_names": self.label_names}

    def __len__(self) -> int:
        return len(self.targets)

    def texts(self, start: int, stop: int) -> list[bytes]:
        return [f"text {row}".encode() for row in range(start, min(stop, len(self)))]

    def pairs(self, start: int, stop: int) -> list[bytes] | None:
        return None

    def places(self, start: int, stop: int) -> list[str]:
        return [f"rows.csv:{row + 2}" for row in range(start, min(stop, len(self)))]


def answered(*predicted: int, sureness: float = 3.0) -> np.ndarray:
    """Logits of a run that answers so, a little surer from row to row."""
    logits = np.zeros((len(predicted), 2), np.float32)
    logits[range(len(predicted)), predicted] = sureness + np.arange(len(predicted)) / 10
    return logits


def made(
    folder: pathlib.Path,
    logits: np.ndarray,
    *,
    rows: Rows | None = None,
    in_train: np.ndarray | None = None,
    overrides: dict[str, object] | None = None,
    **facts: object,
) -> RunFolder:
    """A finished run with these answers on its test rows."""
    rows = rows or Rows()
    run = new_run(load_recipe("sst2", overrides), folder)
    answers = Answers(rows.targets, {"logits": logits}, rows.facts)
    figures = split_metrics(ClassifyMetrics(), answers, truncated=np.zeros(len(rows), bool), in_train=in_train)
    epoch = {"loss": 0.5, "val_loss": 0.4, "val_accuracy": 0.8}
    lengths = np.full(len(rows), 4)
    write_predictions(
        run.predictions("test"),
        rows,
        columns=ClassifyColumns(),
        outputs={"logits": logits},
        lengths=lengths,
        in_train=in_train,
    )
    run.write_metrics({"test": figures, "epochs": [epoch, epoch]})
    run.add_facts(**{"status": "trained", "training_seconds": 10.0, "data": {"rows": {"train": 60}}, **facts})
    return run


FIRST, SECOND = answered(0, 1, 0, 1, 1, 0), answered(0, 1, 0, 0, 0, 1)


def notes(runs: Sequence[RunFolder]) -> list[str | None]:
    return [run.note for run in compare_runs(runs).runs]


def test_two_runs(tmp_path):
    faster = {"training.learning_rate": 1e-4}
    runs = [
        made(tmp_path, FIRST, versions={"numpy": "1"}, peak_memory_mib=900),
        made(tmp_path, SECOND, overrides=faster, versions={"numpy": "2"}, training_seconds=5.0),
    ]
    found = compare_runs(runs)
    assert [run.scores["accuracy"].value for run in found.runs] == pytest.approx([4 / 6, 5 / 6])
    for run in found.runs:
        score = run.scores["accuracy"]
        assert score.low <= score.value <= score.high
        assert run.scores["log_loss"].low is None
    assert found.reference == 1
    (pair,) = found.pairs
    assert (pair.number, pair.reference) == (2, 1)
    assert pair.paired.difference == pytest.approx(1 / 6)
    # Row 3 is right in the first only, rows 4 and 5 in the second; those of later rows are surer.
    assert [row.row for row in pair.run_better] == [5, 4]
    assert [row.row for row in pair.reference_better] == [3]
    # One of three rows one way, two the other: as even as can be.
    assert pair.paired.p_value == 1
    row = pair.reference_better[0]
    assert (row.text, row.expected, row.answer.predicted, row.reference.predicted) == ("text 3", "pos", "neg", "pos")
    assert row.answer.figure == pytest.approx(1 / (1 + np.exp(-3.3)))
    rate = load_recipe("sst2").training.learning_rate
    assert [(line.name, line.values) for line in found.recipe] == [("training.learning_rate", (rate, 1e-4))]
    assert [(line.name, line.values) for line in found.surroundings] == [("versions.numpy", ("1", "2"))]
    resources = {line.name: line.values for line in found.resources}
    assert resources == {
        "training_seconds": (10.0, 5.0),
        "training_rows_per_second": (12.0, 24.0),
        "peak_memory_mib": (900, None),
    }
    assert {line.name: line.values for line in found.breakdown.lines}["pos"] == pytest.approx((2 / 3, 0.8))
    assert notes(runs) == [None, None]


def test_cost_and_energy_are_those_of_the_report(tmp_path):
    machine = {"cpu": "x", "cores": 2, "features": ["amx_bf16"], "memory_mib": 8000, "gpus": [], "platform": "Linux"}
    runs = [made(tmp_path, FIRST, machine=machine, training_seconds=seconds) for seconds in (7200.0, 3600.0)]
    found = compare_runs([*runs, made(tmp_path, SECOND)])
    lines = {line.name: line.values for line in found.resources}
    cost = estimate(7200, machine=machine)
    for name, whole in (("dollars", cost.dollars), ("watt_hours", 1000 * cost.kilowatt_hours)):
        # Two digits are shown; a run that doesn't know its machine has no cost.
        assert lines[name] == (pytest.approx(whole, rel=0.05), pytest.approx(whole / 2, rel=0.05), None)


def test_what_an_older_run_did_not_write_down_does_not_differ(tmp_path):
    older, newer = made(tmp_path, FIRST), made(tmp_path, SECOND, pooling="pooler", versions={"numpy": "2"})
    assert compare_runs([older, newer]).surroundings == ()


def test_all_of_it_is_json(tmp_path):
    found = compare_runs([made(tmp_path, FIRST), made(tmp_path, SECOND)])
    assert json.loads(json.dumps(found.document))["pairs"][0]["accuracy"]["only_first"] == 2


def test_each_run_is_paired_with_the_first(tmp_path):
    runs = [made(tmp_path, logits) for logits in (FIRST, SECOND, FIRST)]
    found = compare_runs(runs)
    assert [(pair.number, pair.reference) for pair in found.pairs] == [(2, 1), (3, 1)]
    assert found.pairs[1].paired.only_first == found.pairs[1].paired.only_second == 0
    assert "same rows as run 1" in found.sentence(found.pairs[1])


@pytest.mark.parametrize(
    "rows",
    [
        Rows(fingerprint="f11"),
        # Equal fingerprints can't have other labels; a file that was put together by hand can.
        Rows(label_names=("pos", "neg")),
    ],
)
def test_other_rows_are_not_paired(tmp_path, rows):
    found = compare_runs([made(tmp_path, FIRST), made(tmp_path, SECOND, rows=rows)])
    assert found.pairs == ()
    assert "other rows than run 1" in found.runs[1].note
    assert found.runs[1].scores["accuracy"].low is not None
    assert "measured on different rows" in found.verdict


class Numbers(Rows):
    """Rows whose labels are numbers."""

    @property
    def facts(self) -> dict[str, float]:
        return {"mean": 0.5, "std": 0.5}


def test_a_run_of_another_task_is_told_so(tmp_path):
    rows, values = Numbers(targets=LABELS.astype(np.float32)), {"value": np.linspace(0, 1, 6, dtype=np.float32)}
    other = new_run(load_recipe("sts-benchmark"), tmp_path)
    figures = split_metrics(
        RegressMetrics(), Answers(rows.targets, values, rows.facts), truncated=np.zeros(6, bool), in_train=None
    )
    write_predictions(other.predictions("test"), rows, columns=RegressColumns(), outputs=values, lengths=np.full(6, 4))
    other.write_metrics({"test": figures})
    other.add_facts(status="trained")
    found = compare_runs([made(tmp_path, FIRST), other])
    assert [run.task for run in found.runs] == ["classify", "regress"]
    assert found.runs[1].note.startswith("It is of another task than run 1")
    assert found.verdict == "These runs are of different tasks, so their scores can't be compared."
    assert [run["task"] for run in found.document["runs"]] == ["classify", "regress"]


def test_without_predictions_there_is_a_score_and_no_test(tmp_path):
    runs = [made(tmp_path, FIRST), made(tmp_path, SECOND), made(tmp_path, SECOND)]
    runs[0].predictions("test").unlink()
    runs[2].predictions("test").write_bytes(b"PAR1")
    found = compare_runs(runs)
    assert (found.reference, found.pairs) == (2, ())
    assert [run.scores["accuracy"].low is None for run in found.runs] == [True, False, True]
    assert f"bert-tf evaluate {runs[0].path}" in found.runs[0].note
    assert "are missing" in found.runs[0].note
    assert "can't be read" in found.runs[2].note
    assert "Fewer than two of these runs kept their predictions" in found.verdict


def test_unfinished_and_damaged_runs_are_listed(tmp_path):
    stopped, running, damaged = (new_run(load_recipe("sst2"), tmp_path) for _ in range(3))
    stopped.add_facts(status="stopped")
    (damaged.path / "run.json").write_text("{")
    runs = [stopped, made(tmp_path, FIRST), running, damaged, made(tmp_path, SECOND)]
    found = compare_runs(runs)
    assert [run.status for run in found.runs] == ["stopped", "trained", "running", "unreadable", "trained"]
    assert [(pair.number, pair.reference) for pair in found.pairs] == [(5, 2)]
    assert f"bert-tf evaluate {stopped.path}" in found.runs[0].note
    assert found.runs[2].note == "The run is still in progress."
    assert "run.json can't be read" in found.runs[3].note
    assert found.recipe == found.surroundings == ()
    assert all(len(line.values) == 5 for line in (*found.resources, *found.breakdown.lines))


def test_two_with_a_score_are_needed(tmp_path):
    stopped = new_run(load_recipe("sst2"), tmp_path)
    stopped.add_facts(status="stopped")
    with pytest.raises(RunError, match="at least two runs with a score on test rows") as told:
        compare_runs([made(tmp_path, FIRST), stopped])
    assert len(told.value.problems) == 2
    assert "it has one" in told.value.problems[0]
    assert "Its status is stopped" in told.value.problems[1]


def test_another_split_is_named_where_the_runs_have_it(tmp_path):
    with pytest.raises(RunError, match="no validation rows; use --split test"):
        compare_runs([made(tmp_path, FIRST), made(tmp_path, SECOND)], split="validation")


def test_labels_that_differ_have_no_table(tmp_path):
    found = compare_runs([made(tmp_path, FIRST), made(tmp_path, SECOND, rows=Rows("f11", ("a", "b")))])
    assert found.breakdown.lines == ()


def test_all_disagreements_come_the_surest_first(tmp_path):
    rows = Rows(targets=np.zeros(100, np.int32))
    right, wrong = answered(*[0] * 100), answered(*[1] * 100)
    (pair,) = compare_runs([made(tmp_path, right, rows=rows), made(tmp_path, wrong, rows=rows)]).pairs
    assert pair.paired.only_second == 100
    assert [row.row for row in pair.reference_better] == list(range(99, -1, -1))
    assert pair.run_better == ()


def test_needs_no_tensorflow():
    code = "import sys, bert_tf.workflow.compare, bert_tf.report.comparison_page; print('tensorflow' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_scores_without_leaked_texts_stand_beside_the_others(tmp_path):
    in_train = np.array([True, True, False, False, False, False])
    runs = [made(tmp_path, FIRST, in_train=in_train), made(tmp_path, SECOND)]
    found = compare_runs(runs)
    # Four of FIRST's answers are right, two of them on leaked rows.
    score = found.runs[0].scores["accuracy_without_leaked"]
    assert score.value == 2 / 4
    assert score.low <= score.value <= score.high
    assert "accuracy_without_leaked" not in found.runs[1].scores
    assert "accuracy without leaked texts" in found.score_columns.values()
    assert "accuracy_without_leaked" not in compare_runs([runs[1], runs[1]]).score_columns


def test_files_that_changed_places_between_runs_are_told(tmp_path):
    # One recipe on the same rows: nothing but what was answered tells the runs apart.
    one, other, third = runs = [made(tmp_path, logits) for logits in (FIRST, SECOND, FIRST)]
    swapped(one.predictions("test"), other.predictions("test"))
    found = compare_runs(runs)
    assert (found.reference, found.pairs) == (3, ())
    for each in found.runs[:2]:
        assert "test.parquet is damaged, or from another run or evaluation." in each.note
        assert each.scores["accuracy"].low is None
    swapped(one.predictions("test"), other.predictions("test"))
    swapped(other.path / "metrics.json", third.path / "metrics.json")
    with pytest.raises(RunError, match=r"metrics\.json can't be read: it belongs to another run"):
        compare_runs(runs)


def test_a_copied_run_is_the_same_run(tmp_path):
    run = made(tmp_path, FIRST)
    moved = RunFolder(pathlib.Path(shutil.copytree(run.path, tmp_path / "elsewhere" / "renamed")))
    assert notes([run, moved]) == [None, None]


def swapped(one: pathlib.Path, other: pathlib.Path) -> None:
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)
