import numpy as np
import pandas as pd
import pytest
import tensorflow as tf

from bert_tf.errors import RunError
from bert_tf.text.given import list_of_texts


@pytest.mark.parametrize(
    "texts",
    [
        ["a", "b"],
        ("a", "b"),
        pd.Series(["a", "b"], index=[7, 9]),
        np.array(["a", "b"]),
        (text for text in "ab"),
        pd.DataFrame({"body": ["a", "b"]}, index=[7, 9]),
        tf.data.Dataset.from_tensor_slices(["a", "b"]),
        tf.data.Dataset.from_tensor_slices(["a", "b"]).batch(2),
    ],
)
def test_any_iterable_of_strings(texts):
    assert list_of_texts(texts, name="texts", error=RunError) == ["a", "b"]


@pytest.mark.parametrize(
    ("texts", "told"),
    [
        ("a", "got a string"),
        (b"a", "got a string"),
        (None, "got NoneType"),
        ({"body": ["a"]}, r"got a dict of keys(.|\n)*predict\(texts\['body'\]\)"),
        (["a", None], "None is of type NoneType(.|\n)*texts, position 1"),
        (pd.Series(["a", "b", float("nan")]), "nan is of type float(.|\n)*texts, position 2"),
        ([3], "3 is of type int(.|\n)*position 0"),
        ([b"a"], "of type bytes"),
        ([["a" * 100]], "…"),
        (pd.DataFrame({"body": ["a"], "label": ["x"]}), r"data frame of body, label(.|\n)*predict\(frame\['body'\]\)"),
        (tf.data.Dataset.from_tensor_slices((["a"], [1])), r"type tuple(.|\n)*dataset.map"),
        (tf.data.Dataset.range(2), "0 is of type int(.|\n)*position 0"),
    ],
)
def test_anything_else_is_a_sentence(texts, told):
    with pytest.raises(RunError, match=told):
        list_of_texts(texts, name="texts", error=RunError)
