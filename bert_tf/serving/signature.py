"""Which signature a request means, and what Classify and Regress ask of one.

As in tensorflow_serving/servables/tensorflow/{predict_util,classifier,regressor}.cc, with
`enable_signature_method_name_check` off, as it is by default.
"""

from collections.abc import Mapping
from typing import TypeAlias

import grpc
from tensorflow.core.protobuf import meta_graph_pb2

from bert_tf.serving.status import StatusError, invalid

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


def regress_signature(signatures: Signatures, name: str) -> str:
    """The name of a signature that takes `inputs` and gives `outputs`, and nothing else.

    Raises:
        StatusError: there is none of that name, or it is another kind.
    """
    name = _named(signatures, name)
    signature = signatures[name]
    if len(signature.inputs) != 1:
        raise invalid("Expected one input Tensor.")
    if len(signature.outputs) != 1:
        raise invalid("Expected one output Tensor.")
    # Where Classify says FAILED_PRECONDITION, Regress says INVALID_ARGUMENT.
    if "inputs" not in signature.inputs:
        raise invalid(f"No regression inputs found in SignatureDef: {name}")
    if "outputs" not in signature.outputs:
        raise invalid(f"No regression outputs found in SignatureDef: {name}")
    return name


def _named(signatures: Signatures, name: str) -> str:
    name = name or DEFAULT
    if name not in signatures:
        raise invalid(f"No signature was found with the name: {name}")
    return name
