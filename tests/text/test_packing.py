"""Special tokens, truncation and padding, by hand and against Hugging Face's."""

import numpy as np
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace

from bert_tf.text.packing import longest_first, model_inputs, pack_pair, pack_single

CLS, SEP, PAD = 101, 102, 9


def test_single_text() -> None:
    tokens = tf.ragged.constant([[1, 2, 3], [], [4]], dtype=tf.int32)
    packed = pack_single(tokens, room=2, cls_id=CLS, sep_id=SEP)
    assert packed.ids.to_list() == [[CLS, 1, 2, SEP], [CLS, SEP], [CLS, 4, SEP]]
    assert packed.first_lengths.numpy().tolist() == [4, 2, 3]
    assert packed.truncated.numpy().tolist() == [True, False, False]


def test_pair() -> None:
    first = tf.ragged.constant([[1, 2, 3], [], [4]], dtype=tf.int32)
    second = tf.ragged.constant([[5], [6, 7, 8, 9], []], dtype=tf.int32)
    packed = pack_pair(first, second, room=3, cls_id=CLS, sep_id=SEP)
    assert packed.ids.to_list() == [[CLS, 1, 2, SEP, 5, SEP], [CLS, SEP, 6, 7, 8, SEP], [CLS, 4, SEP, SEP]]
    assert packed.first_lengths.numpy().tolist() == [4, 2, 3]
    assert packed.truncated.numpy().tolist() == [True, True, False]


def test_inputs_are_padded_to_the_longest_row_or_to_a_length() -> None:
    first = tf.ragged.constant([[1, 2], [3]], dtype=tf.int32)
    second = tf.ragged.constant([[5], [6]], dtype=tf.int32)
    packed = pack_pair(first, second, room=8, cls_id=CLS, sep_id=SEP)
    inputs = model_inputs(packed, pad_id=PAD, pad_to=None)
    assert inputs["input_ids"].numpy().tolist() == [[CLS, 1, 2, SEP, 5, SEP], [CLS, 3, SEP, 6, SEP, PAD]]
    assert inputs["token_type_ids"].numpy().tolist() == [[0, 0, 0, 0, 1, 1], [0, 0, 0, 1, 1, 0]]
    assert inputs["attention_mask"].numpy().tolist() == [[1, 1, 1, 1, 1, 1], [1, 1, 1, 1, 1, 0]]
    padded = model_inputs(packed, pad_id=PAD, pad_to=8)
    assert {name: tensor.shape.as_list() for name, tensor in padded.items()} == {name: [2, 8] for name in inputs}
    assert {tensor.dtype for tensor in padded.values()} == {tf.int32}
    for name, tensor in padded.items():
        np.testing.assert_array_equal(tensor[:, :6], inputs[name])
        assert np.unique(tensor[:, 6:]).tolist() == [PAD if name == "input_ids" else 0]


@settings(max_examples=200)
@given(first=st.integers(0, 30), second=st.integers(0, 30), room=st.integers(2, 40))
def test_longest_first_is_that_of_hugging_face(first: int, second: int, room: int) -> None:
    oracle = Tokenizer(WordLevel({"a": 0, "b": 1}, unk_token="a"))
    oracle.pre_tokenizer = Whitespace()
    oracle.enable_truncation(room, strategy="longest_first")
    encoding = oracle.encode("a " * first, "b " * second)
    kept = longest_first(tf.constant([first], tf.int64), tf.constant([second], tf.int64), room)
    assert [int(count[0]) for count in kept] == [encoding.ids.count(0), encoding.ids.count(1)]
