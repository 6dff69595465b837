"""Which signature a request means, and what Classify asks of one.

As in tensorflow_serving/servables/tensorflow/{predict_util,classifier,regressor}.cc, with
`enable_signature_method_name_check` off, as it is by default.
"""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import grpc
import numpy as np
from tensorflow.core.protobuf import meta_graph_pb2
from tensorflow_serving.apis import input_pb2

from bert_tf.serving.limits import RequestLimits
from bert_tf.serving.status import StatusError, invalid
from bert_tf.serving.tensors import Arrays

SignatureDef: TypeAlias = meta_graph_pb2.SignatureDef
Signatures = Mapping[str, SignatureDef]

DEFAULT = "serving_default"


def predict_signature(signatures: Signatures, name: str) -> tuple[str, SignatureDef]:
    """A signature and its name; the default where a request names none."""
    name = name or DEFAULT
    if name not in signatures:
        raise StatusError(grpc.StatusCode.FAILED_PRECONDITION, f'Serving signature key "{name}" not found.')
    return name, signatures[name]


def classify_signature(signatures: Signatures, name: str) -> str:
    """The name of a signature that takes `inputs` and gives `classes`, `scores` or both.

    Raises:
        StatusError: there is none of that name, or it is another kind.
    """
    name = _named(signatures, name)
    signature = signatures[name]
    if len(signature.inputs) != 1:
        raise invalid("Expected one input Tensor.")
    if len(signature.outputs) not in (1, 2):
        raise invalid(f"Expected one or two output Tensors, found {len(signature.outputs)}")
    if "inputs" not in signature.inputs:
        raise StatusError(
            grpc.StatusCode.FAILED_PRECONDITION, f"No classification inputs found in SignatureDef: {name}"
        )
    if not {"classes", "scores"} & set(signature.outputs):
        raise StatusError(
            grpc.StatusCode.FAILED_PRECONDITION,
            'Expected classification signature outputs to contain at least one of "classes" or "scores". '
            f"Signature was: {name}",
        )
    return name


def refuse_regress(signatures: Signatures, name: str) -> StatusError:
    """What keeps a signature from being one for Regress: no model of bert_tf has such."""
    signature = signatures[_named(signatures, name)]
    if len(signature.inputs) != 1:
        return invalid("Expected one input Tensor.")
    if len(signature.outputs) != 1:
        return invalid("Expected one output Tensor.")
    return invalid(f"No regression inputs found in SignatureDef: {name or DEFAULT}")


def serialized_examples(given: input_pb2.Input, limits: RequestLimits) -> list[bytes]:
    """The examples of a request, each with the context's features.

    Args:
        given: The request's input.
        limits: Of the number of examples, of the bytes of all with their copies of the context, and of a text.

    Raises:
        StatusError: there are none, or too many.
    """
    kind = given.WhichOneof("kind")
    if kind == "example_list":
        context, given_examples = b"", given.example_list.examples
    elif kind == "example_list_with_context":
        context = given.example_list_with_context.context.SerializeToString()
        given_examples = given.example_list_with_context.examples
    if kind is None or not given_examples:
        raise invalid("Input is empty.")
    limits.check_shape("examples", [len(given_examples)])
    return with_context(context, [example.SerializeToString() for example in given_examples], limits)


def with_context(context: bytes, examples: Sequence[bytes], limits: RequestLimits) -> list[bytes]:
    """Serialised examples, each with the context's features; raises StatusError where they become too large."""
    limits.check_bytes(len(context) * len(examples) + sum(map(len, examples)))
    # To parse one message after the other is to merge them: so does TensorFlow Serving.
    return [context + example for example in examples]


def example_array(examples: Sequence[bytes]) -> Arrays:
    """Serialised examples as the input of a signature for Classify."""
    array = np.empty(len(examples), dtype=object)
    array[:] = examples
    return {"inputs": array}


def classifications_of(outputs: Mapping[str, np.ndarray], *, rows: int) -> list[list[tuple[str, float]]]:
    """For each example its classes, as label and score; where there are only labels or only scores, "" or 0.

    Args:
        outputs: `classes` string [N, C], `scores` float32 [N, C], or one of them.
        rows: N.

    Raises:
        StatusError: INVALID_ARGUMENT: they are of another shape or type.
    """
    for name, array in outputs.items():
        if array.ndim != 2:
            raise invalid(f"Expected Tensor shape: [batch_size num_classes] but got {list(array.shape)}")
        if (array.dtype == object) != (name == "classes") or (name == "scores" and array.dtype != np.float32):
            raise invalid(f"Expected {name} Tensor of {'DT_STRING' if name == 'classes' else 'DT_FLOAT'}.")
        if len(array) != rows:
            raise invalid(f"Expected {name} output batch size of {rows}. Got: {len(array)}")
    shapes = {array.shape for array in outputs.values()}
    if len(shapes) > 1:
        raise invalid("Tensors class and score should match in dim_size(1).")
    shape = shapes.pop()
    labels = outputs.get("classes", np.full(shape, b"", dtype=object))
    scores = outputs.get("scores", np.zeros(shape, dtype=np.float32))
    return [
        [(label.decode("utf-8", "replace"), float(str(score))) for label, score in zip(*row, strict=True)]
        for row in zip(labels, scores, strict=True)
    ]


def _named(signatures: Signatures, name: str) -> str:
    name = name or DEFAULT
    if name not in signatures:
        raise invalid(f"No signature was found with the name: {name}")
    return name
