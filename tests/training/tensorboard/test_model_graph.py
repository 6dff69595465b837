import numpy as np
import tensorflow as tf

from bert_tf.training.tensorboard.model_graph import write_graph


def test_variables_stand_beside_what_reads_them(write, read_events, tmp_path):
    with tf.name_scope("encoder"):
        table = tf.Variable(np.ones((5, 3), "float32"), name="table")
    with tf.name_scope("head"):
        kernel = tf.Variable(np.ones((3, 2), "float32"), name="kernel")

    def outputs(inputs):
        with tf.name_scope("encoder"):
            hidden = tf.gather(table, inputs["input_ids"])
        with tf.name_scope("head"):
            return {"logits": tf.matmul(hidden[:, 0], kernel)}

    write(lambda writers: write_graph(writers.run, outputs))
    graph = read_events(tmp_path).Graph()
    nodes = {node.name: node for node in graph.node}
    assert {"encoder/table", "head/kernel"} <= set(nodes)
    at_the_top = {name.split("/")[0] for name in nodes}
    assert at_the_top <= {"encoder", "head", "input_ids", "attention_mask", "token_type_ids", "Identity", "NoOp"}
    # No edge was lost.
    assert all(source.lstrip("^").split(":")[0] in nodes for node in graph.node for source in node.input)
    assert any("encoder/table" in node.input for node in graph.node if node.name != "encoder/table")
