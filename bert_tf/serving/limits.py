"""How large a request may be. TensorFlow Serving has no such limits: a client that needs more raises them."""

import dataclasses
import math
from collections.abc import Iterable, Mapping, Sequence

import grpc
import numpy as np
from google.protobuf.message import DecodeError
from tensorflow.core.example import example_pb2

from bert_tf.serving.status import StatusError

_TOO_LARGE = 413


@dataclasses.dataclass(frozen=True)
class RequestLimits:
    """The most that one request may hold; each method raises StatusError RESOURCE_EXHAUSTED, over REST 413.

    Attributes:
        request_bytes: Of a body or a message, after it is unpacked and what stands for many values is repeated.
        texts: Or rows of ids.
        text_bytes: Of one text, before it is tokenized and cut.
        elements: Values of all inputs.
        row_elements: Of a row of an input, such as token ids; attention's memory grows with their square.
    """

    request_bytes: int = 8 << 20
    texts: int = 1024
    text_bytes: int = 256 << 10
    elements: int = 1 << 20
    row_elements: int = 4096

    def check_bytes(self, count: int) -> None:
        """Refuse a request of more bytes than allowed."""
        if count > self.request_bytes:
            raise too_large(
                f"The request is larger than {self.request_bytes:,} bytes; send fewer rows at a time, or start the "
                "server with a larger --max-request-bytes"
            )

    def check_elements(self, count: int) -> None:
        """Refuse a request of more values than allowed."""
        if count > self.elements:
            raise too_large(
                f"The request has more than {self.elements:,} values; send fewer rows at a time, or start the server "
                "with a larger --max-elements"
            )

    def check_shape(self, name: str, shape: Sequence[int]) -> None:
        """Refuse an input with too many rows, or too long ones."""
        if shape and shape[0] > self.texts:
            raise too_large(
                f"{shape[0]} rows exceed the limit of {self.texts} per request; send fewer at a time, or start the "
                "server with a larger --max-texts"
            )
        elements = math.prod(shape[1:])
        if elements > self.row_elements:
            raise too_large(f"{elements} elements in a row of {name} are more than the {self.row_elements} allowed")
        self.check_elements(math.prod(shape))

    def check_arrays(self, arrays: Mapping[str, np.ndarray]) -> None:
        """Refuse inputs that are together too many values, or among which is too long a text."""
        for name, array in arrays.items():
            self.check_shape(name, array.shape)
            if array.dtype == object:
                self._check_texts(array.ravel())
        self.check_elements(sum(array.size for array in arrays.values()))

    def check_examples(self, examples: Sequence[bytes]) -> None:
        """Refuse serialised `tf.train.Example`s that are too many, or in which is too long a text."""
        self.check_shape("examples", [len(examples)])
        for serialized in examples:
            # A text is no longer than what it is in.
            if len(serialized) > self.text_bytes:
                self._check_texts(_texts_of(serialized))

    def _check_texts(self, texts: Iterable[bytes]) -> None:
        longest = max(map(len, texts), default=0)
        if longest > self.text_bytes:
            raise too_large(
                f"A text of {longest:,} bytes is longer than the {self.text_bytes:,} allowed; shorten it, or start the "
                "server with a larger --max-text-bytes"
            )


def too_large(message: str) -> StatusError:
    """RESOURCE_EXHAUSTED, and for HTTP that the request itself is what is too large: another try helps nothing."""
    return StatusError(grpc.StatusCode.RESOURCE_EXHAUSTED, message, http_status=_TOO_LARGE)


def _texts_of(serialized: bytes) -> list[bytes]:
    try:
        features = example_pb2.Example.FromString(serialized).features.feature
    except DecodeError:
        return [serialized]
    return [text for feature in features.values() for text in feature.bytes_list.value]
