import numpy as np
from transformers import BertTokenizerFast

from bert_tf.text.loading import load_tokenizer
from bert_tf.workflow.predict import input_rows


def test_rows_are_not_padded_and_have_segments(minilm, cache):
    tokenizer = load_tokenizer(minilm, cache_folder=cache)
    rows = input_rows(tokenizer, [b"one", b"two more words"], [b"a pair", b""], max_tokens=8)
    reference = BertTokenizerFast.from_pretrained(minilm)
    for row, pair in zip(rows, [("one", "a pair"), ("two more words", "")], strict=True):
        expected = reference([pair[0]], [pair[1]], truncation="longest_first", max_length=8)
        for name in ("input_ids", "attention_mask", "token_type_ids"):
            np.testing.assert_array_equal(row[name], expected[name])
