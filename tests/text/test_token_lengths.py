import numpy as np

from bert_tf.text.token_lengths import token_lengths

TEXTS = ["", "A film to remember.", "Überraschung " * 400, "中文字符"]


def test_as_many_as_the_tokenizer_that_trains_makes(minilm, reference):
    assert token_lengths(minilm, TEXTS).tolist() == [len(reference(text)["input_ids"]) for text in TEXTS]
    # transformers takes an empty second text for none.
    texts, pairs = TEXTS[1:], TEXTS[:0:-1]
    expected = [len(reference(text, pair)["input_ids"]) for text, pair in zip(texts, pairs, strict=True)]
    assert token_lengths(minilm, texts, pairs).tolist() == expected
    assert token_lengths(minilm, []).dtype == np.int64


def test_without_a_tokenizer_there_is_no_count(tmp_path):
    assert token_lengths(tmp_path, TEXTS) is None
