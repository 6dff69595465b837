import numpy as np
import pytest
import tensorflow as tf
import tf_keras as keras

from bert_tf.models.task_measures import TaskMeasures
from bert_tf.tasks.classify.network import ClassifyNetwork
from bert_tf.tasks.multitask.network import HeadNetwork, MultitaskNetwork
from bert_tf.tasks.multitask.stored_labels import StoredLabels
from bert_tf.tasks.recipes import make_recipe
from bert_tf.tasks.regress.network import RegressNetwork
from bert_tf.tasks.table import task_of

MOOD = HeadNetwork("mood", ClassifyNetwork(("bad", "good")), StoredLabels(0, "int32", ()), 1.0, 2)
STARS = HeadNetwork("stars", RegressNetwork(3.0, 2.0), StoredLabels(2, "float32", ()), 3.0, 1)
NETWORK = MultitaskNetwork((MOOD, STARS))
WEIGHTS = np.ones(4, np.float32)


def tensors(answers):
    return {name: tf.constant(values) for name, values in answers.outputs.items()}


def test_a_recipe_makes_it(answers):
    table = {"loss_weights": "learned", "heads": [
        {"name": "mood", "task": "classify", "label": "mood", "classify": {"label_smoothing": 0.1}},
        {"name": "stars", "task": "regress", "label": "stars", "weight": 3.0, "regress": {"loss": "mae"}},
    ]}  # fmt: skip
    recipe = make_recipe({"name": "a", "task": "multitask", "data": {"source": "files"}, "multitask": table})
    made = task_of(recipe).network(recipe, answers.facts)
    assert made.learned
    assert [(head.name, head.weight, head.targets) for head in made.heads] == [("mood", 1.0, 2), ("stars", 3.0, 1)]
    assert made.heads[0].network == ClassifyNetwork(("bad", "good"), label_smoothing=0.1)
    assert made.heads[1].network == RegressNetwork(3.0, 2.0, "mae")


def test_a_head_learns_of_its_own_rows_only(answers):
    """Cross-entropy of rows 0, 2 and 3; squared errors in deviations of rows 0 to 2: 1/4, 0 and 1."""
    losses = NETWORK.loss(tf.constant(answers.expected), tensors(answers)).numpy()
    cross_entropy = np.log1p(np.exp([-2.0, 0, 2.0, -1.0]))
    cross_entropy[1] = 0
    assert losses == pytest.approx(2 * np.stack([cross_entropy, 3 * np.array([0.25, 0, 1, 0])], 1), rel=1e-5)


def test_the_loss_is_the_weighted_sum_of_means_over_labelled_rows(answers):
    weights = NETWORK.example_weights(answers.expected, WEIGHTS)
    assert weights == pytest.approx(np.array([[4, 4], [0, 4], [4, 4], [4, 0]]) / 3)
    measures = TaskMeasures(NETWORK, with_loss=True, with_metrics=True)
    loss = measures.loss(tf.constant(answers.expected), tensors(answers), tf.constant(weights), penalties=[])
    mood = np.log1p(np.exp([-2.0, 2.0, -1.0])).mean()
    assert float(loss) == pytest.approx(mood + 3 * (0.25 + 0 + 1) / 3, rel=1e-5)
    measures.update_metrics(tf.constant(answers.expected), tensors(answers))
    shown = {metric.name: float(metric.result()) for metric in measures.metrics}
    assert shown["mood.loss"] == pytest.approx(mood, rel=1e-5)
    assert shown["stars.loss"] == pytest.approx(1.25 / 3, rel=1e-5)


def test_learned_weights_end_where_the_papers_do(answers):
    """d/ds (exp(-s) L + s / 2) is 0 at s = log 2L (Kendall et al. 2018, section 3.2, with one form for all heads)."""
    network = MultitaskNetwork((MOOD, STARS), learned=True)
    weights = network.example_weights(answers.expected, WEIGHTS)
    logarithms = tf.Variable([0.0, 0.0])
    measures = TaskMeasures(network, with_loss=True, with_metrics=False)
    optimizer = keras.optimizers.SGD(0.2)
    for _ in range(300):
        with tf.GradientTape() as tape:
            outputs = tensors(answers) | {"log_variances": tf.broadcast_to(logarithms, (4, 2))}
            loss = measures.loss(tf.constant(answers.expected), outputs, tf.constant(weights), penalties=[])
        optimizer.apply_gradients([(tape.gradient(loss, logarithms), logarithms)])
    mood = np.log1p(np.exp([-2.0, 2.0, -1.0])).mean()
    assert logarithms.numpy() == pytest.approx(np.log([2 * mood, 2 * 1.25]), abs=1e-3)


@pytest.mark.parametrize("learned", [False, True])
def test_one_layer_has_those_of_all_heads(learned):
    network = MultitaskNetwork((MOOD, STARS), learned=learned)
    layer = network.head(dropout=0.0, initializer_range=0.02)
    outputs = network.outputs(layer(tf.ones((3, 5))))
    assert {name: value.shape for name, value in outputs.items()} == {
        "mood.logits": (3, 2), "stars.value": (3,), **({"log_variances": (3, 2)} if learned else {}),
    }  # fmt: skip
    assert len(layer.trainable_weights) == (5 if learned else 4)
    served = network.decode(outputs)
    assert set(served) == {"mood.probabilities", "mood.label", "mood.score", "stars.value"}


def test_windows_are_merged_by_each_head(answers):
    network = MultitaskNetwork((MOOD, STARS), learned=True)
    outputs = tensors(answers) | {"log_variances": tf.ones((4, 2))}
    merged = network.merge(outputs, weights=tf.ones(4), text_of=tf.constant([0, 0, 1, 1]), texts=2)
    assert merged["stars.value"].numpy().tolist() == [3.5, 5]
    assert merged["log_variances"].shape == (2, 2)
    assert tf.exp(merged["mood.logits"]).numpy().sum(1) == pytest.approx([1, 1])


def test_targets_of_heads_stand_one_behind_the_other(answers):
    explained = [NETWORK.explained(tensors(answers), tf.constant(target)).numpy() for target in range(3)]
    logits = answers.outputs["mood.logits"]
    assert explained[0] == pytest.approx(logits[:, 0] - logits[:, 1])
    assert explained[1] == pytest.approx(logits[:, 1] - logits[:, 0])
    assert explained[2] == pytest.approx(answers.outputs["stars.value"])


def test_weights_of_classes_are_of_their_head(answers):
    balanced = HeadNetwork("mood", ClassifyNetwork(("bad", "good"), class_weights="balanced"), MOOD.stored, 1.0, 2)
    weights = MultitaskNetwork((balanced, STARS)).example_weights(answers.expected, WEIGHTS)
    # Two rows are good and one is bad: 3/4, 3/4 and 3/2, whose mean is 1; over all four rows, 4/3 as much.
    assert weights[:, 0] == pytest.approx(np.array([0.75, 0, 1.5, 0.75]) * 4 / 3)
    assert weights[:, 1] == pytest.approx(np.array([1, 1, 1, 0]) * 4 / 3)
