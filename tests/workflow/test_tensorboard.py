"""What a real run left for TensorBoard, read back by TensorBoard's own readers."""

import json
import tomllib

import numpy as np
import pytest
import tensorflow as tf
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData

from bert_tf.evaluation.predictions import read_predictions
from bert_tf.runs.run import RunFolder
from bert_tf.tasks.classify.columns import ClassifyColumns
from bert_tf.tasks.recipes import load_recipe
from bert_tf.workflow.tensorboard import tuned_values

EPOCHS = 2


@pytest.fixture(scope="module")
def events(trained):
    """The three folders of event files."""

    def read(part):
        found = EventAccumulator(str(trained.run / "tensorboard" / part), size_guidance={"tensors": 0})
        found.Reload()
        return found

    return {part: read(part) for part in (".", "train", "validation")}


@pytest.fixture(scope="module")
def metrics(trained):
    return json.loads((trained.run / "metrics.json").read_text())


def values(events, tag):
    return [float(tf.make_ndarray(event.tensor_proto)) for event in events.Tensors(tag)]


def test_final_scores_are_those_of_metrics(events, metrics):
    for split in ("validation", "test"):
        for name in ("accuracy", "macro_f1", "log_loss"):
            (value,) = values(events["."], f"final/{split}_{name}")
            assert value == pytest.approx(metrics[split][name], rel=1e-6)


def test_epochs_are_those_of_metrics(events, metrics):
    for tag, part, name in (
        ("epoch_loss", "train", "loss"),
        ("epoch_loss", "validation", "val_loss"),
        ("epoch_macro_f1", "validation", "val_macro_f1"),
    ):
        assert values(events[part], tag) == pytest.approx([entry[name] for entry in metrics["epochs"]], rel=1e-6)


def test_hyperparameters_are_those_of_the_recipe(events, trained):
    plugin = events["."].PluginTagToContent("hparams")
    start = HParamsPluginData.FromString(plugin["_hparams_/session_start_info"]).session_start_info
    recipe = tomllib.loads((trained.run / "recipe.toml").read_text())
    assert start.hparams["training.learning_rate"].number_value == recipe["training"]["learning_rate"] == 1e-3
    assert start.hparams["model.encoder"].string_value == recipe["model"]["encoder"]
    assert start.hparams["data.train"].string_value == "all[:240]"
    assert start.group_name == trained.run.name
    assert "_hparams_/session_end_info" in plugin


def test_values_of_a_recipe():
    recipe = load_recipe("bbc-news", {"classify.class_weights": {"tech": 2.0}, "training.profile_steps": [1, 2]})
    found = tuned_values(recipe)
    assert found["classify.class_weights"] == '{"tech": 2.0}'
    assert found["text.max_tokens"] == 128
    assert found["model.dropout"] is None
    # A profile changes nothing.
    assert "training.profile_steps" not in found
    assert {type(value) for value in found.values()} == {str, int, float, bool, type(None)}


def test_validation_of_each_epoch(events, trained, metrics):
    images = events["validation"].Tensors("confusion_matrix")
    assert [event.step for event in images] == [1, 2]
    predictions = read_predictions(RunFolder(trained.run).predictions("validation"), ClassifyColumns())
    best = min(range(EPOCHS), key=lambda epoch: metrics["epochs"][epoch]["val_loss"])
    answers = predictions.answers
    logits = answers.outputs["logits"].astype(np.float64)
    probabilities = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    for label, name in enumerate(answers.facts["label_names"]):
        curves = events["validation"].Tensors(f"pr_curve/{name}/pr_curves")
        assert [event.step for event in curves] == [1, 2]
        curve = tf.make_ndarray(curves[best].tensor_proto)
        of_this = answers.expected == label
        # At 0 every row is taken; at 0.25 those that the best checkpoint gives as much.
        assert curve[:2, 0].tolist() == [of_this.sum(), (~of_this).sum()]
        taken = probabilities[:, label] >= 0.25
        assert curve[:2, 25].tolist() == [(taken & of_this).sum(), (taken & ~of_this).sum()]
    tables = [
        tf.make_ndarray(event.tensor_proto).item().decode() for event in events["validation"].Tensors("worst_mistakes")
    ]
    wrong = int((logits.argmax(1) != answers.expected).sum())
    assert tables[best].startswith(f"{wrong} of 24 predictions wrong" if wrong else "No mistakes in 24 rows.")


def test_embeddings_have_a_row_for_each_text(trained):
    folder = trained.run / "tensorboard"
    vectors = np.loadtxt(folder / "embeddings.tsv", delimiter="\t")
    assert vectors.shape == (24, 384)
    head, *rows = (line.split("\t") for line in (folder / "embeddings_metadata.tsv").read_text().splitlines())
    assert head == ["label", "answer", "verdict", "text"]
    predictions = read_predictions(RunFolder(trained.run).predictions("validation"), ClassifyColumns())
    texts = {predictions.text(index)[:100].split()[0] for index in range(24)}
    assert {row[3].split()[0] for row in rows} == texts
    wrong = int((predictions.answers.outputs["logits"].argmax(1) != predictions.answers.expected).sum())
    assert [row[2] for row in rows].count("wrong") == wrong


def test_embeddings_are_what_the_head_sees(trained):
    """The head's own weights, over the vectors, give the answers."""
    from safetensors.numpy import load_file

    from bert_tf.tasks.classify.measures import LOG_LOSS
    from bert_tf.training.checkpoints import best_checkpoint, list_checkpoints

    folder = trained.run / "tensorboard"
    vectors = np.loadtxt(folder / "embeddings.tsv", delimiter="\t")
    _, *rows = (line.split("\t") for line in (folder / "embeddings_metadata.tsv").read_text().splitlines())
    checkpoint = best_checkpoint(list_checkpoints(trained.run / "checkpoints"), monitor=LOG_LOSS)
    weights = load_file(checkpoint.folder / "model.safetensors")
    kernel, bias = (
        next(value for key, value in weights.items() if key.endswith(f"logits/{part}")) for part in ("kernel", "bias")
    )
    names = json.loads((trained.run / "run.json").read_text())["label_names"]
    answers = (vectors @ kernel + bias).argmax(1)
    # The vectors are rounded to five digits and made in bfloat16: a tie may fall the other way.
    assert np.mean([names[answer] == row[1] for answer, row in zip(answers, rows, strict=True)]) > 0.9


def test_graph_shows_the_parts_of_the_model(events):
    names = {node.name for node in events["."].Graph().node}
    at_the_top = {name.split("/")[0] for name in names}
    assert len(at_the_top) < 12, at_the_top
    parts = "bert/embeddings/words", "bert/layers/0/query/kernel", "bert/layers/0/query/Tensordot", "inner", "head"
    for part in parts:
        assert any(part in name for name in names)
    # The values of the weights are not in it.
    assert sum(node.ByteSize() for node in events["."].Graph().node) < 2 << 20
