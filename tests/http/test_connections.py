"""Raw sockets against a real server: one whose limits are short, and one that waits for a slow machine.

Where time is the subject, what a client sends lies in its socket before the server looks there, however busy the
machine is: the server's limits count from then on.
"""

import contextlib
import dataclasses
import socket
import threading
import time

import pytest
from raw_sockets import PATIENT, SECONDS, Application, error_of, everything, wait_until

from bert_tf.http.connections import ConnectionLimits
from bert_tf.http.http_server import make_http_server
from bert_tf.http.origins import allowed_origins
from bert_tf.ports import listen

LIMITS = ConnectionLimits(most=4, headers=0.5, body=0.5, idle=1, answer=0.5, probe=0.1)
HOST = b"Host: localhost\r\n"
POST = b"POST / HTTP/1.1\r\n" + HOST


@contextlib.contextmanager
def serving(limits=PATIENT, **allowed):
    """A server's application, and what connects to it; it waits for clients that are slow to read a refusal."""
    application = Application()
    with listen("127.0.0.1", 0) as listener, pytest.MonkeyPatch.context() as patch:
        patch.setattr("bert_tf.http.lingering._LINGER_SECONDS", SECONDS)
        address = listener.getsockname()
        server = make_http_server(application, allowed=allowed_origins("127.0.0.1", **allowed), limits=limits, grace=1)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            wait_until(lambda: server.started)
            application.connections = lambda: len(server.server_state.connections)
            application.loop = lambda: server.servers[0].get_loop()
            yield application, lambda: socket.create_connection(address, timeout=SECONDS)
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture(scope="module")
def server():
    with serving() as found:
        yield found


@pytest.fixture
def connect(server):
    return server[1]


@pytest.fixture(scope="module")
def hasty():
    """A server with short limits. Connects while it does nothing, and has sent before it goes on."""
    with serving(LIMITS) as (application, connect):

        def sent_at_once(content=b""):
            holds, sent = threading.Event(), threading.Event()
            application.loop().call_soon_threadsafe(lambda: (holds.set(), sent.wait(SECONDS)))
            assert holds.wait(SECONDS)
            connection = connect()
            connection.sendall(content)
            sent.set()
            return connection

        yield application, sent_at_once


def test_a_half_closed_client_gets_its_answer(connect):
    with connect() as connection:
        connection.sendall(POST + b"Content-Length: 3\r\n\r\nabc")
        connection.shutdown(socket.SHUT_WR)
        assert everything(connection).endswith(b"\r\n\r\n3")


def test_a_half_closed_client_waits_for_its_answer(server):
    application, connect = server
    with connect() as connection:
        connection.sendall(b"GET /slow HTTP/1.1\r\n" + HOST + b"\r\n")
        connection.shutdown(socket.SHUT_WR)
        first = connection.recv(1000)
        application.may.release()
        *before, head, content = (first + everything(connection)).split(b"\r\n\r\n")
        assert set(before) == {b"HTTP/1.1 100 Continue"}
        assert head.startswith(b"HTTP/1.1 200 ")
        assert content == b"0"
    assert application.outcomes.pop() == "answered"


def test_a_half_closed_client_gets_all_answers_of_a_pipeline(connect):
    with connect() as connection:
        connection.sendall((POST + b"Content-Length: 1\r\n\r\na") * 3)
        connection.shutdown(socket.SHUT_WR)
        assert everything(connection).count(b"HTTP/1.1 200") == 3


def test_who_has_closed_is_gone(server):
    application, connect = server
    with connect() as connection:
        before = application.begun
        connection.sendall(b"GET /slow HTTP/1.1\r\n" + HOST + b"\r\n")
        wait_until(lambda: application.begun > before)
    wait_until(lambda: application.outcomes)
    assert application.outcomes.pop() == "gone"


