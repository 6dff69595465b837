"""A short attack on the runs and exports of the tasks beside `classify`; `tests/benchmarks/attack` has the others."""

import shutil

import pytest

from benchmarks.attack import mutations
from benchmarks.attack.other_tasks import OTHER_TASKS
from benchmarks.attack.specimen import Specimen


@pytest.mark.parametrize("task", OTHER_TASKS)
def test_damage_of_a_task_is_told_or_makes_no_difference(task, finished_run, tmp_path):
    finished, specimen = finished_run(task), Specimen(tmp_path / "specimen")
    left_out = shutil.ignore_patterns("export", "tensorboard")
    shutil.copytree(finished.run.path, specimen.other_run(task), ignore=left_out)
    shutil.copytree(finished.model.parent, specimen.models / task)
    uses = [use for use in mutations.USES if use.name in (f"report {task}", f"load {task}")]
    cases = mutations.attack(specimen, count=6, seed=3, uses=uses)
    assert [case for case in cases if case.verdict == "VIOLATION"] == []
    assert "told" in {case.verdict for case in cases}
