"""What a plan counts of an epoch's end; `tests/cli/test_plan.py` makes a whole plan."""

from bert_tf.planning import evaluation_timings as module
from bert_tf.planning.evaluation_timings import _Answered
from bert_tf.runs.run import new_run
from bert_tf.tasks.recipes import make_recipe
from bert_tf.workflow.assemble import measured_graph
from bert_tf.workflow.encoder_checks import fitting_encoder
from bert_tf.workflow.prepare import read_splits, tokenized
from bert_tf.workflow.training_setup import set_up_training


def test_pictures_cost_what_their_core_would_have_done(one_layer, tmp_path, cache, monkeypatch):
    path = tmp_path / "rows.csv"
    path.write_text("text,label\n" + "".join(f"text {row},{'ab'[row % 2]}\n" for row in range(60)))
    recipe = make_recipe({
        "name": "rows", "task": "classify", "text": {"max_tokens": 8},
        "data": {"source": "files", "train": str(path), "validation": 0.5},
        "model": {"encoder": str(one_layer), "kernels": "reference"}, "training": {"epochs": 1, "batch_size": 8},
    })  # fmt: skip
    files = fitting_encoder(recipe)
    splits = read_splits(recipe, cache_folder=cache)
    prepared = tokenized(recipe, splits, encoder_folder=files.folder, cache_folder=cache)
    setup = set_up_training(recipe, files.folder, prepared)
    run = new_run(recipe, tmp_path / "runs")
    answers = _Answered(setup, prepared, run, measured_graph(setup.model, setup.compute))
    answers.epoch_end()  # loads matplotlib
    seconds = {}
    for cores in (1, 10**6):
        monkeypatch.setattr(module, "available_cores", lambda cores=cores: cores)
        seconds[cores] = answers.epoch_end()
    # Metrics of 30 rows take a small part of what the pictures take.
    assert 0 < seconds[10**6] < seconds[1] / 2
