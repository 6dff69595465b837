"""Runs with few labels: the encoder learns before training, the head begins on its vectors, and resuming is exact."""

import numpy as np
import pytest
from rich.console import Console
from safetensors.numpy import load_file

from bert_tf.tasks.recipes import load_recipe
from bert_tf.training.checkpoints import list_checkpoints
from bert_tf.workflow.train import train_recipe
from bert_tf.workflow.training_scope import TrainingScope

RECIPE = {
    "data.train": "all[:200]", "data.test": 0.2, "text.max_tokens": 16, "training.epochs": 2, "training.batch_size": 8,
    "few_shot.per_label": 4, "few_shot.steps": 3, "few_shot.batch_size": 8, "few_shot.learning_rate": 1e-3,
}  # fmt: skip


@pytest.fixture(scope="module")
def train(tiny_encoder, cache, tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")

    def of(name, overrides=None, *, console=None, **scope):
        recipe = load_recipe("few-shot-topics", {**RECIPE, "model.encoder": str(tiny_encoder), **(overrides or {})})
        settings = TrainingScope(run_folder=folder / name, summarize=False, **scope)
        return train_recipe(recipe, runs_folder=folder, cache_folder=cache, scope=settings, console=console)

    return of


@pytest.fixture(scope="module")
def whole(train, tmp_path_factory):
    with (tmp_path_factory.mktemp("output") / "output.txt").open("w+") as file:
        run = train("whole", console=Console(file=file, width=500))
        file.seek(0)
        return run, file.read()


def weights(run):
    return load_file(list_checkpoints(run.checkpoints)[-1].folder / "model.safetensors")


def test_what_was_done_is_told(whole):
    run, output = whole
    few = run.facts["few_shot"]
    assert few.pop("seconds") > 0
    # Of each of five labels four texts; three steps of eight texts, each with 28 pairs.
    assert few == {"texts": 20, "steps": 3, "texts_computed": 24, "pairs_compared": 84}
    assert run.facts["pooling"] == "mean"
    assert "20 were drawn, 4 of each label" in output
    # Wilson 1927: (p + z²/2n ± z √(p(1 - p)/n + z²/4n²)) / (1 + z²/n) with p = 0.9, n = 20, z = 1.96.
    assert "an accuracy of 0.9000 on all of them would have a 95% interval from 0.6990 to 0.9721, 0.2732 wide" in output


def test_a_run_that_goes_on_ends_with_the_same_bytes(train, whole):
    lower = train("lower", until_epoch=1)
    upper = train("upper", until_epoch=2, resume_from=lower)
    assert {name: value.tobytes() for name, value in weights(upper).items()} == {
        name: value.tobytes() for name, value in weights(whole[0]).items()
    }


def test_the_encoder_learns_and_without_steps_it_does_not(train):
    still = {"training.epochs": 1, "training.learning_rate": 1e-12, "training.weight_decay": 0.0}
    kept, moved = (weights(train(f"steps-{steps}", {**still, "few_shot.steps": steps})) for steps in (0, 3))
    name = next(name for name in kept if name.endswith("embeddings/positions"))
    assert np.abs(kept[name] - moved[name]).max() > 1e-4


def test_labels_by_sets(tiny_encoder, cache, tmp_path):
    rows = [f"row {number} of {number % 3},{['ab', 'b', ''][number % 3]}" for number in range(30)]
    (tmp_path / "rows.csv").write_text("\n".join(["text,label", *rows]))
    values = {
        "task": "multilabel", "model.encoder": str(tiny_encoder), "data.source": "files", "classify": None,
        "data.train": str(tmp_path / "rows.csv"), "data.test": None, "text.max_tokens": 16, "few_shot.steps": 2,
    }  # fmt: skip
    recipe = load_recipe("few-shot-topics", values)
    run = train_recipe(recipe, runs_folder=tmp_path, cache_folder=cache, scope=TrainingScope(summarize=False))
    # Four of ab, four of b and four without labels.
    assert run.facts["few_shot"]["texts"] == 8 * 3
