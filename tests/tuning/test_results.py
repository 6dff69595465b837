import pytest
from searches import add_final, add_run, make_search

from bert_tf.errors import RunError
from bert_tf.runs.run import find_runs
from bert_tf.tuning.results import read_search


def test_best_and_default(tmp_path):
    search = read_search(
        make_search(tmp_path / "s", [{"score": 0.8}, {"score": 0.9}, {"score": 0.95, "status": "pruned"}])
    )
    assert (search.best.number, search.default.number) == (1, 0)
    assert search.gain() == pytest.approx(0.1)
    assert search.minutes == pytest.approx((60 + 61 + 62) / 60)
    assert search.recipe_of(search.best).training.learning_rate == 1e-4
    assert search.recipe_of(search.best).model.dropout == 0.1
    assert search.recipe_of(search.default) == search.recipe


def test_less_is_better_of_a_loss(tmp_path):
    loss = {"tuning__objective": "validation.log_loss"}
    search = read_search(make_search(tmp_path / "s", [{"score": 0.3}, {"score": 0.2}, {"score": 0.25}], **loss))
    assert search.best.number == 1
    assert search.gain() == pytest.approx(0.1)
    assert search.tested == "test.log_loss"


def test_rungs_are_one_set_of_values(tmp_path):
    """Trial 3 went on from 1, and 4 is about to go on from 0."""
    trials = [
        {"score": 0.5, "epochs": 1},
        {"score": 0.6, "epochs": 1},
        {"score": 0.7, "epochs": 1},
        {"score": 0.65, "epochs": 3, "continued_from": "01"},
        {"status": "running", "epochs": 3, "continued_from": "00"},
    ]
    search = read_search(make_search(tmp_path / "s", trials, training__epochs=3))
    # The lower rung's 0.7 is of one epoch: it says nothing of a run of three.
    assert search.best.number == 3
    assert [trial.number for trial in search.last_rungs] == [0, 2, 3, 4]
    assert search.default is None
    done = [*trials[:4], {**trials[4], "status": "finished", "score": 0.4}]
    again = read_search(make_search(tmp_path / "s", done, training__epochs=3))
    assert again.default.number == 4
    assert again.gain() == pytest.approx(0.25)


def test_interval_of_one_seed(tmp_path, trained):
    folder = make_search(tmp_path / "s", [{"score": 0.8}])
    assert read_search(folder).interval(read_search(folder).trials[0]) is None
    add_run(folder, "00", trained.run)
    search = read_search(folder)
    low, high = search.interval(search.trials[0])
    score = find_runs(folder / "trials")[0].metrics["validation"]["accuracy"]
    assert 0 <= low <= score <= high <= 1
    assert low < high


def test_final_runs(tmp_path):
    folder = make_search(tmp_path / "s", [{"score": 0.8}])
    add_final(folder, "best", [0.8, 0.9, 1.0])
    final = read_search(folder).finals["best"]
    assert final.seeds == (1, 2, 3)
    assert (final.metrics["test.accuracy"], final.spread["test.accuracy"]) == pytest.approx((0.9, 0.1))


@pytest.mark.parametrize("name", ["missing", "empty"])
def test_no_search(tmp_path, name):
    (tmp_path / "empty").mkdir()
    with pytest.raises(RunError, match="There is no search in (.|\n)*bert-tf tune RECIPE"):
        read_search(tmp_path / name)


def test_trials_are_found_in_their_search_only(tmp_path, trained):
    folder = make_search(tmp_path / "runs" / "bbc-news.tuning", [{"score": 0.8}])
    add_run(folder, "00", trained.run)
    add_run(folder, "01/seed-1", trained.run)
    assert find_runs(tmp_path / "runs") == []
    assert [run.path.name for run in find_runs(folder)] == ["00", "seed-1"]
