"""Where windows begin and end: by hand, and as Hugging Face's tokenizers split texts that overflow."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from tokenizers.processors import TemplateProcessing

from bert_tf.text.windows import Windows

CLS, SEP = 1000, 1001


def row(tokens: int) -> np.ndarray:
    return np.array([CLS, *range(tokens), SEP])


def test_windows_by_hand() -> None:
    windows = Windows(max_tokens=6, overlap=1, most=3)
    assert windows.longest_row == 12
    assert [window.tolist() for window in windows.split(row(8))] == [
        [CLS, 0, 1, 2, 3, SEP],
        [CLS, 3, 4, 5, 6, SEP],
        [CLS, 6, 7, SEP],
    ]
    assert windows.lengths(10) == [6, 6, 4]


@pytest.mark.parametrize("tokens", [0, 1, 4])
def test_a_text_that_fits_is_one_window(tokens: int) -> None:
    windows = Windows(max_tokens=6, overlap=2, most=3)
    assert [window.tolist() for window in windows.split(row(tokens))] == [row(tokens).tolist()]
    assert windows.lengths(tokens + 2) == [tokens + 2]


def overflowing(tokens: int, *, max_tokens: int, overlap: int) -> list[list[int]]:
    oracle = Tokenizer(WordLevel({str(token): token for token in range(CLS)} | {"[CLS]": CLS, "[SEP]": SEP}))
    oracle.pre_tokenizer = Whitespace()
    oracle.post_processor = TemplateProcessing(single="[CLS] $0 [SEP]", special_tokens=[("[CLS]", CLS), ("[SEP]", SEP)])
    oracle.enable_truncation(max_tokens, stride=overlap)
    encoding = oracle.encode(" ".join(map(str, range(tokens))))
    return [encoding.ids, *(more.ids for more in encoding.overflowing)]


@settings(max_examples=200)
@given(st.data())
def test_windows_are_those_of_hugging_face(data: st.DataObject) -> None:
    max_tokens = data.draw(st.integers(3, 20), "max_tokens")
    overlap = data.draw(st.integers(0, max_tokens - 3), "overlap")
    windows = Windows(max_tokens=max_tokens, overlap=overlap, most=data.draw(st.integers(2, 9), "most"))
    tokens = data.draw(st.integers(0, windows.covered), "tokens")
    expected = overflowing(tokens, max_tokens=max_tokens, overlap=overlap)
    assert [window.tolist() for window in windows.split(row(tokens))] == expected
    assert windows.lengths(tokens + 2) == [len(window) for window in expected]
    # No text has more windows than the most.
    assert len(windows.split(row(windows.covered))) == windows.most
