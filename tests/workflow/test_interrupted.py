"""Which run `--resume` takes, and what it says; runs that are really interrupted, by a signal while they validate."""

import dataclasses
import io
import os
import shutil
import signal

import pytest
from rich.console import Console

from bert_tf.errors import InterruptedRunError, RunError
from bert_tf.handoff.handoff_facts import _training
from bert_tf.handoff.train_and_export import train_and_export
from bert_tf.report.epochs import values_by_step
from bert_tf.runs.run import RunFolder, find_runs
from bert_tf.runs.run_lock import held_run
from bert_tf.stop_signals import StopSignals
from bert_tf.tasks.recipes import load_recipe, make_recipe
from bert_tf.workflow import interrupted
from bert_tf.workflow.baseline import baseline_recipe
from bert_tf.workflow.interrupted import run_to_resume, runs_of, unfinished_run, why_a_new_run
from bert_tf.workflow.proof.prove_resume import differences_of
from bert_tf.workflow.train import train_recipe
from bert_tf.workflow.training_scope import TrainingScope

STEPS = 8  # of each of three epochs: 64 rows, 8 at once


def _recipe(encoder, **changed):
    values = {
        "data.train": "all[:80]", "data.validation": 0.2, "data.test": None, "text.max_tokens": 16,
        "training.epochs": 3, "training.batch_size": 8, "model.encoder": str(encoder), "model.kernels": "reference",
    }  # fmt: skip
    return load_recipe("bbc-news", values | {key.replace("__", "."): value for key, value in changed.items()})


@pytest.fixture(scope="module")
def recipe(tiny_encoder):
    return _recipe(tiny_encoder)


class StoppedAt(io.StringIO):
    """A screen whose reader ends the process at some words."""

    def __init__(self, words):
        super().__init__()
        self.words = words

    def write(self, text):
        if self.words in text:
            os.kill(os.getpid(), signal.SIGTERM)
        return super().write(text)


def interrupt(recipe, runs_folder, cache, *, at=None):
    """Train until the first epoch is validated, or some words are on the screen."""

    def stop(epoch, metrics):
        if at is None:
            os.kill(os.getpid(), signal.SIGTERM)
        return False

    before = signal.getsignal(signal.SIGTERM)
    console = at and Console(file=StoppedAt(at), width=10_000)
    with StopSignals() as signals, pytest.raises(InterruptedRunError) as told:
        scope = TrainingScope(should_stop=stop, signals=signals, summarize=False, exports=False)
        train_recipe(recipe, runs_folder=runs_folder, cache_folder=cache, console=console, scope=scope)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler if number == signal.SIGINT else before)
    return told.value


