import numpy as np
import tensorflow as tf

from bert_tf.export.signatures import ServingModule, describe
from bert_tf.tasks.classify import Classify


def test_text_in_named_answers_out(counting):
    serve = counting.signatures()["serving_default"]
    outputs = serve(text=tf.constant(["two words", ""]))
    assert outputs["label"].numpy().tolist() == [b"many", b"many"]
    np.testing.assert_allclose(outputs["probabilities"], [[1 / 5, 4 / 5], [1 / 3, 2 / 3]], rtol=1e-6)
    np.testing.assert_allclose(outputs["score"], [4 / 5, 2 / 3], rtol=1e-6)


def test_empty_batch(counting):
    outputs = counting.signatures()["serving_default"](text=tf.constant([], tf.string))
    assert outputs["probabilities"].shape == (0, 2)


def test_ids_in(counting):
    ids = tf.ones((1, 3), tf.int32)
    outputs = counting.signatures()["from_ids"](input_ids=ids, attention_mask=ids, token_type_ids=ids)
    np.testing.assert_allclose(outputs["score"], [3 / 4], rtol=1e-6)


def test_description(counting):
    described = describe(counting.signatures())
    assert described["serving_default"] == {
        "inputs": {"text": "string[None]"},
        "outputs": {"label": "string[None]", "probabilities": "float32[None, 2]", "score": "float32[None]"},
    }
    assert set(described["from_ids"]["inputs"]) == {"input_ids", "attention_mask", "token_type_ids"}


def counted_second(inputs):
    """Logits (0, log n) for n tokens of the second text."""
    second = tf.cast(tf.reduce_sum(inputs["token_type_ids"], 1), tf.float32)
    return tf.stack([0 * second, tf.math.log(second)], 1)


def module(tokenizer):
    decode = Classify(("few", "many")).decode
    return ServingModule(
        logits=counted_second, variables=[], decode=decode, tokenizer=tokenizer, max_tokens=9, pairs=True
    )


def test_pairs(tokenizer):
    serve = module(tokenizer).signatures()["serving_default"]
    # The second text's three words and its [SEP].
    outputs = serve(text=tf.constant(["one"]), text_pair=tf.constant(["two more words"]))
    np.testing.assert_allclose(outputs["score"], [4 / 5], rtol=1e-6)


def test_without_a_tokenizer_ids_are_the_default():
    signatures = module(None).signatures()
    assert set(describe(signatures)["serving_default"]["inputs"]) == {"input_ids", "attention_mask", "token_type_ids"}
