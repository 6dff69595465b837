"""How many threads the native operations may use."""

import os

import tensorflow as tf


def operation_threads() -> int:
    """TensorFlow's own setting for one operation: `tf.config.threading`, or TF_NUM_INTRAOP_THREADS.

    Returns:
        1 or more; 0 for as many as this process may use processors, as the operations' attribute `threads` has it.
    """
    wanted: int = tf.config.threading.get_intra_op_parallelism_threads()
    told = os.environ.get("TF_NUM_INTRAOP_THREADS", "")
    return wanted or (int(told) if told.isdecimal() else 0)
