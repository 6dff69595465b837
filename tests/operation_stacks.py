"""Where in Python an operation of a graph was made: TensorFlow notes it of each, to show it with an error in one.

Tests make hundreds of thousands of operations below dozens of frames of pytest's, and ask for none of these notes.
"""


def leave_out_stacks() -> None:
    """Have no such notes made in this process, as there are none of operations that a file holds."""
    from tensorflow.python.client import pywrap_tf_session
    from tensorflow.python.util import tf_stack

    tf_stack.extract_stack = lambda stacklevel=1: None
    pywrap_tf_session.TF_SetOpStackTrace = lambda operation, stack: None
