import numpy as np
import pytest
import tensorflow as tf
import tf_keras as keras

from bert_tf.models.encoder import load_encoder
from bert_tf.models.encoders.encoder_config import EncoderConfig
from bert_tf.models.encoders.tf_bert import TFBertModel
from bert_tf.models.text_model import TextModel
from bert_tf.tasks.classify.network import ClassifyNetwork

NETWORK = ClassifyNetwork(("a", "b", "c"))
SMALL = {"layers": 1, "hidden_size": 12, "heads": 2, "inner_size": 16, "vocabulary_size": 50}
ROWS = tf.constant([[2, 11, 12, 13, 3, 0, 0], [2, 14, 3, 15, 16, 17, 3]])
INPUTS = {
    "input_ids": ROWS,
    "attention_mask": tf.cast(ROWS > 0, tf.int32),
    "token_type_ids": tf.constant([[0] * 7, [0, 0, 0, 1, 1, 1, 1]]),
}


def text_model(encoder, **settings):
    head = NETWORK.head(dropout=0.1, initializer_range=0.02)
    return TextModel(encoder=encoder, network=NETWORK, head=head, **settings)


def test_logits_are_the_heads_of_pytorchs_vectors(minilm, minilm_batch):
    model = text_model(load_encoder(minilm)[0], pooling="pooler")
    dense = model.head.layers[-1]
    expected = minilm_batch.pooled @ dense.kernel.numpy() + dense.bias.numpy()
    np.testing.assert_allclose(model(minilm_batch.inputs)["logits"], expected, atol=1e-5)


@pytest.mark.parametrize("pooling", ["pooler", "first", "mean"])
def test_fused_kernels_give_the_same_outputs(minilm, pooling):
    reference = text_model(load_encoder(minilm)[0], pooling=pooling)
    fused = text_model(load_encoder(minilm)[0], pooling=pooling, compute_dtype=tf.float32)
    fused.set_weights(reference.get_weights())
    np.testing.assert_allclose(fused(INPUTS)["logits"], reference(INPUTS)["logits"], atol=1e-5)


@pytest.mark.parametrize(
    ("family", "compute_dtype"),
    [("distilbert", None), ("roberta", None), ("electra", tf.float32), ("mpnet", tf.float32)],
)
def test_families_train_with_plain_compile_and_fit(reference_folder, family, compute_dtype):
    model = text_model(load_encoder(reference_folder / family)[0], compute_dtype=compute_dtype)
    model.compile("adam")
    before = model.get_weights()
    rows = (INPUTS, tf.constant([0, 2]), tf.constant([1.0, 0.5]))
    history = model.fit(*rows[:2], sample_weight=rows[2], epochs=2, verbose=0, validation_data=rows)
    assert list(history.history) == [
        "loss", "accuracy", "step_loss", "gradient_norm", "val_loss", "val_accuracy",
    ]  # fmt: skip
    assert any((old != new).any() for old, new in zip(before, model.get_weights(), strict=True))


def test_plain_evaluate_measures_by_the_task():
    model, inputs = text_model(small_bert()), seven_rows()
    model.compile("sgd")
    found = model.evaluate(inputs, SEVEN_LABELS, sample_weight=SEVEN_WEIGHTS, batch_size=3, return_dict=True, verbose=0)
    logits = model(inputs)["logits"].numpy()
    each = np.log(np.exp(logits).sum(-1)) - logits[range(7), SEVEN_LABELS.numpy()]
    assert found == {
        "loss": pytest.approx(float((each * SEVEN_WEIGHTS.numpy()).sum()) / 7, rel=1e-4),
        "accuracy": pytest.approx(np.mean(logits.argmax(-1) == SEVEN_LABELS.numpy())),
    }
    assert set(model.predict(inputs, verbose=0)) == {"logits"}


def test_a_loss_and_metrics_of_ones_own_take_the_place_of_the_tasks():
    model, inputs = text_model(small_bert()), seven_rows()
    squares = tf.zeros((7, 3))
    model.compile("sgd", loss={"logits": "mse"}, metrics={"logits": "mae"})
    found = model.evaluate(inputs, {"logits": squares}, return_dict=True, verbose=0)
    logits = model(inputs)["logits"].numpy()
    by_hand = {"loss": (logits**2).mean(), "mae": np.abs(logits).mean()}
    assert found == pytest.approx(by_hand, rel=1e-4)


def test_what_is_measured_is_no_weight_of_the_model():
    model = text_model(small_bert())
    before = [variable.name for variable in model.weights]
    model.compile("sgd")
    model.evaluate(seven_rows(), SEVEN_LABELS, verbose=0)
    assert [variable.name for variable in model.weights] == before


