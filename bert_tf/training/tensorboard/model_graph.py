"""The model's parts as a graph for TensorBoard."""

from collections.abc import Callable
from typing import Any

import tensorflow as tf

from bert_tf.text.encoded import MODEL_INPUTS

Inputs = dict[str, tf.Tensor]


def write_graph(writer: tf.summary.SummaryWriter, outputs: Callable[[Inputs], Any]) -> None:
    """Trace a function of `input_ids`, `attention_mask` and `token_type_ids`, int32 [B, L], and write its graph.

    Args:
        writer: Of the run as a whole.
        outputs: From them to tensors; reads its variables; a constant would be written with all its values.
    """
    inputs = {name: tf.TensorSpec([None, None], tf.int32, name=name) for name in MODEL_INPUTS}
    traced = tf.function(outputs, autograph=False).get_concrete_function(inputs)
    with writer.as_default():
        tf.summary.graph(_with_variables_in_their_place(traced))


def _with_variables_in_their_place(traced: tf.types.experimental.ConcreteFunction) -> tf.compat.v1.GraphDef:
    """The graph with each captured variable named as the variable is: beside the operations that read it.

    As traced, a variable is a placeholder at the top, and a hundred of them hide the model.
    """
    graph = traced.graph.as_graph_def()
    taken = {node.name for node in graph.node}
    names = {id(variable.handle): variable.name.removesuffix(":0") for variable in traced.graph.variables}
    renamed = {}
    for outside, inside in traced.graph.captures:
        name = names.get(id(outside))
        if name and name not in taken:
            renamed[inside.op.name] = name
    for node in graph.node:
        node.name = renamed.get(node.name, node.name)
        node.input[:] = [renamed.get(source, source) for source in node.input]
    return graph
