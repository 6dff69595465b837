import subprocess
import sys

import pytest

from bert_tf.errors import RunError
from bert_tf.integrity import file_sha256
from bert_tf.runs.run import find_runs, new_run, newest_run, open_run
from bert_tf.tasks.recipes import load_recipe, run_recipe


@pytest.fixture
def run(tmp_path):
    return new_run(load_recipe("bbc-news", {"training.epochs": 7}), tmp_path / "runs")


def test_a_new_run_keeps_its_recipe(run, tmp_path):
    assert run.path.parent == tmp_path / "runs" / "bbc-news"
    assert run_recipe(open_run(run.path)) == load_recipe("bbc-news", {"training.epochs": 7})
    assert run.facts["status"] == "running"


def test_two_runs_in_a_second_have_folders_of_their_own(tmp_path):
    recipe = load_recipe("bbc-news")
    assert len({new_run(recipe, tmp_path).path for _ in range(3)}) == 3


def test_a_place_that_cannot_be_written(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(RunError, match="can't be created here(.|\n)*--runs"):
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


def test_metrics_and_predictions_belong_to_their_run(run, tmp_path):
    other = new_run(load_recipe("bbc-news", {"training.epochs": 7}), tmp_path / "others")
    for each, content in ((run, b"one"), (other, b"two")):
        each.predictions("test").parent.mkdir()
        each.predictions("test").write_bytes(content)
        each.write_metrics({"test": {"accuracy": 0.5}})
        assert each.measured_predictions("test") == each.predictions("test")
    other.predictions("test").write_bytes(b"one")
    with pytest.raises(RunError, match="from another run or evaluation(.|\n)*bert-tf evaluate"):
        other.measured_predictions("test")
    # One whose split was not measured is of an earlier evaluation, too.
    run.predictions("validation").write_bytes(b"three")
    with pytest.raises(RunError, match=r"validation\.parquet is damaged, or from"):
        run.measured_predictions("validation")
    with pytest.raises(RunError, match=r"'train' is no split(.|\n)*validation or test"):
        run.measured_predictions("train")
    (run.path / "metrics.json").rename(other.path / "metrics.json")
    with pytest.raises(RunError, match="can't be read: it belongs to another run(.|\n)*bert-tf evaluate"):
        _ = other.metrics


def test_no_such_run_names_the_nearest(run):
    wrong = run.path.with_name(run.path.name[:-1])
    with pytest.raises(RunError, match=f"There is no run {wrong}(.|\n)*did you mean {run.path}"):
        open_run(wrong)


def test_the_folder_of_a_recipe_is_not_a_run(run):
    with pytest.raises(RunError, match=f"is not a run(.|\n)*did you mean {run.path}"):
        open_run(run.path.parent)


@pytest.mark.parametrize("file", ["recipe.toml", "run.json"])
def test_a_run_without_one_of_its_files_is_not_its_own_nearest(run, file):
    (run.path / file).unlink()
    with pytest.raises(RunError, match=f"is not a complete run: {file} is missing") as told:
        open_run(run.path)
    assert "did you mean" not in str(told.value)


def test_the_newest_run_of_a_recipe(tmp_path):
    first, last, elsewhere = (new_run(load_recipe(name), tmp_path / "runs").path for name in ("sst2", "sst2", "imdb"))
    last = last.rename(last.with_name("20990101-120000"))
    (last.with_name("20990102-120000")).mkdir()
    (last.with_name("compare.html")).touch()
    assert newest_run(first.parent).path == last
    for folder in (last, tmp_path / "runs", elsewhere / "none", last.with_name("20990102-120000")):
        assert newest_run(folder) is None


def test_nothing_near(tmp_path):
    (tmp_path / "a" / "b" / "c").mkdir(parents=True)
    with pytest.raises(RunError, match="is not a run(.|\n)*bert-tf train RECIPE"):
        # Deeper than what is looked through: other tests' runs are in the folders above.
        open_run(tmp_path / "a" / "b" / "c")


def test_a_run_whose_process_is_gone_crashed(run):
    assert run.status == "running"
    done = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    run.add_facts(process={**run.facts["process"], "id": int(done.stdout)})
    assert run.status == "crashed"
    run.add_facts(status="trained")
    assert run.status == "trained"


def test_a_number_that_another_process_has_now_is_not_the_run(run):
    run.add_facts(process={**run.facts["process"], "ticks": 1})
    assert run.status == "crashed"


@pytest.mark.parametrize("process", [{"id": 1, "ticks": 1, "host": "another"}, None])
def test_of_another_machine_nothing_is_known(run, process):
    run.add_facts(process=process)
    assert run.status == "running"


@pytest.mark.parametrize("content", [b'{"status": "trai', b"", b"[1]", b"{}", b"\xff\xfe{}"])
def test_damaged_facts_are_a_sentence(run, content):
    (run.path / "run.json").write_bytes(content)
    with pytest.raises(RunError, match=r"run\.json can't be read: .+(.|\n)*the run is damaged"):
        _ = run.status


@pytest.mark.parametrize("content", [b"name = ", b"\xff", b'task = "classify"'])
def test_a_damaged_recipe_is_a_sentence(run, content):
    (run.path / "recipe.toml").write_bytes(content)
    with pytest.raises(RunError, match=r"recipe\.toml can't be read"):
        _ = run.recipe_values


def test_recipe_values_need_not_be_those_of_today(run):
    with (run.path / "recipe.toml").open("a") as file:
        file.write('\n[later]\nkey = "value"\n')
    run.add_facts(recipe_sha256=file_sha256(run.path / "recipe.toml"))
    assert run.recipe_values["later"] == {"key": "value"}
    assert run.recipe_values["training"]["epochs"] == 7


def test_find_runs(tmp_path):
    made = [new_run(load_recipe(name), tmp_path / "runs").path for name in ("bbc-news", "bbc-news", "sst2")]
    (made[0] / "recipe.toml").unlink()
    (made[1] / "run.json").unlink()
    (tmp_path / "runs" / "bbc-news" / "compare.html").touch()
    assert [run.path for run in find_runs(tmp_path / "runs")] == sorted(made)
    assert [run.path for run in find_runs(tmp_path / "runs" / "sst2")] == made[2:]
    assert [run.path for run in find_runs(made[2])] == made[2:]
    assert find_runs(tmp_path / "none") == []


@pytest.fixture
def with_encoder(run, tmp_path):
    (tmp_path / "minilm").mkdir()
    shards = {"model-00001-of-00001.safetensors": "weights", "model.safetensors.index.json": "{}"}
    for name, content in {"vocab.txt": "good\nbad\n", "config.json": "{}", **shards}.items():
        (tmp_path / "minilm" / name).write_text(content)
    run.keep_encoder(tmp_path / "minilm")
    return run


def test_the_encoder_is_kept_without_its_weights(with_encoder):
    assert sorted(path.name for path in with_encoder.encoder.iterdir()) == ["config.json", "vocab.txt"]


@pytest.mark.parametrize("content", ["bad\ngood\n", None])
def test_a_changed_file_of_the_encoder_is_a_sentence(with_encoder, content):
    path = with_encoder.encoder / "vocab.txt"
    path.unlink()
    if content:
        path.write_text(content)
    with pytest.raises(
        RunError, match=r"encoder can't be read: its vocab\.txt (has changed|is missing)(.|\n)*train it again"
    ):
        _ = with_encoder.encoder


def test_another_value_in_a_recipe_is_a_sentence(run):
    path = run.path / "recipe.toml"
    path.write_text(path.read_text().replace("epochs = 7", "epochs = 8"))
    for read in (lambda: run_recipe(run), lambda: run.recipe_values, lambda: run.recipe_toml):
        with pytest.raises(RunError, match=r"recipe\.toml can't be read: its content has changed since it was written"):
            read()


@pytest.mark.parametrize("change", [("0.5", "0.9"), ("accuracy", "accuracz"), ("}", "")])
def test_other_metrics_say_how_to_get_the_right_ones(run, change):
    run.write_metrics({"test": {"accuracy": 0.5}})
    path = run.path / "metrics.json"
    path.write_text(path.read_text().replace(*change))
    with pytest.raises(RunError, match=r"metrics\.json can't be read: .+(.|\n)*bert-tf evaluate"):
        _ = run.metrics
