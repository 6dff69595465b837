"""What keras-tuner's oracles give out here: the recipe first, everything once, and the same after a restart."""

import itertools
import json

import pytest
from fake_search import CONDITIONAL, SPACE, STEPS, recipe, smooth

from bert_tf.errors import RunError
from bert_tf.recipe.space import search_space
from bert_tf.recipe.space_values import with_values
from bert_tf.tuning.keras_tuner_space import decoded, hyperparameters, is_in_space
from bert_tf.tuning.oracles import make_oracle

ALGORITHMS = ("random", "bayesian", "hyperband", "grid")


class Asked:
    """An oracle, and what it gave out."""

    def __init__(self, found, folder):
        self.recipe, self.parameters = found, search_space(found)
        space = hyperparameters(self.parameters, found)
        self.oracle = make_oracle(found, space, own_values_count=is_in_space(self.parameters, found))
        self.file = folder / "oracle.json"
        self.oracle.keep_in(self.file)

    def start(self):
        trial = self.oracle.create_trial("tuner0")
        return trial if trial.status == "RUNNING" else None

    def end(self, trial, score=None):
        values = trial.hyperparameters.values
        changed = with_values(self.recipe, decoded(self.parameters, values))
        found = smooth(changed, epochs=values.get("tuner/epochs")).metrics["validation.accuracy"]
        self.oracle.update_trial(trial.trial_id, {"validation.accuracy": found if score is None else score})
        trial.status = "COMPLETED"
        self.oracle.end_trial(trial)

    def values(self, trial):
        own = {name: value for name, value in trial.hyperparameters.values.items() if name.startswith("tuner/")}
        return {**decoded(self.parameters, trial.hyperparameters.values), **own}

    def run(self, most=1000):
        """The values of the next trials, to the end of the search."""
        found = []
        while len(found) < most and (trial := self.start()) is not None:
            found.append(self.values(trial))
            self.end(trial)
        return found


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_the_recipes_own_values_come_first_and_no_point_twice(algorithm, tmp_path):
    space = STEPS if algorithm == "grid" else SPACE
    found = recipe(
        space,
        algorithm=algorithm,
        max_trials=12,
        training={"learning_rate": 1e-3, "weight_decay": 0.125},
    )
    given = Asked(found, tmp_path).run()
    assert len(given) == 12
    # model.dropout is left out, and 0 the nearest to nothing that the space has.
    assert given[0] == {"training.learning_rate": 1e-3, "model.dropout": 0.0, "training.weight_decay": 0.125}
    own = [{name: value for name, value in each.items() if name != "tuner/trial_id"} for each in given]
    assert len({json.dumps(each, sort_keys=True) for each in own}) == 12


def test_a_grid_is_every_combination_once(tmp_path):
    space = {
        "training.schedule": {"choice": ["linear", "constant"]},
        "training.warmup": {"uniform": [0.0, 0.2], "steps": 3, "when": {"training.schedule": "linear"}},
        "training.epochs": {"integer": [1, 2]},
    }
    given = Asked(recipe(space, algorithm="grid", training={"warmup": 0.1, "epochs": 2}), tmp_path).run()
    linear = [
        {"training.schedule": "linear", "training.warmup": warmup, "training.epochs": epochs}
        for warmup, epochs in itertools.product((0.0, 0.1, 0.2), (1, 2))
    ]
    constant = [{"training.schedule": "constant", "training.epochs": epochs} for epochs in (1, 2)]
    assert given[0] == {"training.schedule": "linear", "training.warmup": 0.1, "training.epochs": 2}
    expected = [*linear, *constant]
    assert {frozenset(each.items()) for each in given} == {frozenset(each.items()) for each in expected}
    assert len(given) == 8


def test_the_point_next_to_the_recipe_is_tried_where_the_recipe_is_outside(tmp_path):
    space = {"training.batch_size": {"choice": [16, 64]}}
    for size, trials in ((16, 2), (8, 3)):
        asked = Asked(recipe(space, algorithm="grid", training={"batch_size": size}), tmp_path / str(size))
        assert len(asked.run()) == trials


@pytest.mark.parametrize("algorithm", ["random", "bayesian"])
def test_a_small_space_ends_when_it_is_tried(algorithm, tmp_path):
    space = {"training.batch_size": {"choice": [8, 16, 32]}, "training.schedule": {"choice": ["linear", "constant"]}}
    # Of 9 trials the Bayesian oracle draws 3, and proposes the others.
    given = Asked(recipe(space, algorithm=algorithm, max_trials=9), tmp_path).run()
    assert len(given) == 6
    assert len({str(each) for each in given}) == 6


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_another_process_gives_out_the_same(algorithm, tmp_path):
    found = recipe(STEPS if algorithm == "grid" else CONDITIONAL, algorithm=algorithm, max_trials=14)
    expected = Asked(found, tmp_path / "whole").run()
    given = []
    while step := Asked(found, tmp_path / "parts").run(most=1):
        given += step
    assert given == expected
    assert len(given) == 14


