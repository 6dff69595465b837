import pytest
import tensorflow as tf
import tf_keras as keras

from bert_tf.errors import RunError
from bert_tf.models.compute import choose_compute
from bert_tf.models.encoders.encoder_config import EncoderConfig
from bert_tf.models.encoders.tf_bert import TFBertModel
from bert_tf.models.text_model import TextModel
from bert_tf.native.library import native_library
from bert_tf.runs.run import new_run
from bert_tf.runs.training_id import training_id
from bert_tf.tasks.classify.network import ClassifyNetwork
from bert_tf.tasks.recipes import load_recipe
from bert_tf.tasks.table import task_of
from bert_tf.text.encoded import MODEL_INPUTS
from bert_tf.training.checkpoints import copied_weights, write_checkpoint
from bert_tf.workflow.assemble import (
    check_is_measured,
    chosen_checkpoint,
    measured_graph,
    measured_of,
    served_graph,
)


def run_with(tmp_path, *metrics, monitor="validation.loss"):
    run = new_run(load_recipe("bbc-news", {"training.monitor": monitor}), tmp_path)
    for epoch, values in enumerate(metrics, start=1):
        model = keras.Sequential([keras.layers.Dense(epoch)])
        model.build((None, 1))
        write_checkpoint(
            run.checkpoints, copied_weights(model), epoch=epoch, metrics=values, training=training_id(run.facts)
        )
    return run


LOW_LOSS, HIGH_ACCURACY = {"loss": 0.1, "accuracy": 0.5}, {"loss": 0.2, "accuracy": 0.9}


@pytest.mark.parametrize("monitor, epoch", [("validation.loss", 1), ("validation.accuracy", 2)])
def test_the_best_by_the_monitor_is_chosen(tmp_path, monitor, epoch):
    worse = {"loss": 0.3, "accuracy": 0.4}
    assert chosen_checkpoint(run_with(tmp_path, LOW_LOSS, HIGH_ACCURACY, worse, monitor=monitor)).epoch == epoch


def test_the_last_where_nothing_was_validated(tmp_path):
    assert chosen_checkpoint(run_with(tmp_path, {}, {})).epoch == 2


def test_no_epoch_done(tmp_path):
    with pytest.raises(RunError, match="no epoch has finished"):
        chosen_checkpoint(run_with(tmp_path))


def test_class_weights_are_of_labels_in_their_one_spelling():
    recipe = load_recipe("bbc-news", {"classify.class_weights": {"1.0": 2.0, "True": 3.0}})
    network = task_of(recipe).network(recipe, {"label_names": ["1", "true"]})
    assert network.class_weights == {"1": 2.0, "true": 3.0}


def test_the_recipe_reaches_the_network():
    overrides = {"classify.label_smoothing": 0.1, "classify.class_weights": {"a": 2.0}}
    recipe = load_recipe("bbc-news", overrides)
    network = task_of(recipe).network(recipe, {"label_names": ["a", "b"]})
    assert network == ClassifyNetwork(("a", "b"), 0.1, {"a": 2.0})


def damaged(checkpoint):
    path = checkpoint.folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-1] + b"\xff")


def test_a_damaged_checkpoint_gives_way_to_the_next_best(tmp_path, caplog):
    run = run_with(tmp_path, {"loss": 0.2}, {"loss": 0.1}, {"loss": 0.3})
    damaged(chosen_checkpoint(run))
    assert chosen_checkpoint(run).epoch == 1
    assert "damaged and skipped" in caplog.text
    damaged(chosen_checkpoint(run))
    (run.checkpoints / "epoch-003" / "checkpoint.json").unlink()
    with pytest.raises(RunError, match=r"checkpoints of this run are damaged(.|\n)*bert-tf train .*recipe\.toml"):
        chosen_checkpoint(run)


def test_scores_of_a_checkpoint_that_is_gone_are_not_handed_over(tmp_path):
    run = run_with(tmp_path, {"loss": 0.2}, {"loss": 0.1})
    check_is_measured(run)
    run.write_metrics({"test": {"accuracy": 0.9}, **measured_of(chosen_checkpoint(run))})
    check_is_measured(run)
    damaged(chosen_checkpoint(run))
    with pytest.raises(RunError, match=r"scores are from epoch 2(.|\n)*bert-tf evaluate"):
        check_is_measured(run)


def test_a_trained_run_without_its_scores_is_not_handed_over(tmp_path):
    run = run_with(tmp_path, {"loss": 0.2})
    check_is_measured(run)
    run.add_facts(status="trained")
    with pytest.raises(RunError, match=r"metrics\.json is missing(.|\n)*bert-tf evaluate"):
        check_is_measured(run)


def test_native_layers_measure_a_run_where_it_is_trained_with_them(native_model):
    library = native_library()
    if library.missing or library.without_tiles:
        pytest.skip(f"there are no native layers here: {library.missing or library.without_tiles}")
    settings = {"precision": "bfloat16", "bfloat16_is_native": True, "native": library}
    for kernels, is_native in (("auto", True), ("native", True), ("fused", False), ("reference", False)):
        compute = choose_compute(native_model.encoder.config, kernels=kernels, **settings)
        assert is_native == any(kind.startswith("BertTf") for kind in kinds(measured_graph(native_model, compute)))
    served = served_graph(native_model, kernels="auto")
    assert not any(kind.startswith("BertTf") for kind in kinds(served))


@pytest.fixture
def native_model():
    config = EncoderConfig(vocabulary_size=11, hidden_size=32, layers=1, heads=1, inner_size=32, positions=8)
    network = ClassifyNetwork(("a", "b"))
    return TextModel(encoder=TFBertModel(config), network=network, head=keras.layers.Dense(2))


def kinds(graph):
    """The operations of a graph."""
    ids = {name: tf.TensorSpec([None, None], tf.int32) for name in MODEL_INPUTS}
    traced = tf.function(graph.outputs).get_concrete_function(ids).graph
    return {operation.type for operation in traced.get_operations()}