def test_padding_has_no_say(minilm):
    model = text_model(load_encoder(minilm)[0])
    longer = {name: tf.pad(value, [[0, 0], [0, 9]]) for name, value in INPUTS.items()}
    np.testing.assert_allclose(model(longer)["logits"], model(INPUTS)["logits"], atol=1e-5)


@pytest.fixture(scope="module")
def fused(minilm):
    return text_model(load_encoder(minilm)[0], compute_dtype=tf.float32, seed=5)


def test_dropout_is_a_function_of_seed_and_step(fused):
    def states_of_training_calls(count):
        fused._dropout_step.assign(0)
        pooled = []
        for _ in range(count):
            # Without the head, whose dropout has a state of its own.
            pooled.append(fused.hidden(INPUTS, training=True).numpy())
        return pooled

    first, second = states_of_training_calls(2)
    again, _ = states_of_training_calls(2)
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - second).max() > 1e-3


def test_a_step_reports_its_own_loss_and_gradient_norm(fused):
    labels, weights = tf.constant([0, 2]), tf.constant([2.0, 0.5])
    fused.head.layers[0].rate = 0.0
    fused.compile(keras.optimizers.SGD(0.0))
    fused._dropout_step.assign(7)
    logs = fused.train_on_batch(INPUTS, labels, sample_weight=weights, return_dict=True)
    fused._dropout_step.assign(7)
    with tf.GradientTape() as tape:
        by_hand = tf.reduce_sum(NETWORK.loss(labels, fused(INPUTS, training=True)) * weights) / 2
    found = tape.gradient(by_hand, fused.trainable_variables)
    gradients = [tf.convert_to_tensor(gradient) for gradient in found if gradient is not None]
    np.testing.assert_allclose(logs["step_loss"], by_hand, rtol=1e-5)
    squares = sum(float(tf.reduce_sum(tf.square(gradient))) for gradient in gradients)
    np.testing.assert_allclose(logs["gradient_norm"], squares**0.5, rtol=1e-3)


SEVEN_LABELS = tf.constant([0, 2, 1, 1, 0, 2, 2])
SEVEN_WEIGHTS = tf.constant([0.5, 2.0, 1.0, 0.25, 3.0, 0.0, 1.5])
UNUSED = "pooler"


def small_bert(**settings):
    keras.utils.set_random_seed(2)
    return TFBertModel(EncoderConfig(**SMALL, **settings))


def seven_rows():
    """Two of them padded."""
    ids = tf.random.stateless_uniform((7, 6), (1, 2), 5, 50, tf.int32) * tf.constant(
        [[1] * 6] * 5 + [[1, 1, 1, 0, 0, 0]] * 2
    )
    return {
        "input_ids": ids,
        "attention_mask": tf.cast(ids > 0, tf.int32),
        "token_type_ids": tf.zeros_like(ids),
    }


def gradients_by_hand(model, inputs):
    """Of all rows at once, in eager mode, without anything of `train_step`."""
    variables = [variable for variable in model.trainable_variables if UNUSED not in variable.name]
    with tf.GradientTape() as tape:
        each = NETWORK.loss(SEVEN_LABELS, model(inputs, training=False))
        loss = tf.reduce_sum(each * SEVEN_WEIGHTS) / 7
    return float(loss), [tf.convert_to_tensor(found).numpy() for found in tape.gradient(loss, variables)]


def one_step(model, inputs, *, optimizer, mean_rows=None):
    """What a step reports, and by how much it moves each variable; with SGD at 1 that is the gradient."""
    model.head.layers[0].rate = 0.0
    model.compile(optimizer, mean_rows=mean_rows)
    variables = [variable for variable in model.trainable_variables if UNUSED not in variable.name]
    before = [variable.numpy() for variable in variables]
    logs = model.train_on_batch(inputs, SEVEN_LABELS, sample_weight=SEVEN_WEIGHTS, return_dict=True)
    return logs, [old - variable.numpy() for old, variable in zip(before, variables, strict=True)]


@pytest.mark.parametrize(
    "micro_batch_size, settings",
    [
        *((rows, {}) for rows in (None, 3, 7, 32)),
        (3, {"compute_dtype": tf.float32}),
        (None, {"compute_dtype": tf.float32, "gradient_checkpointing": True}),
    ],
)
def test_a_step_in_slices_is_the_step_of_the_whole_batch(micro_batch_size, settings):
    bert, inputs = small_bert(hidden_dropout=0.0, attention_dropout=0.0), seven_rows()
    model = text_model(bert, micro_batch_size=micro_batch_size, **settings)
    reference = text_model(bert)
    reference.head.set_weights(model.head.get_weights())
    loss, expected = gradients_by_hand(reference, inputs)
    right = np.mean(tf.argmax(reference(inputs)["logits"], -1, tf.int32) == SEVEN_LABELS)
    logs, moved = one_step(model, inputs, optimizer=keras.optimizers.SGD(1.0))
    for gradient, wanted in zip(moved, expected, strict=True):
        np.testing.assert_allclose(gradient, wanted, atol=1e-5)
    norm = sum(float((gradient**2).sum()) for gradient in expected) ** 0.5
    found = [logs[name] for name in ("loss", "step_loss", "accuracy", "gradient_norm")]
    np.testing.assert_allclose(found, [loss, loss, right, norm], rtol=1e-4)


