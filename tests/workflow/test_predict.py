import numpy as np
from transformers import BertTokenizerFast

from bert_tf.text.loading import load_tokenizer
from bert_tf.text.windows import Windows
from bert_tf.workflow.predict import input_rows


def test_rows_are_not_padded_and_have_segments(minilm, cache):
    tokenizer = load_tokenizer(minilm, cache_folder=cache)
    found = input_rows(tokenizer, [b"one", b"two more words"], [b"a pair", b""], max_tokens=8)
    reference = BertTokenizerFast.from_pretrained(minilm)
    for (row, _), pair in zip(found, [("one", "a pair"), ("two more words", "")], strict=True):
        expected = reference([pair[0]], [pair[1]], truncation="longest_first", max_length=8)
        for name in ("input_ids", "attention_mask", "token_type_ids"):
            np.testing.assert_array_equal(row[name], expected[name])


def test_windows_of_a_long_text(minilm, cache):
    tokenizer = load_tokenizer(minilm, cache_folder=cache)
    windows = Windows(max_tokens=8, overlap=2, most=3)
    texts = [b"one two three", b"one two three four five six seven eight", b"one " * 20]
    short, long, overlong = input_rows(tokenizer, texts, None, max_tokens=8, windows=windows)
    expected = BertTokenizerFast.from_pretrained(minilm)(
        texts[1].decode(), truncation=True, max_length=8, stride=2, return_overflowing_tokens=True, padding=True
    )
    for name in ("input_ids", "attention_mask", "token_type_ids"):
        np.testing.assert_array_equal(long.inputs[name], expected[name])
    assert short.inputs["input_ids"].shape == (1, 5)
    assert overlong.inputs["input_ids"].shape == (3, 8)
    assert [short.truncated, long.truncated, overlong.truncated] == [False, False, True]
