import grpc
import pytest

from bert_tf.serving.status import StatusError, code_of, invalid


@pytest.mark.parametrize(
    ("code", "status"),
    [
        (grpc.StatusCode.INVALID_ARGUMENT, 400),
        (grpc.StatusCode.FAILED_PRECONDITION, 400),
        (grpc.StatusCode.NOT_FOUND, 404),
        (grpc.StatusCode.RESOURCE_EXHAUSTED, 429),
        (grpc.StatusCode.UNIMPLEMENTED, 501),
        (grpc.StatusCode.UNAVAILABLE, 503),
        (grpc.StatusCode.INTERNAL, 500),
        (grpc.StatusCode.DATA_LOSS, 500),
    ],
)
def test_http_status(code, status):
    assert StatusError(code, "").http_status == status


def test_a_long_message_is_cut():
    assert len(invalid("a" * 5000).message) == 1001


def test_codes_by_number():
    assert code_of(3) == grpc.StatusCode.INVALID_ARGUMENT
    assert code_of(99) == grpc.StatusCode.UNKNOWN
