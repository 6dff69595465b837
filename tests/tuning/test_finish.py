import pytest
from searches import add_final, add_run, make_search

from bert_tf.errors import TuningError
from bert_tf.tasks.recipes import load_recipe
from bert_tf.tuning import finish
from bert_tf.tuning.finish import finish_search
from bert_tf.tuning.results import final_folder
from bert_tf.tuning.trial import TrialResult


@pytest.fixture
def final_runs(monkeypatch):
    """What was asked to be trained; the runs are there at once."""
    asked = []

    def run(recipe, *, folder, cache_folder, seeds, measure_test):
        asked.append((folder.name, recipe, seeds, measure_test))
        add_final(folder.parents[1], folder.name, [0.9, 0.8])
        metrics, spread = {"test.accuracy": 0.85}, {"test.accuracy": 0.07}
        return TrialResult("finished", metrics, spread, seconds=9.0, training_seconds=8.0, peak_memory_mib=1, epochs=1)

    monkeypatch.setattr(finish, "run_trial", run)
    return asked


def finished(folder, tmp_path, **settings):
    return finish_search(folder, recipe_path=tmp_path / "b.toml", cache_folder=tmp_path / "cache", **settings)


def test_the_best_and_the_default_are_measured_on_the_test_rows(tmp_path, final_runs):
    folder = make_search(tmp_path / "s", [{"score": 0.8}, {"score": 0.9}])
    left = finished(folder, tmp_path, seeds=2)
    assert [(name, seeds, test) for name, _, seeds, test in final_runs] == [("best", 2, True), ("default", 2, True)]
    assert final_runs[0][1].model.dropout == 0.1
    assert final_runs[1][1] == left.search.recipe
    assert load_recipe(str(left.recipe)).model.dropout == 0.1
    assert "test.accuracy 0.8500 ± 0.0707" in left.recipe.read_text()
    assert "0.8500 ± 0.0707" in left.page.read_text()
    assert left.search.finals["best"].metrics["test.accuracy"] == pytest.approx(0.85)
    assert [path.name for path in (folder / "tensorboard").iterdir()]


def test_the_default_that_is_best_is_measured_once(tmp_path, final_runs):
    finished(make_search(tmp_path / "s", [{"score": 0.9}, {"score": 0.8}]), tmp_path, seeds=2)
    assert [name for name, *_ in final_runs] == ["best"]


def test_no_final_runs(tmp_path, final_runs):
    left = finished(make_search(tmp_path / "s", [{"score": 0.9}]), tmp_path, seeds=0)
    assert not final_runs
    assert left.page.is_file()
    assert "test.accuracy" not in left.recipe.read_text()


def test_the_recipe_is_there_before_the_final_runs(tmp_path, monkeypatch):
    def stopped(*_, **settings):
        raise KeyboardInterrupt

    monkeypatch.setattr(finish, "run_trial", stopped)
    folder = make_search(tmp_path / "s", [{"score": 0.8}, {"score": 0.9}])
    with pytest.raises(KeyboardInterrupt):
        finished(folder, tmp_path)
    assert load_recipe(str(tmp_path / "b.toml")).model.dropout == 0.1
    assert not final_folder(folder, "best").exists()


def test_nothing_to_finish(tmp_path, final_runs):
    with pytest.raises(TuningError, match="No trial has finished"):
        finished(make_search(tmp_path / "s", [{"status": "failed", "reason": "diverged"}]), tmp_path)
    assert not final_runs


def test_each_run_gets_a_report_and_keeps_it(tmp_path, trained):
    folder = make_search(tmp_path / "s", [{"score": 0.9}, {"score": 0.8}, {"status": "failed", "reason": "crashed"}])
    add_run(folder, "00", trained.run)
    add_run(folder, "01/seed-1", trained.run)
    for name in ("00/report.html", "00/explanations.json", "01/seed-1/report.html", "01/seed-1/explanations.json"):
        (folder / "trials" / name).unlink()
    (folder / "trials" / "02").mkdir()
    (folder / "trials" / "02" / "run.json").write_text("{")
    page = finished(folder, tmp_path, seeds=0).page.read_text()
    reports = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("report.html"))
    assert reports == ["trials/00/report.html", "trials/01/seed-1/report.html"]
    assert all(f'<a href="{report}">' in page for report in reports)
    told = (folder / reports[0]).read_text()
    assert "Test accuracy is " in told
    # The words that mattered take the model, which a search has no time for.
    assert "texts are shown without them to save time" in told
    assert not list(folder.rglob("explanations.json"))
    (folder / reports[0]).write_text("kept")
    finished(folder, tmp_path, seeds=0)
    assert (folder / reports[0]).read_text() == "kept"