@pytest.fixture(scope="module")
def made(recipe, cache, tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    return interrupt(recipe, folder, cache), folder


@pytest.fixture
def runs(made, tmp_path):
    """A folder of runs that may be changed, with an interrupted one."""
    return shutil.copytree(made[1], tmp_path / "runs")


@pytest.fixture
def run(runs):
    (found,) = find_runs(runs)
    return found


def finish(recipe, runs, cache, **settings):
    """Train without export; what was said."""
    screen = io.StringIO()
    console = Console(file=screen, width=10_000)
    done = train_and_export(recipe, runs_folder=runs, cache_folder=cache, export=False, console=console, **settings)
    return done, screen.getvalue()


def test_it_says_how_far_it_came(made, run):
    told, _ = made
    assert told.what.startswith(f"Training was stopped. The run is saved up to step {STEPS} of {3 * STEPS}.")
    assert "--resume auto" in told.hint
    assert run.status == "stopped"


def test_keys_that_change_no_result_may_differ(tiny_encoder, runs, run):
    often = _recipe(tiny_encoder, training__checkpoint_every=2, training__profile_steps=[2, 3])
    assert unfinished_run(often, runs).path == run_to_resume(often, run).path == run.path


def test_the_same_command_offers_to_resume_and_the_newest_is_resumed(recipe, runs, run, cache):
    done, said = finish(recipe, runs, cache)
    resumes = f"`bert-tf train {run.path}/recipe.toml --resume {run.path}`"
    saved = "The run is saved up to step 8 of 24."
    assert f"{run.path} was interrupted. {saved} To resume it: {resumes}. A new run starts now." in said
    assert done.run.path != run.path
    # What is finished is newer: the interrupted one is not worth its time.
    assert unfinished_run(recipe, runs) is None
    assert "but a newer run of the recipe has finished. A new run starts." in why_a_new_run(recipe, runs)
    run.add_facts(compute="fused kernels in bfloat16")
    resumed, said = finish(recipe, runs, cache, resume=run.path)
    assert "Since the run began, kernels or precision changed, so results will differ from an uninterrupted run" in said
    assert "Continuing after step 8 of 24; 0 epochs validated so far." in said
    assert resumed.run.path == run.path
    assert resumed.run.metrics == done.run.metrics
    assert [each["step"] for each in resumed.run.facts["resumed"]] == [STEPS]
    again, said = finish(recipe, runs, cache, resume=run.path)
    assert f"{run.path} is trained; only export and report are left." in said
    assert again.run.metrics == done.run.metrics


def test_auto_takes_it(recipe, runs, run):
    assert unfinished_run(recipe, runs).path == run.path


@pytest.mark.parametrize("status", ["failed", "running"])
def test_auto_takes_what_failed_or_was_killed_too(recipe, runs, run, status):
    run.add_facts(status=status)
    assert unfinished_run(recipe, runs).path == run.path


def test_auto_takes_what_is_trained_and_not_finished(recipe, runs, run):
    run.add_facts(status="trained")
    assert unfinished_run(recipe, runs).path == run.path
    interrupted.mark_finished(run)
    assert unfinished_run(recipe, runs) is None


def test_one_that_is_being_trained_is_left_alone(recipe, runs, run):
    run.add_facts(status="running")
    with held_run(run.path):
        assert unfinished_run(recipe, runs) is None
        with pytest.raises(RunError, match="Another process is training this run"):
            run_to_resume(recipe, run)


def test_another_recipe_is_told_by_its_keys(tiny_encoder, runs, run):
    other = _recipe(tiny_encoder, training__learning_rate=1e-3, training__early_stopping=2)
    assert unfinished_run(other, runs) is None
    assert f"{run.path} was interrupted, but its recipe differs in training.learning_rate, training.early_" in (
        why_a_new_run(other, runs)
    )
    with pytest.raises(RunError, match="has another recipe") as told:
        run_to_resume(other, run)
    assert told.value.problems == (
        "training.learning_rate: 0.0001 in the run, 0.001 asked for",
        "training.early_stopping: 0 in the run, 2 asked for",
    )


def test_without_any_run_a_new_one_starts(recipe, tmp_path):
    assert why_a_new_run(recipe, tmp_path) == (
        "Nothing to resume: no run of this recipe was interrupted. A new run starts."
    )


def test_a_run_that_cannot_be_read_is_passed_over(recipe, runs, run):
    shutil.copytree(run.path, run.path.with_name("20990101-000000"))
    (run.path.with_name("20990101-000000") / "run.json").write_text("{}")
    assert [found.path for found in runs_of(recipe, runs)] == [run.path]


def test_no_step_is_done_again_where_it_was_measured_after_the_last(recipe, runs, run, cache):
    shutil.rmtree(run.path)
    told = interrupt(recipe, runs, cache, at="validation: ")
    assert "saved up to step 24 of 24" in told.what
    done, said = finish(recipe, runs, cache, resume="auto")
    assert "Since the run began" not in said
    assert "Continuing after step 24 of 24; 3 epochs validated so far." in said
    assert "epoch 3/3" not in said
    assert len(done.run.metrics["epochs"]) == 3


def test_data_that_changed_is_refused(recipe, runs, run, cache):
    facts = run.facts
    facts["data"]["fingerprints"]["train"] = "0"
    run.add_facts(data=facts["data"])
    with pytest.raises(RunError, match=r"can't be resumed: data \(fingerprints\) changed"):
        train_recipe(recipe, runs_folder=runs, cache_folder=cache, scope=TrainingScope(interrupted=run))


def test_a_run_that_saved_nothing_begins_again_in_its_folder(recipe, runs, run, made, cache):
    """As one that was killed before its first checkpoint, or whose only one is damaged."""
    whole = RunFolder(next((made[1] / "bbc-news").iterdir()))
    (point,) = run.checkpoints.glob("step-*")
    (point / "random.safetensors").write_bytes(b"")
    trained = train_recipe(
        recipe, runs_folder=runs, cache_folder=cache, scope=TrainingScope(interrupted=run, summarize=False)
    )
    assert trained.path == run.path
    assert len(trained.metrics["epochs"]) == 3
    assert whole.status == "stopped"


def test_a_folder_that_is_removed_while_it_trains_ends_the_run(recipe, cache, tmp_path):
    def remove(epoch, metrics):
        # The checkpoint is being written there.
        shutil.rmtree(tmp_path / "bbc-news", ignore_errors=True)
        return False

    with pytest.raises(RunError, match="The run's folder was removed while it was trained"):
        train_recipe(recipe, runs_folder=tmp_path, cache_folder=cache, scope=TrainingScope(should_stop=remove))
    assert [path.name for path in tmp_path.rglob("run.json")] == []


def test_an_interrupted_baseline_is_gone_on_with_and_a_trained_one_is_used(recipe, cache, tmp_path):
    interrupt(baseline_recipe(recipe), tmp_path, cache)
    (beside,) = find_runs(tmp_path)
    done, said = finish(recipe, tmp_path, cache, resume="auto", baseline=True)
    assert "no run of this recipe was interrupted" not in said
    assert done.baseline.path == beside.path
    assert beside.status == "trained"
    # It is not to be exported: a run of the bag of words alone doesn't take it for its own.
    assert unfinished_run(baseline_recipe(recipe), tmp_path) is None
    assert done.run.facts["baseline"] == beside.path.name


def test_batches_of_equally_many_tokens_go_on_exactly(tiny_encoder, cache, tmp_path):
    """Texts of 4 to 18 tokens; 48 tokens in a batch are six, three or two texts of 8, 16 or 24."""
    rows = [f"{'good' if row % 2 else 'bad'}{' day' * (1 + row % 15)},{row % 2}" for row in range(60)]
    (tmp_path / "rows.csv").write_text("\n".join(["text,label", *rows]))
    values = {
        "name": "rows", "task": "classify", "text": {"max_tokens": 24},
        "data": {"source": "files", "train": str(tmp_path / "rows.csv"), "validation": 0.2},
        "model": {"encoder": str(tiny_encoder), "kernels": "reference", "dropout": 0.2},
        "training": {"epochs": 2, "batch_tokens": 48},
    }  # fmt: skip
    recipe = make_recipe(values)
    interrupt(recipe, tmp_path / "stopped", cache)
    (stopped,) = find_runs(tmp_path / "stopped")
    scope = TrainingScope(summarize=False, exports=False)
    whole = train_recipe(recipe, runs_folder=tmp_path / "whole", cache_folder=cache, scope=scope)
    going_on = dataclasses.replace(scope, interrupted=stopped)
    resumed = train_recipe(recipe, runs_folder=tmp_path / "stopped", cache_folder=cache, scope=going_on)
    assert differences_of(whole, resumed) == []
    assert len(list(values_by_step(whole.tensorboard / "train", "step_loss"))) == whole.facts["steps"]
    assert 48 / 6 * 2 < whole.facts["steps"] < 48 / 2 * 2
    assert whole.facts["batch_shapes"] <= 4
    card_facts = _training(recipe, whole.facts)
    assert card_facts["tokens of a batch"] == 48
    assert "batch size" not in card_facts