@pytest.mark.parametrize("micro_batch_size", [None, 3])
def test_of_batches_of_many_sizes_each_row_counts_alike(micro_batch_size):
    """The gradient is of the sum over rows, by the rows of a batch on the mean; what is reported is the mean loss."""
    bert, inputs = small_bert(hidden_dropout=0.0, attention_dropout=0.0), seven_rows()
    model = text_model(bert, micro_batch_size=micro_batch_size)
    reference = text_model(bert)
    reference.head.set_weights(model.head.get_weights())
    loss, of_mean = gradients_by_hand(reference, inputs)
    logs, moved = one_step(model, inputs, optimizer=keras.optimizers.SGD(1.0), mean_rows=2.5)
    for gradient, wanted in zip(moved, of_mean, strict=True):
        np.testing.assert_allclose(gradient, wanted * 7 / 2.5, atol=3e-5)
    norm = 7 / 2.5 * sum(float((gradient**2).sum()) for gradient in of_mean) ** 0.5
    np.testing.assert_allclose([logs["loss"], logs["step_loss"], logs["gradient_norm"]], [loss, loss, norm], rtol=1e-4)


def test_what_no_gradient_reaches_does_not_decay():
    model = text_model(small_bert(), micro_batch_size=3)
    pooler = [variable for variable in model.trainable_variables if UNUSED in variable.name]
    before = [variable.numpy() for variable in pooler]
    one_step(model, seven_rows(), optimizer=keras.optimizers.AdamW(0.1, weight_decay=0.5))
    for old, variable in zip(before, pooler, strict=True):
        np.testing.assert_array_equal(old, variable)


def test_each_slice_has_dropout_of_its_own():
    model = text_model(small_bert(), compute_dtype=tf.float32, micro_batch_size=1)
    seen = []
    original = model.hidden

    def recorded(inputs, *, training):
        hidden = original(inputs, training=training)
        tf.py_function(lambda states: seen.append(states.numpy()), [hidden], [])
        return hidden

    model.hidden = recorded
    alike = {name: tf.repeat(value[:1], 7, 0) for name, value in seven_rows().items()}
    one_step(model, alike, optimizer=keras.optimizers.SGD(0.0))
    assert len(seen) == len(np.unique(np.stack(seen), axis=0)) == 7


def scaled(optimizer, scale=2.0**15):
    return keras.mixed_precision.LossScaleOptimizer(optimizer, initial_scale=scale)


@pytest.mark.parametrize("micro_batch_size", [None, 3])
def test_float16_moves_as_float32_does(micro_batch_size):
    bert, inputs = small_bert(hidden_dropout=0.0, attention_dropout=0.0), seven_rows()
    model = text_model(bert, compute_dtype=tf.float16, micro_batch_size=micro_batch_size)
    reference = text_model(bert)
    reference.head.set_weights(model.head.get_weights())
    loss, expected = gradients_by_hand(reference, inputs)
    logs, moved = one_step(model, inputs, optimizer=scaled(keras.optimizers.SGD(1.0)), mean_rows=7.0)
    one, other = (np.concatenate([gradient.ravel() for gradient in found]) for found in (moved, expected))
    assert one @ other / np.linalg.norm(one) / np.linalg.norm(other) > 0.9999
    found = [logs[name] for name in ("step_loss", "gradient_norm", "loss_scale")]
    np.testing.assert_allclose(found, [loss, np.linalg.norm(other), 2**15], rtol=2e-3)


def test_float16_trains():
    model = text_model(small_bert(), compute_dtype=tf.float16)
    model.compile(scaled(keras.optimizers.Adam(3e-3)))
    history = model.fit(seven_rows(), SEVEN_LABELS, batch_size=7, epochs=40, verbose=0).history
    assert history["step_loss"][-1] < history["step_loss"][0] / 4


def test_a_step_that_overflows_is_passed_over_and_halves_the_scale():
    model = text_model(small_bert(), compute_dtype=tf.float16)
    optimizer = scaled(keras.optimizers.SGD(1.0), 2.0**60)
    logs, moved = one_step(model, seven_rows(), optimizer=optimizer)
    assert logs["loss_scale"] == 2.0**60
    assert float(optimizer.loss_scale) == 2.0**59
    assert np.isfinite(logs["step_loss"])
    assert not np.isfinite(logs["gradient_norm"])
    assert not any(change.any() for change in moved)
