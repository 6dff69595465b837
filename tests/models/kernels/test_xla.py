"""What a kernel promises about tracing."""

import numpy as np
import tensorflow as tf

from bert_tf.models.kernels.xla import kernel


def test_one_trace_serves_every_shape():
    traces = []

    @kernel
    def positions(values: tf.Tensor) -> tf.Tensor:
        traces.append(values.shape)
        return values + tf.cast(tf.range(tf.shape(values)[1]), tf.float32)

    dynamic = tf.function(positions, input_signature=[tf.TensorSpec([None, None])])
    for rows, columns in ((1, 7), (3, 33), (2, 5), (1, 7)):
        expected = np.broadcast_to(np.arange(columns), (rows, columns))
        np.testing.assert_array_equal(dynamic(tf.zeros([rows, columns])), expected)
    assert len(traces) == 1


def test_two_widths_keep_their_widths():
    widths = []

    @kernel
    def double(values: tf.Tensor) -> tf.Tensor:
        widths.append(values.shape[-1])
        return values + values

    for width in (4, 8):
        tf.function(double, input_signature=[tf.TensorSpec([None, width])])(tf.zeros([3, width]))
    assert widths == [4, 8]
