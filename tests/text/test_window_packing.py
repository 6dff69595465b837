"""Windows in the graph: those of `Windows.split`, whatever the batch."""

import numpy as np
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from bert_tf.text.window_packing import pack_windows
from bert_tf.text.windows import Windows

CLS, SEP = 1000, 1001
WINDOWS = Windows(max_tokens=7, overlap=2, most=3)


@tf.function(input_signature=[tf.RaggedTensorSpec([None, None], tf.int32)])
def packed(tokens):
    return pack_windows(tokens, WINDOWS, cls_id=CLS, sep_id=SEP)


@settings(max_examples=100)
@given(st.lists(st.integers(0, 20), max_size=6))
def test_as_the_split_has_them(lengths):
    rows, text_of, truncated = packed(tf.ragged.range(tf.constant(lengths, tf.int32)))
    expected = [WINDOWS.split(np.array([CLS, *range(min(n, WINDOWS.covered)), SEP])) for n in lengths]
    assert rows.ids.to_list() == [window.tolist() for of_text in expected for window in of_text]
    assert text_of.numpy().tolist() == [text for text, of_text in enumerate(expected) for _ in of_text]
    assert truncated.numpy().tolist() == [n > WINDOWS.covered for n in lengths]
    assert rows.first_lengths.numpy().tolist() == [len(window) for of_text in expected for window in of_text]


def test_real_texts(tokenizer, reference, real_texts):
    texts = [text.decode("utf-8", "replace") for text in real_texts[:200]]
    windows = Windows(max_tokens=48, overlap=16, most=4)
    rows, text_of, truncated = tokenizer.pack_windows(tf.constant([text.encode() for text in texts]), windows)
    expected = reference(
        texts, truncation=True, max_length=48, stride=16, return_overflowing_tokens=True, padding=False
    )
    found = zip(expected["overflow_to_sample_mapping"], expected["input_ids"], strict=True)
    by_text = [[] for _ in texts]
    for text, ids in found:
        by_text[text].append(ids)
    kept = [of_text[: windows.most] for of_text in by_text]
    assert sum(map(len, kept)) > len(texts)
    for text, of_text in enumerate(kept):
        assert [rows.ids[int(index)].numpy().tolist() for index in np.flatnonzero(text_of == text)] == of_text
    assert truncated.numpy().tolist() == [len(of_text) > windows.most for of_text in by_text]