def test_seeds_differ(tmp_path):
    one, other = (
        Asked(recipe(algorithm="random", seed=seed, max_trials=3), tmp_path / str(seed)).run() for seed in (1, 2)
    )
    assert one[0] == other[0]
    assert one[1:] != other[1:]


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_trial_that_was_running_is_the_next(algorithm, tmp_path):
    found = recipe(STEPS if algorithm == "grid" else SPACE, algorithm=algorithm, max_trials=8)
    first = Asked(found, tmp_path)
    first.run(most=3)
    running = first.start()
    second = Asked(found, tmp_path)
    again = second.start()
    assert again.trial_id == running.trial_id
    assert second.values(again) == first.values(running)
    second.end(again)
    assert len(second.run()) == 4


def test_a_trial_that_had_ended_is_not_run_again(tmp_path):
    # keras-tuner saves its state before it takes an ended trial from those that run.
    found = recipe(algorithm="random", max_trials=3)
    first = Asked(found, tmp_path)
    ended = first.start()
    first.end(ended)
    assert Asked(found, tmp_path).start().trial_id != ended.trial_id


def test_the_state_is_whole_after_every_change(tmp_path, monkeypatch):
    found = recipe(algorithm="random", max_trials=4)
    asked = Asked(found, tmp_path)
    asked.run(most=2)
    monkeypatch.setattr("os.replace", lambda *paths: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(RunError, match="the disk is full") as caught:
        asked.start()
    assert asked.oracle.problem is caught.value
    monkeypatch.undo()
    assert len(Asked(found, tmp_path).run()) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["oracle.json"]


@pytest.mark.parametrize("content", ["", '{"oracle": {', "[]", '{"trials": []}'])
def test_a_damaged_state_is_told(content, tmp_path):
    (tmp_path / "oracle.json").write_text(content)
    with pytest.raises(RunError, match="state of the search can't be read") as caught:
        Asked(recipe(algorithm="random"), tmp_path)
    assert "--overwrite" in caught.value.hint


def test_no_trial_starts_after_the_last_minute_and_minutes_add_up(tmp_path):
    found = recipe(algorithm="random", max_minutes=1.0)
    asked = Asked(found, tmp_path)
    asked.run(most=2)
    asked.oracle._started -= 59
    asked.oracle.save()
    assert asked.start() is not None
    later = Asked(found, tmp_path)
    assert later.oracle.seconds >= 59
    later.oracle._started -= 1
    # The one that was running is finished; nothing new begins.
    later.end(later.start())
    assert later.start() is None


def test_hyperband_goes_on_with_the_best_of_a_round(tmp_path):
    asked = Asked(recipe(algorithm="hyperband", epochs=9, max_trials=14), tmp_path)
    given, scores = [], {}
    while (trial := asked.start()) is not None:
        asked.end(trial)
        scores[trial.trial_id] = asked.oracle.trials[trial.trial_id].score
        given.append((trial.trial_id, asked.values(trial)))
    # Trial 0 is the recipe, with all its epochs. Then 9 of 1 epoch, the 3 best to 3, the best to 9.
    assert "tuner/epochs" not in given[0][1]
    assert [values["tuner/epochs"] for _, values in given[1:]] == [1] * 9 + [3] * 3 + [9]
    first = [trial for trial, _ in given[1:10]]
    best = sorted(first, key=scores.__getitem__, reverse=True)[:3]
    assert {values["tuner/trial_id"] for _, values in given[10:13]} == set(best)
    assert given[13][1]["tuner/trial_id"] == max((trial for trial, _ in given[10:13]), key=scores.__getitem__)
    by_trial = dict(given)
    for _, values in given[10:]:
        lower = by_trial[values["tuner/trial_id"]]
        assert all(values[key] == lower[key] for key in SPACE)


def test_scores_are_minimized_where_less_is_better(tmp_path):
    found = recipe(algorithm="hyperband", epochs=3, max_trials=5, direction="min")
    asked = Asked(found, tmp_path)
    scores = {}
    while (trial := asked.start()) is not None:
        scores[trial.trial_id] = len(scores) * 0.1
        asked.end(trial, scores[trial.trial_id])
    # Of trials 1 to 3 the first had the least.
    assert asked.oracle.trials["4"].hyperparameters.values["tuner/trial_id"] == "1"
