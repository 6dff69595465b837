import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bert_tf.tasks.tag.written_tags import written_tags, written_words

TAGS = st.lists(st.sampled_from(["O", "B-PER", "I-PER", "E-a-b", "U-ÅS"]), min_size=1)


@given(TAGS)
def test_tags_between_blanks_and_as_lists(tags):
    for cell in (" ".join(tags), "\t".join(tags), json.dumps(tags), str(tags), " ".join(tags).encode()):
        assert written_tags(cell) == tags


@pytest.mark.parametrize(
    "cell", ["", "B", "B-PER here", '[[0, 3, "PER"]]', "[]", '["B-PER", 1]', "[open('x')]", b"\xff"]
)
def test_what_is_something_else(cell):
    assert written_tags(cell) is None


def test_words():
    assert written_words(" a  b ") == written_words(b"a b") == written_words('["a", "b"]') == ["a", "b"]
    assert written_words("[a b") == ["[a", "b"]
    assert written_words(b"\xff") == b"\xff"
