import pytest
import tensorflow as tf
import tensorflow_text as text

from bert_tf.errors import ExportError
from bert_tf.export.graph_operations import check_target, graph_operations, saved_operations, traced_operations
from bert_tf.export.serving_releases import release_table


@tf.function(input_signature=[tf.TensorSpec([None], tf.float32)])
def nested(x):
    return tf.cond(tf.reduce_sum(x) > 0, lambda: tf.math.erfinv(x), lambda: tf.sinh(x))


def test_operations_in_branches_and_functions_are_found():
    @tf.function(input_signature=[tf.TensorSpec([None], tf.float32)])
    def outer(x):
        return tf.map_fn(lambda value: nested(value[tf.newaxis])[0], x) + tf.cosh(x)

    names = traced_operations([outer.get_concrete_function()])
    assert {"Erfinv", "Sinh", "Cosh", "Sum"} <= names
    assert not any(name.startswith("__inference") for name in names)


def test_functions_that_are_called_by_name_are_no_operations():
    graph = nested.get_concrete_function().graph.as_graph_def()
    called = graph.library.function[0].signature.name
    graph.node.add(name="call", op=called)
    assert called not in graph_operations(graph)


def test_a_saved_model_has_those_that_restore_it_too(written, counting):
    saved = saved_operations(written)
    assert traced_operations(counting.signatures().values()) <= saved
    assert {"RestoreV2", "AssignVariableOp", "FastWordpieceTokenizeWithOffsets"} <= saved


def test_an_old_target_is_refused_by_name():
    trimmer = text.RoundRobinTrimmer(4)

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string)])
    def trim(texts):
        return trimmer.trim([tf.strings.split(texts), tf.strings.split(texts)])[0].to_tensor()

    operations = traced_operations([trim.get_concrete_function()])
    check_target(operations, release_table(), target="2.20.0")
    with pytest.raises(
        ExportError,
        match=r"TensorFlow Serving 2\.12\.2 lacks TFText>RoundRobinTrim, which(.|\n)*--target-serving 2\.20\.0",
    ):
        check_target(operations, release_table(), target="2.12.2")
