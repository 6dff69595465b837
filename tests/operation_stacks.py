"""Where in Python an operation of a graph was made: TensorFlow notes it of each, to show it with an error in one.

Tests make hundreds of thousands of operations below dozens of frames of pytest's, and ask for none of these notes.
"""


def leave_out_stacks() -> None:
    """Have all operations that this process makes noted as made here."""
    from tensorflow.python.util import tf_stack

    here = tf_stack.extract_stack()
    tf_stack.extract_stack = lambda stacklevel=1: here
