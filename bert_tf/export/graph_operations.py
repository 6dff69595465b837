"""Which operations a graph names, in all of its functions, and whether a release of TensorFlow Serving has them."""

import pathlib
from collections.abc import Iterable

import tensorflow as tf
from tensorflow.core.framework import graph_pb2
from tensorflow.core.protobuf import saved_model_pb2

from bert_tf.errors import ExportError
from bert_tf.export.serving_releases import ReleaseTable


def graph_operations(graph: graph_pb2.GraphDef) -> set[str]:
    """Names of the operations of a graph and of every function in its library."""
    functions = {function.signature.name for function in graph.library.function}
    nodes = [*graph.node, *(node for function in graph.library.function for node in function.node_def)]
    return {node.op for node in nodes} - functions


def traced_operations(functions: Iterable[tf.types.experimental.ConcreteFunction]) -> set[str]:
    """Names of the operations of traced functions and of the functions they call; loading a model adds a few more."""
    names: set[str] = set()
    for function in functions:
        names |= graph_operations(function.graph.as_graph_def())
    return names


def saved_operations(version: pathlib.Path) -> set[str]:
    """Names of all operations in a saved model's file, those that restore its variables included."""
    model = saved_model_pb2.SavedModel()
    model.ParseFromString((version / "saved_model.pb").read_bytes())
    return set().union(*(graph_operations(meta.graph_def) for meta in model.meta_graphs))


def check_target(operations: Iterable[str], table: ReleaseTable, *, target: str) -> None:
    """Refuse a graph that a release of TensorFlow Serving can't load.

    Args:
        operations: Names.
        table: Which release has which.
        target: A release that the table knows.

    Raises:
        ExportError: operations are missing there; names them and the oldest release that has them.
    """
    missing = table.missing(operations, target)
    if not missing:
        return
    oldest = table.oldest(operations)
    raise ExportError(
        f"Not exported: TensorFlow Serving {target} lacks {', '.join(missing)}, which the model's graph needs.",
        where=f"--target-serving {target}",
        hint=f"--target-serving {oldest}, if you serve with that release"
        if oldest
        else "no release of TensorFlow Serving is known to have it",
    )