@pytest.mark.parametrize(
    ("sent", "part"),
    [
        (b"GET / HTTP/1.1\r\nHost: local", "headers"),
        (POST + b"Content-Length: 9\r\n\r\nabc", "body"),
        (POST + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", "body"),
    ],
)
def test_what_does_not_come_whole_in_time(hasty, sent, part):
    _, sent_at_once = hasty
    with sent_at_once(sent) as connection:
        began = time.monotonic()
        sentence = error_of(everything(connection), 408)
        assert time.monotonic() - began < SECONDS
        assert sentence == f"The {part} of the request did not arrive within 0.5 seconds."


def test_bytes_one_by_one_are_given_no_more_time(hasty):
    _, sent_at_once = hasty
    with sent_at_once(POST[:1]) as connection:
        began = time.monotonic()
        connection.settimeout(0.02)
        answer = b""
        for byte in POST[1:] * 1000:
            # It goes on for as long as it is not answered.
            with contextlib.suppress(TimeoutError):
                answer = connection.recv(1000)
                break
            connection.sendall(bytes([byte]))
        connection.settimeout(SECONDS)
        with contextlib.suppress(ConnectionError):
            answer += everything(connection)
        assert error_of(answer, 408)
        assert time.monotonic() - began < SECONDS


def test_a_connection_that_says_nothing_is_closed(hasty):
    _, sent_at_once = hasty
    with sent_at_once() as connection:
        began = time.monotonic()
        with contextlib.suppress(ConnectionError):
            assert everything(connection) == b""
        assert time.monotonic() - began < SECONDS


def test_an_idle_connection_is_closed_and_a_busy_one_stays(hasty):
    application, sent_at_once = hasty
    request = b"GET /held HTTP/1.1\r\n" + HOST + b"\r\n"
    with sent_at_once(request) as connection:
        for number in range(4):
            answer = b""
            while not answer.endswith(b"\r\n\r\n0"):
                part = connection.recv(1000)
                assert part
                answer += part
            # The server does nothing meanwhile, and then finds what was sent, however long that took.
            time.sleep(0.4)
            if number < 3:
                connection.sendall(request)
            application.may.release()
        began = time.monotonic()
        assert everything(connection) == b""
        assert time.monotonic() - began < SECONDS


def test_one_connection_too_many_is_told():
    few = dataclasses.replace(PATIENT, most=4)
    with serving(few) as (application, connect), contextlib.ExitStack() as stack:
        for _ in range(few.most):
            busy = stack.enter_context(connect())
            busy.sendall(b"GET /slow HTTP/1.1\r\n" + HOST + b"\r\n")
        wait_until(lambda: application.begun == few.most)
        with connect() as connection:
            connection.sendall(POST + b"Content-Length: 3\r\n\r\nabc")
            assert error_of(everything(connection), 503) == "4 clients are already connected; try again later."
        application.may.release(few.most)
        assert busy.recv(1000).startswith(b"HTTP/1.1 200")
        busy.close()
        wait_until(lambda: application.connections() < few.most)
        with connect() as connection:
            connection.sendall(POST + b"Content-Length: 3\r\nConnection: close\r\n\r\nabc")
            assert everything(connection).endswith(b"3")


def test_who_is_still_sending_reads_the_refusal(connect):
    with connect() as connection:
        connection.sendall(b"NONSENSE\r\n\r\n" + b"a" * (8 << 20))
        assert error_of(everything(connection), 400)
    with connect() as connection:
        connection.sendall(b"POST /early HTTP/1.1\r\n" + HOST + b"Content-Length: 8388608\r\n\r\n" + b"a" * (8 << 20))
        assert connection.recv(1000).startswith(b"HTTP/1.1 200")


def test_an_endless_body_after_the_answer_is_cut_off(hasty):
    _, sent_at_once = hasty
    head = b"POST /early HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n"
    with sent_at_once(head) as connection, pytest.raises(ConnectionError):
        began = time.monotonic()
        while time.monotonic() - began < SECONDS:
            connection.sendall(b"10000\r\n" + b"a" * (1 << 16) + b"\r\n")


def test_an_answer_that_is_not_taken_in_ends():
    limits = dataclasses.replace(PATIENT, answer=LIMITS.answer)
    with serving(limits) as (application, connect), connect() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.sendall(b"GET /large HTTP/1.1\r\n" + HOST + b"\r\n")
        wait_until(lambda: application.outcomes)
        assert application.outcomes.pop() >= limits.answer
        wait_until(lambda: application.connections() == 0)


@pytest.mark.parametrize("body", [b"3\r\nabc\r\n0\r\n\r\n", b""])
def test_two_lengths_at_once_are_refused(connect, body):
    with connect() as connection:
        connection.sendall(POST + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n" + body)
        assert "both Content-Length and Transfer-Encoding" in error_of(everything(connection), 400)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (b"Host: evil.example\r\n", 400),
        (b"Host: localhost\r\nOrigin: https://evil.example\r\n", 403),
        (b"Host: localhost\r\nOrigin: null\r\n", 403),
        (b"Host: localhost\r\nOrigin: http://localhost\r\n", 200),
    ],
)
def test_who_may_ask(connect, headers, status):
    with connect() as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nConnection: close\r\n" + headers + b"\r\n")
        assert everything(connection).startswith(b"HTTP/1.1 %d " % status)


def test_a_program_without_a_host_is_answered(connect):
    with connect() as connection:
        connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
        assert everything(connection).startswith(b"HTTP/1.1 200 ")
    with connect() as connection:
        connection.sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert error_of(everything(connection), 400)


def test_pages_that_may_ask_can_read_answers():
    with serving(origins=["https://tools.example"]) as (_, connect), connect() as connection:
        headers = HOST + b"Origin: https://tools.example\r\nAccess-Control-Request-Method: POST\r\n"
        connection.sendall(b"OPTIONS / HTTP/1.1\r\nConnection: close\r\n" + headers + b"\r\n")
        assert b"access-control-allow-origin: https://tools.example\r\n" in everything(connection).lower()
