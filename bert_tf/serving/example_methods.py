"""Classify and Regress: both take examples; they differ in the signature that they ask for and in what they answer.

Rules and words are those of tensorflow_serving/servables/tensorflow/{classifier,regressor}.cc.
"""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

import numpy as np
import tensorflow as tf
from tensorflow.core.framework import types_pb2

from bert_tf.serving.signature import Signatures, classify_signature, regress_signature
from bert_tf.serving.status import invalid
from bert_tf.serving.tensors import bracketed

Classes = list[tuple[str, float]]
Result = TypeVar("Result")


@dataclasses.dataclass(frozen=True)
class ExampleMethod(Generic[Result]):
    """A method of PredictionService that takes `tf.train.Example`s.

    Attributes:
        name: As the API and TensorFlow Serving's metrics have it.
        signature: The name of the signature that a request means, from all of a version and the name that it was sent
            with; raises StatusError where there is none, or it is for another method.
        results: One for each example, from the signature's outputs and the number of examples; raises StatusError
            where they are of another shape or type.
    """

    name: str
    signature: Callable[[Signatures, str], str]
    results: Callable[[Mapping[str, np.ndarray], int], list[Result]]


def classifications_of(outputs: Mapping[str, np.ndarray], rows: int) -> list[Classes]:
    """For each example its classes, as label and score; where there are only labels or only scores, "" or 0.

    Args:
        outputs: `classes` string [N, C], `scores` float32 [N, C], or one of them; another is not looked at.
        rows: N.

    Raises:
        StatusError: INVALID_ARGUMENT: they are of another shape or type.
    """
    known = {name: outputs[name] for name in ("classes", "scores") if name in outputs}
    for name, array in known.items():
        if array.ndim != 2:
            raise invalid(f"Expected Tensor shape: [batch_size num_classes] but got {bracketed(array.shape)}")
        expected = "DT_STRING" if name == "classes" else "DT_FLOAT"
        if (found := _type_name(array)) != expected:
            raise invalid(f"Expected {name} Tensor of {expected}. Got: {found}")
        if len(array) != rows:
            raise invalid(f"Expected {name} output batch size of {rows}. Got: {len(array)}")
    shapes = {array.shape for array in known.values()}
    if len(shapes) > 1:
        raise invalid("Tensors class and score should match in dim_size(1).")
    shape = shapes.pop()
    labels = outputs.get("classes", np.full(shape, b"", dtype=object))
    scores = outputs.get("scores", np.zeros(shape, dtype=np.float32))
    return [
        [(label.decode("utf-8", "replace"), float(str(score))) for label, score in zip(*row, strict=True)]
        for row in zip(labels, scores, strict=True)
    ]


def regressions_of(outputs: Mapping[str, np.ndarray], rows: int) -> list[float]:
    """For each example its value.

    Args:
        outputs: `outputs` float32 [N] or [N, 1].
        rows: N.

    Raises:
        StatusError: INVALID_ARGUMENT: they are of another shape or type.
    """
    values = outputs["outputs"]
    if values.ndim != 1 and (values.ndim != 2 or values.shape[1] != 1):
        raise invalid(
            "Expected output Tensor shape to be either [batch_size] or [batch_size, 1] but got "
            f"{bracketed(values.shape)}"
        )
    if len(values) != rows:
        raise invalid(f"Input batch size did not match output batch size: {rows} vs. {len(values)}")
    if (found := _type_name(values)) != "DT_FLOAT":
        raise invalid(f"Expected output Tensor of DT_FLOAT.  Got: {found}")
    return [float(str(value)) for value in values.ravel()]


def _type_name(array: np.ndarray) -> str:
    dtype = tf.string if array.dtype == object else tf.as_dtype(array.dtype)
    return types_pb2.DataType.Name(dtype.as_datatype_enum)


CLASSIFY = ExampleMethod("Classify", classify_signature, classifications_of)
REGRESS = ExampleMethod("Regress", regress_signature, regressions_of)
# By their names in a path of REST and in a record of warmup.
EXAMPLE_METHODS: Mapping[str, ExampleMethod[Any]] = {"classify": CLASSIFY, "regress": REGRESS}
