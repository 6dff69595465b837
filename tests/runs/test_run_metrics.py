import pytest

from bert_tf.runs.run_metrics import measured_split


@pytest.mark.parametrize(
    ("splits", "measured"),
    [
        ({"validation": {}, "test": {}, "epochs": []}, "test"),
        ({"epochs": [], "validation": {}, "cross-validation": {}}, "validation"),
        ({"cross-validation": {}, "epochs": []}, "cross-validation"),
        ({"train": {}, "epochs": []}, None),
    ],
)
def test_the_test_rows_tell_most(splits, measured):
    assert measured_split(splits) == measured
