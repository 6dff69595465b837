"""How the peer's entities are counted, against seqeval."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from seqeval.metrics import f1_score

from benchmarks.contestants.entity_scores import entities_of_tags, entity_f1, tagged_words, tags_between_blanks
from benchmarks.contestants.own_training import f1_of_words

NAMES = ["O", "B-LOC", "I-LOC", "B-PER", "I-PER"]


def test_words_between_blanks_have_the_tags_of_their_entities():
    words, tags = tagged_words("Ada Love of Ås", [[0, 8, 1], [12, 14, 0]])
    assert (words, tags) == (["Ada", "Love", "of", "Ås"], [3, 4, 0, 1])


def test_of_words_without_a_blank_between_them_the_first_is_judged():
    # "U.S. law of @Ada", of which the last two words were cut off.
    places = [(0, 1), (1, 2), (2, 3), (3, 4), (5, 8), (9, 11), (12, 13), (13, 16)]
    assert tags_between_blanks(places, [1, 2, 2, 2, 0, 0]) == [1, 0, 0]
    assert tags_between_blanks(places, [1, 2, 2, 2, 0, 0, 0, 3]) == [1, 0, 0, 0]
    assert tags_between_blanks([], []) == []


def test_a_name_that_is_found_inside_of_a_word_counts_in_raw_text_only(tmp_path):
    # "Ada saw @Bob": Ada is expected and found, and Bob is found in the name of a user.
    words = [3, 0, 3, 1, 0, 4, 7, 0, 0, 8, 9, 0, 0, 9, 12, 0]
    pq.write_table(pa.table({"words": [words], "tags": [[3, 0, 0, 3]]}), tmp_path / "test.parquet")
    assert f1_of_words(tmp_path / "test.parquet") == 1
    pq.write_table(pa.table({"words": [words], "tags": [[3, 3, 0, 0]]}), tmp_path / "test.parquet")
    assert f1_of_words(tmp_path / "test.parquet") == pytest.approx(2 / 3)


@pytest.mark.parametrize("tags", [[1, 2, 0, 3], [2, 2, 4, 4], [1, 1, 2, 0], [3, 2, 4], [0, 0], []])
def test_broken_sequences_too_are_counted_as_by_seqeval(tags):
    expected = [1, 2, 0, 3][: len(tags)]
    wanted = f1_score([[NAMES[tag] for tag in expected]], [[NAMES[tag] for tag in tags]], zero_division=0)
    assert entity_f1([entities_of_tags(expected)], [entities_of_tags(tags)]) == pytest.approx(wanted)
