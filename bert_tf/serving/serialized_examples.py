"""Serialised `tf.train.Example`s: what Classify and Regress are sent, and what their signatures take."""

from collections.abc import Sequence

import numpy as np
from tensorflow_serving.apis import input_pb2

from bert_tf.serving.limits import RequestLimits
from bert_tf.serving.status import invalid
from bert_tf.serving.tensors import Arrays


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
    """Serialised examples as the input of a signature for Classify or Regress."""
    array = np.empty(len(examples), dtype=object)
    array[:] = examples
    return {"inputs": array}
