"""Runs are ordered by name, whatever the clock says."""

import datetime

from bert_tf.runs.run import new_run, newest_run
from bert_tf.tasks.recipes import load_recipe


def test_a_clock_that_was_set_back_makes_no_run_older_than_those_before(tmp_path):
    recipe = load_recipe("bbc-news")
    first = new_run(recipe, tmp_path).path
    tomorrow = datetime.datetime.now() + datetime.timedelta(days=1)
    ahead = first.rename(first.with_name(tomorrow.strftime("%Y%m%d-%H%M%S")))
    later = [new_run(recipe, tmp_path) for _ in range(2)]
    assert sorted([ahead, *(run.path for run in later)]) == [ahead, *(run.path for run in later)]
    assert newest_run(tmp_path / "bbc-news").path == later[-1].path
    # When it really began is in its facts.
    assert later[-1].facts["started"] < tomorrow.astimezone().isoformat(timespec="seconds")


def test_a_folder_that_someone_has_named_is_no_clock(tmp_path):
    recipe = load_recipe("bbc-news")
    path = new_run(recipe, tmp_path).path
    path.rename(path.with_name("the one of spring"))
    assert new_run(recipe, tmp_path).path.name >= path.name
