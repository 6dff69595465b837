import math

import numpy as np
import pytest

from bert_tf.tasks.tag.answered_entities import NO_ENTITY, Mark, listed, row_losses, tagged_rows


def test_entities_of_rows_stand_in_characters(answers):
    rows = tagged_rows(answers(["B-PER I-PER O", "O B-LOC"], ["B-PER O O", "O B-LOC"], seen={(1, 1)}))
    assert rows.expected_marks(0) == [Mark(0, 3, "PER")]
    assert rows.predicted_marks(0) == [Mark(0, 1, "PER", pytest.approx(0.9))]
    assert rows.predicted_marks(1) == [Mark(2, 3, "LOC", pytest.approx(0.9))]
    assert (rows.found.tolist(), rows.right.tolist()) == ([False, True], [False, True])
    assert (rows.seen.tolist(), rows.is_right.tolist(), len(rows)) == ([False, True], [False, True], 2)


def test_words_that_are_cut_off_are_predicted_outside(answers):
    rows = tagged_rows(answers(["O B-LOC", "B-PER"], ["O", "B-PER"]))
    assert rows.tags.values.tolist() == [0, 0, 3]
    assert rows.is_right.tolist() == [False, True]


def test_the_loss_of_a_row_is_that_of_the_words_that_were_read(answers):
    found = row_losses(answers(["O B-LOC B-PER", "O"], ["O B-PER", "O"], sure=0.8))
    np.testing.assert_allclose(found, [-math.log(0.8) - math.log(0.05), -math.log(0.8)], rtol=1e-5)


def test_entities_in_words_for_people():
    marks = [Mark(0, 3, "PER"), Mark(8, 13, "LOC", 0.5)]
    assert listed(marks, "Ada and Paris") == "Ada (PER), Paris (LOC)"
    assert listed(marks) == "PER 0–3, LOC 8–13"
    assert listed([]) == NO_ENTITY
