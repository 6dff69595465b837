import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from seqeval.metrics.sequence_labeling import get_entities
from tag_numbers import ragged

from bert_tf.tasks.tag.word_tags import beginning_of, entities_in, hits, inside_of, tag_names

NAMES = tag_names(("LOC", "PER"))
ROWS = st.lists(st.lists(st.integers(0, 4), max_size=8), min_size=1, max_size=5)


def listed(entities):
    return list(zip(*(field.tolist() for field in entities), strict=True))


def test_names_of_tags():
    assert NAMES == ["O", "B-LOC", "I-LOC", "B-PER", "I-PER"]
    assert [NAMES[tag] for tag in (beginning_of(1), inside_of(0))] == ["B-PER", "I-LOC"]


@given(ROWS)
def test_any_tags_are_read_as_conlls_scorer_does(rows):
    tags = ragged(rows)
    expected = [
        (number, int(tags.splits[number]) + first, int(tags.splits[number]) + last, ("LOC", "PER").index(kind))
        for number, row in enumerate(rows)
        for kind, first, last in get_entities([NAMES[tag] for tag in row])
    ]
    assert listed(entities_in(tags)) == expected


def test_an_entity_ends_with_its_row():
    assert listed(entities_in(ragged([[1], [2, 2], [], [0, 2]]))) == [(0, 0, 0, 0), (1, 1, 2, 0), (3, 4, 4, 0)]


def test_an_entity_is_found_with_all_its_words_and_its_type():
    one, other = (entities_in(ragged([row])) for row in ([1, 2, 0, 3, 1], [1, 2, 0, 1, 1]))
    assert hits(one, other).tolist() == [True, False, True]
    assert hits(one, other.of(np.zeros(3, bool))).tolist() == [False, False, False]
