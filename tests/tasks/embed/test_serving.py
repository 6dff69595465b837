import numpy as np
import pytest

from bert_tf.export.task_serving import difference, rows_of
from bert_tf.tasks.embed.serving import EmbedServing

SERVING = EmbedServing()
OUTPUTS = {"vector": np.array([[0.6, 0.8, 0, 0], [1, 0, 0, 0]], np.float32)}


def test_an_answer_is_a_vector():
    assert SERVING.answers(OUTPUTS)[1] == {"vector": [1, 0, 0, 0]}
    assert SERVING.answer_cells(SERVING.answers(OUTPUTS)[0]) == ["4 numbers: 0.6000, 0.8000, 0.0000, …"]
    assert SERVING.answer_cells({"vector": [0.5]}) == ["1 number: 0.5000"]
    assert SERVING.marked_text({}, "text") == "text"


def test_columns_are_lists():
    (column,) = SERVING.arrays(OUTPUTS)
    assert column.type == SERVING.columns.field("vector").type
    np.testing.assert_array_equal(np.array(column.to_pylist(), np.float32), OUTPUTS["vector"])
    assert SERVING.arrays({"vector": np.zeros((0, 4), np.float32)})[0].to_pylist() == []
    # As few digits as are read as the same float32.
    assert rows_of([column], decimals=None)[0] == [[0.6, 0.8, 0.0, 0.0]]


def test_two_models_differ_by_their_largest_number():
    other = {"vector": OUTPUTS["vector"] + np.float32(0.25)}
    found = difference(SERVING, OUTPUTS, other)
    assert (found.largest, found.equal) == (pytest.approx(0.25), None)
    assert SERVING.is_decided(OUTPUTS, 1.0).all()


def test_what_words_add_to_is_the_cosine_with_the_whole_text():
    np.testing.assert_allclose(SERVING.explained(OUTPUTS, 0), [1, 0.6], atol=1e-6)
    assert SERVING.predicted_targets(OUTPUTS).tolist() == [0, 0]
    assert SERVING.baseline_facts(0.5) == {"baseline_value": 0.5}


def test_what_many_answers_come_to():
    tally, joined = SERVING.tally(), SERVING.tally()
    assert (tally.facts(), tally.text()) == ({"vectors": {}}, "")
    tally.add(OUTPUTS)
    assert tally.facts()["vectors"]["mean"] == pytest.approx([0.8, 0.4, 0, 0])
    assert tally.text() == "vectors of 4 numbers; their mean has the length 0.89 (1: all are the same)"
    joined.join(tally.facts(), rows=2)
    joined.add({"vector": np.array([[0, 0, 1, 0], [0, 0, 0, 1]], np.float32)})
    assert joined.facts()["vectors"]["mean"] == pytest.approx([0.4, 0.2, 0.25, 0.25])


def test_signatures_of_text():
    assert list(SERVING.text_signatures) == ["encode"]
    assert SERVING.text_signatures["encode"]({"vector": 1}) == {"vector": 1}
