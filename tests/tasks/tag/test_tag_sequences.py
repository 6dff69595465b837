"""Tags to entities, held against seqeval's default mode, which is CoNLL's scorer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from seqeval.metrics.sequence_labeling import get_entities

from bert_tf.tasks.tag.tag_sequences import BadTagError, Beginnings, TaggedWords, tagged_entities


def entities(tags, beginnings=None):
    places = [f"f:{line}" for line in range(1, len(tags) + 1)]
    return tagged_entities(tags, beginnings=beginnings or Beginnings(), place=places.__getitem__)


TAGS = st.sampled_from(["O", *(f"{letter}-{kind}" for letter in "BIES" for kind in ("PER", "LOC"))])


@given(st.lists(TAGS, max_size=12))
def test_any_sequence_is_read_as_conlls_scorer_does(tags):
    assert [(kind, first, last) for first, last, kind in entities(tags)] == get_entities(tags)


def test_all_schemes_of_one_sentence():
    found = [TaggedWords(0, 1, "PER"), TaggedWords(2, 2, "PER"), TaggedWords(4, 6, "LOC")]
    for tags in (
        "B-PER I-PER B-PER O B-LOC I-LOC I-LOC",
        "I-PER I-PER B-PER O I-LOC I-LOC I-LOC",
        "B-PER E-PER S-PER O B-LOC I-LOC E-LOC",
        "B-PER L-PER U-PER O B-LOC I-LOC L-LOC",
        "B-PER E-PER S-PER O B-LOC M-LOC E-LOC",
        "B-PER E-PER W-PER O B-LOC M-LOC E-LOC",
    ):
        assert entities(tags.split()) == found


def test_types_may_have_hyphens():
    assert entities(["B-creative-work", "I-creative-work"]) == [TaggedWords(0, 1, "creative-work")]


def test_broken_sequences_are_counted_with_their_places():
    counted = Beginnings()
    entities(["B-PER", "I-LOC", "O", "I-PER", "B-PER"], counted)
    assert (counted.by_b, counted.broken) == (1, 2)
    assert counted.remark() == (
        "2 tags continue an entity that has not begun, and are read as B: I-LOC at f:2, I-PER at f:4"
    )
    assert Beginnings().remark() is None


def test_a_file_whose_entities_never_begin_with_b_is_iob1():
    counted = Beginnings()
    entities(["I-PER", "B-PER", "O", "I-LOC"], counted)
    assert "IOB1" in counted.remark()


@pytest.mark.parametrize("tag", ["B", "B-", "PER", "b-PER", "X-PER", "", "O-PER"])
def test_what_is_no_tag_is_refused(tag):
    with pytest.raises(BadTagError, match="has no type|is none of O, B-TYPE"):
        entities(["O", tag])
