"""What became of a request: gRPC's canonical codes, and how TensorFlow Serving tells them over HTTP."""

import grpc

# As in tensorflow_serving/model_servers/http_server.cc, ToHTTPStatusCode.
_HTTP = {
    grpc.StatusCode.CANCELLED: 499,
    grpc.StatusCode.INVALID_ARGUMENT: 400,
    grpc.StatusCode.DEADLINE_EXCEEDED: 504,
    grpc.StatusCode.NOT_FOUND: 404,
    grpc.StatusCode.ALREADY_EXISTS: 409,
    grpc.StatusCode.PERMISSION_DENIED: 403,
    grpc.StatusCode.RESOURCE_EXHAUSTED: 429,
    grpc.StatusCode.FAILED_PRECONDITION: 400,
    grpc.StatusCode.ABORTED: 409,
    grpc.StatusCode.OUT_OF_RANGE: 400,
    grpc.StatusCode.UNIMPLEMENTED: 501,
    grpc.StatusCode.UNAVAILABLE: 503,
    grpc.StatusCode.UNAUTHENTICATED: 401,
}
_CODES = {code.value[0]: code for code in grpc.StatusCode}
# A message may quote what was sent, and gRPC sends messages in a header, which has to be short.
_MOST_CHARACTERS = 1000


class StatusError(Exception):
    """A request that is not answered with a result; not a `BertTfError`, for it is told to a client, not a user.

    Args:
        code: gRPC's.
        message: TensorFlow Serving's words, where it has some; cut after 1,000 characters.
        http_status: Where HTTP has a better word than that for the code.
    """

    def __init__(self, code: grpc.StatusCode, message: str, *, http_status: int | None = None) -> None:
        self.code = code
        self.http_status = http_status or _HTTP.get(code, 500)
        self.message = message if len(message) <= _MOST_CHARACTERS else f"{message[:_MOST_CHARACTERS]}…"
        super().__init__(self.message)


def invalid(message: str) -> StatusError:
    """INVALID_ARGUMENT, which most refusals are."""
    return StatusError(grpc.StatusCode.INVALID_ARGUMENT, message)


def code_of(number: int) -> grpc.StatusCode:
    """The code with a number, such as `error_code` of TensorFlow's errors."""
    return _CODES.get(number, grpc.StatusCode.UNKNOWN)
