"""Room for special tokens."""

import pytest

from bert_tf.errors import TextError
from bert_tf.text.encoded import check_max_tokens


def test_room_for_a_token_of_each_text() -> None:
    check_max_tokens(5, special_tokens=3, texts=2)
    with pytest.raises(TextError, match=r"4 tokens can't hold 3 special tokens[\s\S]*max_tokens[\s\S]*use 5 or more"):
        check_max_tokens(4, special_tokens=3, texts=2)
