"""Against the gradients of the whole batch at once, and what a slice is computed with."""

import numpy as np
import pytest
import tensorflow as tf
import tf_keras as keras

from bert_tf.models.dropout_layer import random_states
from bert_tf.models.encoders.encoder_config import EncoderConfig
from bert_tf.models.encoders.tf_bert import TFBertModel
from bert_tf.models.text_model import TextModel
from bert_tf.tasks.embed.network import EmbedNetwork

ROWS, TEXTS, LENGTH = 7, 3, 6
NETWORK = EmbedNetwork(temperature=0.1, both_directions=True, dimensions=(6,))
# Rows 1 and 4 have the same right text.
NUMBERS = np.array([[10 + row, 1 if row == 4 else row, 20 + row] for row in range(ROWS)], np.int32)


def batch(length: int = LENGTH) -> tuple:
    """Random ids of three texts a row, some of them short."""
    random = np.random.default_rng(0)
    mask = np.arange(length) < random.integers(3, length + 1, (ROWS * TEXTS, 1))
    ids = np.where(mask, random.integers(1, 50, (ROWS * TEXTS, length)), 0).astype(np.int32)
    inputs = {"input_ids": ids, "attention_mask": mask.astype(np.int32), "token_type_ids": 0 * ids}
    weights = random.uniform(0.5, 2, ROWS).astype(np.float32)
    return {name: tf.constant(values) for name, values in inputs.items()}, tf.constant(NUMBERS), tf.constant(weights)


def model(micro_batch_size: int | None, *, dropout: float = 0.0, fused: bool = False) -> TextModel:
    """A small BERT, the same each time."""
    keras.utils.set_random_seed(3)
    config = EncoderConfig(
        family="bert", layers=1, hidden_size=12, heads=2, inner_size=16, vocabulary_size=50,
        hidden_dropout=dropout, attention_dropout=dropout, initializer_range=0.5,
    )  # fmt: skip
    made = TextModel(
        encoder=TFBertModel(config),
        network=NETWORK,
        head=NETWORK.head(dropout=0.0, initializer_range=0.02),
        pooling="mean",
        compute_dtype=tf.float32 if fused else None,
        micro_batch_size=micro_batch_size,
    )
    made.compile(keras.optimizers.SGD(1.0))
    return made


def trained(micro_batch_size: int | None, **settings) -> tuple[dict[str, float], list[np.ndarray]]:
    """What a step reports, and by how much it moved each weight: with this optimizer, the gradients."""
    made = model(micro_batch_size, **settings)
    before = [variable.numpy() for variable in made.trainable_variables]
    logs = {name: float(value) for name, value in tf.function(made.train_step)(batch()).items()}
    return logs, [old - new.numpy() for old, new in zip(before, made.trainable_variables, strict=True)]


def test_slices_of_a_batch_have_the_gradients_of_all_of_it():
    logs, gradients = trained(3)
    whole_logs, whole = trained(None)
    assert logs == pytest.approx(whole_logs, rel=1e-5)
    assert max(np.abs(each).max() for each in whole) > 1e-2
    for found, expected in zip(gradients, whole, strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-5)


@pytest.mark.parametrize("fused", [False, True])
def test_the_second_time_has_the_masks_of_the_first(fused):
    """In one slice, dropout is that of the whole batch: gradients are equal only if it is so both times."""
    for found, expected in zip(*(trained(rows, dropout=0.3, fused=fused)[1] for rows in (ROWS, None)), strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-5)


def test_the_next_step_has_other_masks():
    made = model(2, dropout=0.3)
    states = [state.numpy() for state in random_states(made)]
    made.train_step(batch())
    assert states
    assert all((old != new.numpy()).any() for old, new in zip(states, random_states(made), strict=True))


def test_a_batch_of_another_number_of_rows_needs_no_other_graph():
    made = model(2)
    step = tf.function(made.train_step)
    inputs, numbers, weights = batch()
    spec = tf.nest.map_structure(lambda each: tf.TensorSpec([None, *each.shape[1:]], each.dtype), batch())
    traced = step.get_concrete_function(spec)
    for rows in (ROWS, 4):
        part = ({name: each[: rows * TEXTS] for name, each in inputs.items()}, numbers[:rows], weights[:rows])
        assert np.isfinite(float(traced(*tf.nest.flatten(part))["step_loss"]))
