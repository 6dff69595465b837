"""How a kernel is compiled."""

import functools
import itertools
from collections.abc import Callable, Iterator
from typing import ParamSpec, TypeVar

import tensorflow as tf
from tensorflow.python.eager.polymorphic_function import concrete_function

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


def kernel(function: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Compile a function of tensors with XLA: once for each concrete shape that reaches it, at run time.

    Non-tensor arguments are part of the trace, so a kernel lives at module level and is never made anew in a call.
    Inside a kernel shapes are read with `tf.shape`: it is dynamic when traced, and a constant when XLA compiles. The
    width of the last axis is known when tracing (`reduce_retracing` would forget it when models of two widths meet).
    """

    @functools.wraps(function)
    def named(*arguments: Arguments.args, **keywords: Arguments.kwargs) -> Result:
        return function(*arguments, **keywords)

    named.__name__ = f"{function.__module__}.{function.__qualname__}".replace(".", "_")
    _traces[named.__name__] = itertools.count()
    return tf.function(named, jit_compile=True, autograph=False)


# How often each kernel was traced. TensorFlow ends a function's name with a count of all tensors and functions of the
# process, and XLA finds what it kept (see `bert_tf.environment`) by that name: it would find next to nothing.
_traces: dict[str, Iterator[int]] = {}
_numbered_by_tensorflow = concrete_function._inference_name


def _numbered(name: str) -> str:
    return f"__inference_{name}_{next(_traces[name])}" if name in _traces else _numbered_by_tensorflow(name)


concrete_function._inference_name = _numbered
