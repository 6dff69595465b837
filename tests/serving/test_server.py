"""A real server of a real trained model: signals, a version that arrives while clients ask, and a killed process."""

import concurrent.futures
import contextlib
import shutil
import signal
import threading
import time

import grpc
import httpx
import pytest
from tensorflow_serving.apis import prediction_service_pb2_grpc
from unused_port import unused_port

from benchmarks.serving.golden import grpc_answer, grpc_request, read, rest_answer, rest_body
from benchmarks.serving.process import running_server

CLIENTS = 8
# Of each client before its next question: with none, they take the processors from the load that they ask beside.
PAUSE = 0.1


@pytest.fixture
def model_folder(trained, tmp_path):
    """A copy of the real exported model, of version 1 alone, without the warmup that costs seconds a start."""
    source = trained.model.parent
    shutil.copytree(source / "1", tmp_path / source.name / "1", ignore=shutil.ignore_patterns("assets.extra"))
    return tmp_path / source.name


@pytest.fixture(scope="session")
def golden(trained):
    return read(trained.model)


class Clients:
    """Threads that ask until they are told to stop, each answer compared."""

    def __init__(self, server, golden):
        self.server, self.golden = server, golden
        self.answered, self.problems = [], []
        self.stopping = threading.Event()

    def rest(self, first):
        # A server closes a connection that was idle for five seconds: what is asked at that moment would be lost.
        with httpx.Client(base_url=self.server.rest, timeout=600, limits=httpx.Limits(keepalive_expiry=1)) as client:
            index = first
            while not self.stopping.wait(PAUSE):
                index = (index + 1) % len(self.golden.lines)
                body = rest_body(self.golden.lines[index]["request"])
                self.check(index, rest_answer(client.post(f"/v1/models/{self.server.name}:predict", content=body)))

    def grpc(self, first):
        with grpc.insecure_channel(self.server.grpc) as channel:
            stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
            index = first
            while not self.stopping.wait(PAUSE):
                index = (index + 1) % len(self.golden.lines)
                request = grpc_request(self.server.name, self.golden.lines[index]["request"])
                self.check(index, grpc_answer(stub.Predict(request, timeout=600)))

    def check(self, index, answer):
        if difference := self.golden.differs(index, answer):
            self.problems.append(difference)
        self.answered.append(index)

    @contextlib.contextmanager
    def asking(self):
        with concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool:
            asked = [pool.submit((self.rest, self.grpc)[number % 2], number) for number in range(CLIENTS)]
            try:
                yield
            finally:
                self.stopping.set()
            for each in asked:
                each.result()


def state(server, version):
    response = httpx.get(f"{server.rest}/v1/models/{server.name}/versions/{version}", timeout=600)
    return response.json()["model_version_status"][0]["state"] if response.status_code == 200 else None


def until(condition, seconds=600):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_versions_change_under_load_and_no_answer_is_lost_or_wrong(model_folder, golden):
    with running_server(model_folder) as server:
        clients = Clients(server, golden)
        with clients.asking():
            until(lambda: len(clients.answered) > 50)
            (model_folder / "2").mkdir()
            (model_folder / "2" / "saved_model.pb").write_bytes(b"not a graph")
            # It is tried again for half a minute.
            until(lambda: state(server, 2) in ("LOADING", "END"))
            asked = len(clients.answered)
            shutil.copytree(model_folder / "1", model_folder / ".3")
            (model_folder / ".3").rename(model_folder / "3")
            until(lambda: state(server, 3) == "AVAILABLE" and state(server, 1) == "END")
            before = len(clients.answered)
            assert before > asked
            until(lambda: len(clients.answered) > before + 50)
        assert clients.problems == []
        assert state(server, 2) == "END"


def test_sigterm_finishes_what_is_under_way_and_takes_nothing_new(model_folder, golden):
    lines = golden.lines[:32]
    with running_server(model_folder) as server, concurrent.futures.ThreadPoolExecutor(16) as pool:
        url = f"{server.rest}/v1/models/{server.name}:predict"
        body = f'{{"instances": [{",".join(rest_body(line["request"]).decode()[15:-2] for line in lines)}]}}'
        asked = [pool.submit(httpx.post, url, content=body, timeout=600) for _ in range(4)]
        metrics = f"{server.rest}/monitoring/prometheus/metrics"
        until(lambda: "batching_session:input_batch_size_count{} 4.0" in httpx.get(metrics, timeout=600).text)
        server.process.send_signal(signal.SIGTERM)
        for each in asked:
            rows = each.result().raise_for_status().json()["predictions"]
            assert len(rows) == len(lines)
            for index, row in enumerate(rows):
                assert golden.differs(index, row) == ""
        assert server.process.wait(300) == 0
        with pytest.raises(httpx.ConnectError):
            httpx.post(url, content=body)
        assert "All pending requests were answered" in server.said


def test_a_killed_server_starts_again_on_its_ports(model_folder, golden):
    ports = [str(unused_port()) for _ in range(2)]
    with running_server(model_folder, "--rest-port", ports[0], "--grpc-port", ports[1]) as server:
        assert [address.rpartition(":")[2] for address in (server.rest, server.grpc)] == ports
        with httpx.Client(timeout=600) as client:
            client.get(f"{server.rest}/v1/models/{server.name}")
            assert server.stop(signal.SIGKILL) == -signal.SIGKILL
    with running_server(model_folder, "--rest-port", ports[0], "--grpc-port", ports[1]) as server:
        body = rest_body(golden.lines[0]["request"])
        response = httpx.post(f"{server.rest}/v1/models/{server.name}:predict", content=body, timeout=600)
        assert golden.differs(0, rest_answer(response)) == ""
