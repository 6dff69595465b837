import os
import socket

import pytest
from unused_port import unused_port

from bert_tf.errors import MachineError
from bert_tf.ports import address, host_and_port, is_public, listen


def test_a_taken_port_names_the_next_free_one():
    # The system gives neither it nor those behind it to others meanwhile.
    port = unused_port()
    with listen("127.0.0.1", port):
        with pytest.raises(MachineError, match=f"Port {port} is already in use(.|\n)*is free") as caught:
            listen("127.0.0.1", port)
        suggested = int(caught.value.hint.split()[1])
        assert suggested > port
        listen("127.0.0.1", suggested).close()
    listen("127.0.0.1", port).close()


def test_the_option_that_is_meant_is_named():
    with listen("127.0.0.1", 0) as first, pytest.raises(MachineError, match="--grpc-port [0-9]+ is free"):
        listen("127.0.0.1", first.getsockname()[1], option="--grpc-port")


def test_no_port_above_the_last():
    try:
        last = listen("127.0.0.1", 65535)
    except MachineError:
        pytest.skip("port 65535 is in use here")
    with last, pytest.raises(MachineError, match="--port 0 picks a free port"):
        listen("127.0.0.1", 65535)


@pytest.mark.parametrize("host", ["203.0.113.7", "no-such-host.invalid"])
def test_a_host_that_is_not_this_machine(host):
    with pytest.raises(MachineError, match=f"{host} is not an address of this machine"):
        listen(host, 0)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may use every port")
def test_a_port_that_is_not_allowed():
    with pytest.raises(MachineError, match="is not permitted"):
        listen("127.0.0.1", 80)


def test_addresses():
    with listen("127.0.0.1", 0) as listener:
        assert address(listener) == f"http://127.0.0.1:{listener.getsockname()[1]}/"
    with listen("0.0.0.0", 0) as listener:
        assert host_and_port(listener) == f"127.0.0.1:{listener.getsockname()[1]}"
    if socket.has_ipv6:
        with listen("::1", 0) as listener:
            assert address(listener) == f"http://[::1]:{listener.getsockname()[1]}/"


def test_who_may_reach_it():
    assert not any(map(is_public, ["127.0.0.1", "localhost", "::1"]))
    assert is_public("0.0.0.0")
    assert is_public("192.168.1.5")
