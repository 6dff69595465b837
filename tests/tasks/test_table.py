import subprocess
import sys

import pytest

from bert_tf.tasks.recipes import load_recipe
from bert_tf.tasks.table import MEASURES, TASKS, task_of


@pytest.mark.parametrize("name", TASKS)
def test_a_task_is_in_all_tables_and_its_parts_agree(name):
    task = TASKS[name]
    assert set(task.measures) <= set(MEASURES)
    assert task.metrics().measures == task.measures


def test_a_recipe_says_what_its_labels_are():
    recipe = load_recipe("sst2", {"data.label": "mood", "data.labels": ["b", "a"], "data.merge_labels": True})
    target = task_of(recipe).target(recipe)
    assert (target.columns, target.resolve("A ")) == (("mood",), "a")


def test_a_measure_is_found_by_its_place():
    assert TASKS["classify"].measure("validation.loss").key == "log_loss"
    assert TASKS["classify"].measure("test.per_class.good.f1").better == "more"


def test_the_table_imports_nothing_that_takes_time():
    code = "import sys, bert_tf.tasks.table; print({'numpy', 'scipy', 'tensorflow'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
