import dataclasses

import numpy as np
import pytest
from transformers import BertTokenizerFast

from bert_tf.batches.cache import open_token_cache
from bert_tf.batches.dataset import evaluation_batches
from bert_tf.batches.windowed import WindowedTokens
from bert_tf.text.loading import load_tokenizer
from bert_tf.text.windows import Windows


@dataclasses.dataclass
class Texts:
    rows: list[bytes]
    fingerprint: str = "windowed"

    def __len__(self):
        return len(self.rows)

    def texts(self, start, stop):
        return self.rows[start:stop]

    def pairs(self, start, stop):
        return None


@pytest.fixture(scope="module")
def reference(minilm):
    return BertTokenizerFast.from_pretrained(minilm)


def test_windows_of_real_texts_in_batches(minilm, cache, reference, tmp_path):
    texts = Texts([b"a good film " * count + b"no. %d" % count for count in (0, 1, 4, 30, 9)])
    tokenizer = load_tokenizer(minilm, cache_folder=cache)
    windows = Windows(max_tokens=16, overlap=4, most=4)
    tokens = open_token_cache(texts, tokenizer, max_tokens=windows.longest_row, cache_folder=tmp_path)
    found = WindowedTokens(tokens, windows)

    split = reference(
        [text.decode() for text in texts.rows], truncation=True, max_length=16, stride=4, return_overflowing_tokens=True
    )
    of_text = np.array(split["overflow_to_sample_mapping"])
    place = np.concatenate([np.arange(count) for count in np.bincount(of_text)])
    expected = [ids for ids, index in zip(split["input_ids"], place, strict=True) if index < windows.most]
    assert found.text_of.tolist() == of_text[place < windows.most].tolist()
    assert found.lengths.tolist() == [len(ids) for ids in expected]
    assert found.truncated.tolist() == [False, False, False, True, False]

    # The windows of the first texts are the first windows.
    part = found.head(4)
    assert part.text_of.tolist() == [text for text in found.text_of if text < 4]
    np.testing.assert_array_equal(part.ids(len(part) - 1), found.ids(len(part) - 1))

    dataset, order = evaluation_batches(found, batch_tokens=64)
    rows = [
        (ids[mask == 1].tolist(), segments.max())
        for batch in dataset.as_numpy_iterator()
        for ids, mask, segments in zip(
            batch["input_ids"], batch["attention_mask"], batch["token_type_ids"], strict=True
        )
    ]
    assert [ids for ids, _ in rows] == [expected[index] for index in order]
    assert {segment for _, segment in rows} == {0}
