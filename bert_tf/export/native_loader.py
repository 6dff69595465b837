"""Answers of an exported model through TensorFlow's C API, with the operations that a server links and no others.

A script of its own, run by `bert_tf.export.verify` as `python -I native_loader.py JOB OUT`. It imports no TensorFlow:
it loads the wheel's library, those libraries of tensorflow_text's operations that the job names, and the model, as a
server that is written in C++ does. An operation that none of them has is "not registered" here, as it would be there.

JOB: {"model", "core": [paths], "operations": [paths], "inputs": {name: tensor}, "outputs": {name: tensor},
"requests": [{name: value}], "batch": rows at once, "latency": {"batch_sizes", "rows", "seconds"}}.
OUT: {"answers": [{name: value}] of all requests, in batches and then one by one, "load_seconds", "peak_memory_mib",
"latency": {batch size: [seconds of each run]}}.
"""

import ctypes
import json
import resource
import sys
import time
from typing import Any

import numpy as np

_STRING = 7
_TSTRING_BYTES = 24
# tf_datatype.h
_DTYPES = {1: np.float32, 2: np.float64, 3: np.int32, 9: np.int64, 10: np.bool_}
_CODES = {np.dtype(dtype): code for code, dtype in _DTYPES.items()}
_LEAST_RUNS = 5


class Endpoint(ctypes.Structure):
    """`TF_Output`."""

    _fields_ = (("operation", ctypes.c_void_p), ("index", ctypes.c_int))


