import numpy as np
import pyarrow as pa
import pytest
import tensorflow as tf

from bert_tf.errors import VerifyError
from bert_tf.export.task_serving import difference
from bert_tf.tasks.regress.serving import RegressServing
from bert_tf.tasks.table import TASKS

SERVING = RegressServing(3.0, 0.5)
OUTPUTS = {"value": np.array([2.5, -1.0, 1234.5], np.float32)}


def test_answers_are_numbers():
    answers = SERVING.answers(OUTPUTS)
    assert answers == [{"value": 2.5}, {"value": -1.0}, {"value": 1234.5}]
    assert [SERVING.answer_cells(answer) for answer in answers] == [["2.5"], ["-1"], ["1,234.5"]]


def test_columns_have_the_values_that_their_names_say():
    table = pa.Table.from_arrays(SERVING.arrays(OUTPUTS), schema=SERVING.columns)
    assert table.to_pydict() == {"value": [2.5, -1.0, 1234.5]}


def test_regress_gets_one_output_of_its_name():
    (signature,) = SERVING.example_signatures
    found = signature.outputs({"value": tf.constant(OUTPUTS["value"]), "truncated": tf.constant([False] * 3)})
    assert list(found) == ["outputs"]
    np.testing.assert_array_equal(found["outputs"], OUTPUTS["value"])
    assert signature.api == "regress"


def test_what_numbers_come_to():
    tally = SERVING.tally()
    assert (tally.facts(), tally.text()) == ({"values": {}}, "")
    for values in ([1.0, 2.0], [], [-3.0]):
        tally.add({"value": np.array(values, np.float32)})
    assert tally.facts() == {"values": {"minimum": -3.0, "mean": 0.0, "maximum": 2.0}}
    assert tally.text() == "-3 to 2, mean 0"


@pytest.mark.parametrize(("mean", "deviation", "tolerance"), [(0.0, 1.0, 2e-5), (0.0, 50.0, 1e-3), (1e6, 1.0, 0.48)])
def test_how_far_numbers_may_differ_is_in_the_unit_of_the_label(mean, deviation, tolerance):
    """A number as large as a million has steps of 0.06 in float32."""
    assert RegressServing(mean, deviation).tolerance == pytest.approx(tolerance, rel=0.05)


def test_a_number_decides_nothing():
    assert SERVING.decisions(OUTPUTS) is None
    assert SERVING.is_decided(OUTPUTS, 1.0).all()
    found = difference(SERVING, OUTPUTS, {"value": np.array([2.5, -1.25, 1234.5], np.float32)})
    assert (found.largest, found.equal, found.equal_share()) == (0.25, None, {})


def test_what_is_explained_is_the_number():
    assert SERVING.predicted_targets(OUTPUTS).tolist() == [0, 0, 0]
    assert list(SERVING.targets) == ["value"]
    np.testing.assert_array_equal(SERVING.explained(OUTPUTS, 0), OUTPUTS["value"])
    assert SERVING.baseline_facts(2.5) == {"baseline_value": 2.5}


def test_the_manifest_says_what_the_training_labels_were():
    assert SERVING.manifest_facts() == {"training_labels": {"mean": 3.0, "std": 0.5}}


@pytest.mark.parametrize(
    "labels",
    [
        None,
        {"mean": 1.0},
        {"mean": "1", "std": 2.0},
        {"mean": 1.0, "std": 0},
        {"mean": float("nan"), "std": 1.0},
        {"mean": 1.0, "std": float("inf")},
    ],
)
def test_a_manifest_without_them_is_told(labels):
    with pytest.raises(VerifyError, match=r"what its training labels were(.|\n)*manifest.json: training_labels"):
        TASKS["regress"].serving_of_manifest({"training_labels": labels})
    found = TASKS["regress"].serving_of_manifest(RegressServing(1.0, 2.0).manifest_facts())
    assert found.tolerance == RegressServing(1.0, 2.0).tolerance
