import numpy as np
import pytest
import tensorflow as tf
import tf_keras as keras
from transformers import (
    DistilBertConfig,
    ElectraConfig,
    RobertaConfig,
    TFBertForSequenceClassification,
    TFDistilBertModel,
    TFElectraModel,
    TFRobertaModel,
)

from bert_tf.models.encoder import load_encoder
from bert_tf.models.text_model import TextModel
from bert_tf.tasks.classify import Classify

SMALL = {"num_hidden_layers": 1, "hidden_size": 12, "num_attention_heads": 2, "intermediate_size": 16, "vocab_size": 50}
ROWS = tf.constant([[2, 11, 12, 13, 3, 0, 0], [2, 14, 3, 15, 16, 17, 3]])
INPUTS = {
    "input_ids": ROWS,
    "attention_mask": tf.cast(ROWS > 0, tf.int32),
    "token_type_ids": tf.constant([[0] * 7, [0, 0, 0, 1, 1, 1, 1]]),
}


def text_model(encoder, **settings):
    head = Classify(("a", "b", "c")).head(dropout=0.1, initializer_range=0.02)
    return TextModel(encoder=encoder, head=head, **settings)


def test_logits_are_those_of_transformers_classifier(minilm):
    model = text_model(load_encoder(minilm)[0], pooling="pooler")
    reference = TFBertForSequenceClassification.from_pretrained(str(minilm), num_labels=3)
    dense = model.head.layers[-1]
    reference.classifier.kernel.assign(dense.kernel)
    reference.classifier.bias.assign(dense.bias)
    np.testing.assert_allclose(model(INPUTS), reference(INPUTS).logits, atol=1e-6)


@pytest.mark.parametrize("pooling", ["pooler", "first", "mean"])
def test_fused_kernels_give_the_same_logits(minilm, pooling):
    reference = text_model(load_encoder(minilm)[0], pooling=pooling)
    fused = text_model(load_encoder(minilm)[0], pooling=pooling, compute_dtype=tf.float32)
    fused.set_weights(reference.get_weights())
    np.testing.assert_allclose(fused(INPUTS), reference(INPUTS), atol=1e-5)


@pytest.mark.parametrize(
    "encoder",
    [
        lambda: TFDistilBertModel(DistilBertConfig(dim=12, n_heads=2, n_layers=1, hidden_dim=16, vocab_size=50)),
        lambda: TFRobertaModel(RobertaConfig(**SMALL, type_vocab_size=1, pad_token_id=0)),
        lambda: TFElectraModel(ElectraConfig(**SMALL, embedding_size=12)),
    ],
    ids=["distilbert", "roberta", "electra"],
)
def test_families_train_with_plain_compile_and_fit(encoder):
    model = text_model(encoder())
    model.compile("adam", loss=Classify(("a", "b", "c")).loss(), metrics=["accuracy"])
    before = model.get_weights()
    history = model.fit(INPUTS, tf.constant([0, 2]), sample_weight=tf.constant([1.0, 0.5]), epochs=2, verbose=0)
    assert {"loss", "accuracy", "step_loss", "gradient_norm"} <= set(history.history)
    assert any((old != new).any() for old, new in zip(before, model.get_weights(), strict=True))


def test_padding_has_no_say(minilm):
    model = text_model(load_encoder(minilm)[0])
    longer = {name: tf.pad(value, [[0, 0], [0, 9]]) for name, value in INPUTS.items()}
    np.testing.assert_allclose(model(longer), model(INPUTS), atol=1e-5)


@pytest.fixture(scope="module")
def fused(minilm):
    return text_model(load_encoder(minilm)[0], compute_dtype=tf.float32, seed=5)


def test_dropout_is_a_function_of_seed_and_step(fused):
    def logits_of_training_calls(count):
        fused._dropout_step.assign(0)
        pooled = []
        for _ in range(count):
            # Without the head, whose Keras dropout has a state of its own.
            pooled.append(fused._hidden(INPUTS, training=True).numpy())
        return pooled

    first, second = logits_of_training_calls(2)
    again, _ = logits_of_training_calls(2)
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - second).max() > 1e-3


def test_a_step_reports_its_own_loss_and_gradient_norm(fused):
    loss = Classify(("a", "b", "c")).loss()
    labels, weights = tf.constant([0, 2]), tf.constant([2.0, 0.5])
    fused.head.layers[0].rate = 0.0
    fused.compile(keras.optimizers.SGD(0.0), loss=loss)
    fused._dropout_step.assign(7)
    logs = fused.train_on_batch(INPUTS, labels, sample_weight=weights, return_dict=True)
    fused._dropout_step.assign(7)
    with tf.GradientTape() as tape:
        by_hand = tf.reduce_sum(loss(labels, fused(INPUTS, training=True)) * weights) / 2
    found = tape.gradient(by_hand, fused.trainable_variables)
    gradients = [tf.convert_to_tensor(gradient) for gradient in found if gradient is not None]
    np.testing.assert_allclose(logs["step_loss"], by_hand, rtol=1e-5)
    squares = sum(float(tf.reduce_sum(tf.square(gradient))) for gradient in gradients)
    np.testing.assert_allclose(logs["gradient_norm"], squares**0.5, rtol=1e-3)