class Tensorflow:
    """The functions of c_api.h that are needed, with their types."""

    def __init__(self, libraries: list[str]) -> None:
        loaded = [ctypes.CDLL(path, mode=ctypes.RTLD_GLOBAL) for path in libraries]
        self._library = loaded[-1]
        pointer, text, number, size = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int, ctypes.c_size_t
        self.new_status = self._function("TF_NewStatus", pointer)
        self._code = self._function("TF_GetCode", number, pointer)
        self._message = self._function("TF_Message", text, pointer)
        self.load_library = self._function("TF_LoadLibrary", pointer, text, pointer)
        self.new_graph = self._function("TF_NewGraph", pointer)
        self.new_session_options = self._function("TF_NewSessionOptions", pointer)
        self.load_session = self._function(
            "TF_LoadSessionFromSavedModel", pointer,
            pointer, pointer, text, ctypes.POINTER(text), number, pointer, pointer, pointer,
        )  # fmt: skip
        self.operation = self._function("TF_GraphOperationByName", pointer, pointer, text)
        self.run = self._function(
            "TF_SessionRun", None,
            pointer, pointer, ctypes.POINTER(Endpoint), ctypes.POINTER(pointer), number,
            ctypes.POINTER(Endpoint), ctypes.POINTER(pointer), number, pointer, number, pointer, pointer,
        )  # fmt: skip
        self.allocate = self._function("TF_AllocateTensor", pointer, number, pointer, number, size)
        self.delete_tensor = self._function("TF_DeleteTensor", None, pointer)
        self.data = self._function("TF_TensorData", pointer, pointer)
        self.dtype = self._function("TF_TensorType", number, pointer)
        self.dimensions = self._function("TF_NumDims", number, pointer)
        self.length = self._function("TF_Dim", ctypes.c_int64, pointer, number)
        self.bytes = self._function("TF_TensorByteSize", size, pointer)
        self.string_init = self._function("TF_StringInit", None, pointer)
        self.string_copy = self._function("TF_StringCopy", None, pointer, text, size)
        self.string_data = self._function("TF_StringGetDataPointer", pointer, pointer)
        self.string_size = self._function("TF_StringGetSize", size, pointer)
        self.string_dealloc = self._function("TF_StringDealloc", None, pointer)

    def _function(self, name: str, result: Any, *arguments: Any) -> Any:
        function = getattr(self._library, name)
        function.restype, function.argtypes = result, arguments
        return function

    def check(self, status: int) -> None:
        """Raise what a call said, unless it went well."""
        if self._code(status):
            raise RuntimeError(self._message(status).decode("utf-8", "replace"))

    def tensor(self, array: np.ndarray) -> int:
        """A TF_Tensor with an array's content; bytes objects become strings."""
        shape = (ctypes.c_int64 * array.ndim)(*array.shape)
        if array.dtype != object:
            tensor = self.allocate(_CODES[array.dtype], shape, array.ndim, array.nbytes)
            ctypes.memmove(self.data(tensor), np.ascontiguousarray(array).ctypes.data, array.nbytes)
            return tensor
        tensor = self.allocate(_STRING, shape, array.ndim, array.size * _TSTRING_BYTES)
        start = self.data(tensor)
        for index, value in enumerate(array.ravel()):
            self.string_init(start + index * _TSTRING_BYTES)
            self.string_copy(start + index * _TSTRING_BYTES, value, len(value))
        return tensor

    def free(self, tensor: int) -> None:
        """Delete what `tensor` made, with its strings, which are not freed by themselves."""
        if self.dtype(tensor) == _STRING:
            start = self.data(tensor)
            for index in range(self.bytes(tensor) // _TSTRING_BYTES):
                self.string_dealloc(start + index * _TSTRING_BYTES)
        self.delete_tensor(tensor)

    def array(self, tensor: int) -> np.ndarray:
        """A TF_Tensor's content; strings become bytes objects."""
        shape = [self.length(tensor, axis) for axis in range(self.dimensions(tensor))]
        start, dtype = self.data(tensor), self.dtype(tensor)
        if dtype != _STRING:
            return np.frombuffer(ctypes.string_at(start, self.bytes(tensor)), _DTYPES[dtype]).reshape(shape)
        values = np.empty(int(np.prod(shape)), object)
        for index in range(len(values)):
            place = start + index * _TSTRING_BYTES
            values[index] = ctypes.string_at(self.string_data(place), self.string_size(place))
        return values.reshape(shape)


class Session:
    """A saved model that was loaded by the C API.

    Args:
        tensorflow: The library.
        model: Folder of the saved model.
        inputs: Tensor by the name of the signature's input, such as "serving_default_text:0".
        outputs: Tensor by the name of the signature's output.
    """

    def __init__(self, tensorflow: Tensorflow, model: str, *, inputs: dict[str, str], outputs: dict[str, str]) -> None:
        self._tensorflow = tensorflow
        self._status, self._graph = tensorflow.new_status(), tensorflow.new_graph()
        tags = (ctypes.c_char_p * 1)(b"serve")
        options = tensorflow.new_session_options()
        self._session = tensorflow.load_session(options, None, model.encode(), tags, 1, self._graph, None, self._status)
        tensorflow.check(self._status)
        self._inputs, self._outputs = self._endpoints(inputs), self._endpoints(outputs)

    def run(self, batch: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """The outputs for arrays by input name."""
        tensorflow = self._tensorflow
        sent = [tensorflow.tensor(batch[name]) for name in self._inputs]
        received = (ctypes.c_void_p * len(self._outputs))()
        tensorflow.run(
            self._session, None,
            (Endpoint * len(sent))(*self._inputs.values()), (ctypes.c_void_p * len(sent))(*sent), len(sent),
            (Endpoint * len(received))(*self._outputs.values()), received, len(received),
            None, 0, None, self._status,
        )  # fmt: skip
        try:
            tensorflow.check(self._status)
            return {name: tensorflow.array(tensor) for name, tensor in zip(self._outputs, received, strict=True)}
        finally:
            for tensor in sent:
                tensorflow.free(tensor)
            for tensor in filter(None, received):
                tensorflow.delete_tensor(tensor)

    def _endpoints(self, names: dict[str, str]) -> dict[str, Endpoint]:
        endpoints = {}
        for name, tensor in names.items():
            operation, _, index = tensor.partition(":")
            found = self._tensorflow.operation(self._graph, operation.encode())
            if not found:
                raise RuntimeError(f"the graph has no operation {operation}")
            endpoints[name] = Endpoint(found, int(index or 0))
        return endpoints


def arrays_of(requests: list[dict[str, Any]]) -> dict[str, np.ndarray]:
    """Rows to named arrays: strings as they are, ids padded with 0, which the attention mask leaves out."""
    named = {}
    for name, first in requests[0].items():
        values = [request[name] for request in requests]
        if isinstance(first, str):
            named[name] = np.array([value.encode() for value in values], dtype=object)
        else:
            width = max(len(value) for value in values)
            named[name] = np.array([value + [0] * (width - len(value)) for value in values], np.int32)
    return named


def plain_values(array: np.ndarray) -> list:
    """Rows of an array as JSON has them."""
    if array.dtype == object:
        array = np.vectorize(bytes.decode, otypes=[object])(array)
    return array.tolist()


def rows_of(outputs: dict[str, np.ndarray]) -> list[dict[str, Any]]:
    """Arrays by output name to JSON by row."""
    columns = {name: plain_values(array) for name, array in outputs.items()}
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def timings(session: Session, requests: list[dict[str, Any]], *, size: int, seconds: float) -> list[float]:
    """Seconds of each run of a batch, after one that is not counted, until the time is over."""
    rows = [requests[index % len(requests)] for index in range(max(size, len(requests)))]
    batches = [arrays_of(rows[start : start + size]) for start in range(0, len(rows) - size + 1, size)]
    for batch in batches[:2]:
        session.run(batch)
    taken: list[float] = []
    begun = time.perf_counter()
    while len(taken) < _LEAST_RUNS or time.perf_counter() - begun < seconds:
        start = time.perf_counter()
        session.run(batches[len(taken) % len(batches)])
        taken.append(time.perf_counter() - start)
    return taken


def peak_memory_mib() -> float:
    """Resident memory of this process at its most.

    Linux starts `ru_maxrss` of a new program at the memory of the process that started it; VmHWM is the program's own.
    """
    try:
        with open("/proc/self/status", encoding="utf-8") as file:
            return next(int(line.split()[1]) / 1024 for line in file if line.startswith("VmHWM:"))
    except (OSError, StopIteration):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main(job_path: str, out_path: str) -> None:
    """Do a job and write what came out."""
    with open(job_path, encoding="utf-8") as file:
        job = json.load(file)
    tensorflow = Tensorflow(job["core"])
    status = tensorflow.new_status()
    for library in job["operations"]:
        tensorflow.load_library(library.encode(), status)
        tensorflow.check(status)
    start = time.perf_counter()
    session = Session(tensorflow, job["model"], inputs=job["inputs"], outputs=job["outputs"])
    load_seconds = time.perf_counter() - start
    requests, size = job["requests"], job["batch"]
    groups = [requests[first : first + size] for first in range(0, len(requests), size)]
    groups += [[request] for request in requests]
    answers = [row for group in groups for row in rows_of(session.run(arrays_of(group)))]
    latency = job["latency"]
    measured = {
        str(rows): timings(session, requests[: latency["rows"]], size=rows, seconds=latency["seconds"])
        for rows in (latency["batch_sizes"] if requests else ())
    }
    result = {
        "answers": answers,
        "load_seconds": load_seconds,
        "peak_memory_mib": peak_memory_mib(),
        "latency": measured,
    }
    with open(out_path, "w", encoding="utf-8") as file:
        json.dump(result, file)


if __name__ == "__main__":
    main(*sys.argv[1:])
