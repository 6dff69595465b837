"""Mining of a small recipe, timed; what a plan makes of it is in `test_plan.py`."""

import pytest

from bert_tf.evaluation.hard_negatives import Mining
from bert_tf.planning.mining_timings import MiningTimings, time_mining
from bert_tf.tasks.recipes import make_recipe
from bert_tf.workflow.encoder_checks import fitting_encoder
from bert_tf.workflow.prepare import read_splits, tokenized
from bert_tf.workflow.training_setup import set_up_training


@pytest.mark.parametrize("positive", ["text", "same label"])
def test_all_training_texts_are_computed_and_compared(positive, one_layer, tmp_path, cache):
    path = tmp_path / "pairs.csv"
    path.write_text("text,answer\n" + "".join(f"question {row},answer {row % 20}\n" for row in range(60)))
    data = {"source": "files", "train": str(path), "label": "answer"}
    recipe = make_recipe({
        "name": "pairs", "task": "embed", "data": data, "text": {"max_tokens": 8},
        "model": {"encoder": str(one_layer), "kernels": "reference"},
        "training": {"epochs": 3, "batch_size": 8}, "embed": {"positive": positive, "mine_every": 1},
    })  # fmt: skip
    files = fitting_encoder(recipe)
    splits = read_splits(recipe, cache_folder=cache)
    prepared = tokenized(recipe, splits, encoder_folder=files.folder, cache_folder=cache)
    setup = set_up_training(recipe, files.folder, prepared)
    found = time_mining(setup, prepared, Mining(1, 0.1))
    # A row is a question and its answer, or two texts of one label; with the mined text it is three.
    assert (found.every, found.growth) == (1, 1.5)
    assert found.predicting > 0
    assert found.searching > 0


def test_the_last_epoch_is_followed_by_no_mining():
    timings = MiningTimings(every=2, predicting=1.0, searching=1.0, growth=1.5)
    assert [timings.times(epochs) for epochs in range(1, 7)] == [0, 0, 1, 1, 2, 2]
    assert [timings.grown(epochs) for epochs in range(1, 7)] == [0, 0, 1, 2, 3, 4]
