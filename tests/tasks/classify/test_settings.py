import pytest
from pydantic import ValidationError

from bert_tf.tasks.classify.settings import ClassifySettings


@pytest.mark.parametrize(
    ("key", "value"),
    [("label_smoothing", 1.0), ("label_smoothing", -0.1), ("class_weights", "equal"), ("class_weights", {"pos": -1.0})],
)
def test_refused(key, value):
    with pytest.raises(ValidationError, match=key):
        ClassifySettings.model_validate({key: value})


@pytest.mark.parametrize(
    ("key", "value"),
    [("label_smoothing", 0), ("class_weights", "balanced"), ("class_weights", {"pos": 2, "neg": 0.5})],
)
def test_taken(key, value):
    assert getattr(ClassifySettings.model_validate({key: value}), key) == value
