"""How a kernel is compiled."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

import tensorflow as tf

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


def kernel(function: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Compile a function of tensors with XLA: once for each concrete shape that reaches it, at run time.

    Non-tensor arguments are part of the trace, so a kernel lives at module level and is never made anew in a call.
    Inside a kernel shapes are read with `tf.shape`: it is dynamic when traced, and a constant when XLA compiles. The
    width of the last axis is known when tracing (`reduce_retracing` would forget it when models of two widths meet).
    """
    return tf.function(function, jit_compile=True, autograph=False)
