import pytest

from bert_tf.errors import RunError
from bert_tf.recipe.load import load_recipe
from bert_tf.runs import new_run, open_run


@pytest.fixture
def run(tmp_path):
    return new_run(load_recipe("bbc-news", {"training.epochs": 7}), tmp_path / "runs")


def test_a_new_run_keeps_its_recipe(run, tmp_path):
    assert run.path.parent == tmp_path / "runs" / "bbc-news"
    assert open_run(run.path).recipe == load_recipe("bbc-news", {"training.epochs": 7})
    assert run.facts["status"] == "running"


def test_two_runs_in_a_second_have_folders_of_their_own(tmp_path):
    recipe = load_recipe("bbc-news")
    assert len({new_run(recipe, tmp_path).path for _ in range(3)}) == 3


def test_a_place_that_cannot_be_written(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(RunError, match="can't be started here(.|\n)*--runs"):
        new_run(load_recipe("bbc-news"), tmp_path / "file")


def test_facts_add_up(run):
    run.add_facts(status="trained", labels=["ä"])
    run.add_facts(seconds=3)
    assert {name: run.facts[name] for name in ("status", "labels", "seconds")} == {
        "status": "trained",
        "labels": ["ä"],
        "seconds": 3,
    }


def test_metrics(run):
    with pytest.raises(RunError, match="no metrics yet(.|\n)*it is running"):
        _ = run.metrics
    run.write_metrics({"test": {"accuracy": 0.5}})
    assert open_run(run.path).metrics == {"test": {"accuracy": 0.5}}


def test_no_such_run_names_the_nearest(run):
    wrong = run.path.with_name(run.path.name[:-1])
    with pytest.raises(RunError, match=f"There is no run {wrong}(.|\n)*did you mean {run.path}"):
        open_run(wrong)


def test_the_folder_of_a_recipe_is_not_a_run(run):
    with pytest.raises(RunError, match=f"is not a run(.|\n)*did you mean {run.path}"):
        open_run(run.path.parent)


def test_nothing_near(tmp_path):
    with pytest.raises(RunError, match="is not a run(.|\n)*bert-tf train RECIPE"):
        open_run(tmp_path)
