"""serving/: each file against the schema, linter or message that it is read by, and all of them against each other."""

import http.server
import json
import pathlib
import re
import shlex
import subprocess
import sys
import threading
import urllib.parse

import jsonschema
import kubernetes_validate
import pytest
import yaml
from check_jsonschema.builtin_schemas import get_builtin_schema
from google.protobuf import text_format
from serving_messages import message_class
from tensorflow_serving.config import model_server_config_pb2

from bert_tf.export.deployment import METRICS_PATH, measured_memory, memory_mib, write_deployment
from bert_tf.serving import metrics
from bert_tf.serving.policy import read_model_config
from bert_tf.tasks.classify.serving import ClassifyServing

NAMES = ["bbc-news", "My_Reviews v1.0", "新闻 分类", "a" * 200, "2024"]
TEXT = {
    "serving_default": {"inputs": {"text": "string[None]"}, "outputs": {"label": "string[None]"}},
    "classify": {"inputs": {"inputs": "string[None]"}, "outputs": {"classes": "string[None, 5]"}},
}
KUBERNETES = ["1.27.0", kubernetes_validate.latest_version()]
# Of tensorflow_serving/model_servers/main.cc in release 2.12.
FLAGS = {
    "port", "rest_api_port", "model_config_file", "model_config_file_poll_wait_seconds", "monitoring_config_file",
    "enable_batching", "batching_parameters_file", "allow_version_labels_for_unavailable_models",
    "tensorflow_intra_op_parallelism", "tensorflow_inter_op_parallelism", "grpc_channel_arguments",
}  # fmt: skip


def manifest(name: str = "bbc-news", **changes):
    facts = {
        "name": name, "version": 3, "signatures": TEXT, "serving": {"target": "2.12.2"}, "size_bytes": 132 << 20,
        "labels": ["good", "bad"], "exported_with": {"tensorflow-text": "2.21.1"},
    }  # fmt: skip
    return {**facts, **changes}


def written(folder: pathlib.Path, facts) -> pathlib.Path:
    (folder / "serving").mkdir(parents=True)
    write_deployment(folder / "serving", facts, serving=ClassifyServing(facts["labels"]), sizes=[1, 2, 4, 8])
    return folder / "serving"


@pytest.fixture(params=NAMES, ids=["plain", "mixed", "chinese", "long", "digits"])
def name(request):
    return request.param


@pytest.fixture
def serving(name, tmp_path):
    return written(tmp_path / "model", manifest(name))


def documents(path: pathlib.Path):
    return {each["kind"]: each for each in yaml.safe_load_all(path.read_text())}


def deployment(serving):
    return documents(serving / "kubernetes.yaml")["Deployment"]


def container(serving):
    (found,) = deployment(serving)["spec"]["template"]["spec"]["containers"]
    return found


def compose(serving):
    (service,) = yaml.safe_load((serving / "docker-compose.yaml").read_text())["services"].values()
    return service


def inference_service(serving):
    return yaml.safe_load((serving / "kserve.yaml").read_text())


def instructions(serving):
    """Those of the Dockerfile in order, as (name, rest)."""
    text = "\n".join(line for line in (serving / "Dockerfile").read_text().splitlines() if not line.startswith("#"))
    lines = [line for line in text.replace("\\\n", " ").splitlines() if line.strip()]
    return [tuple(line.split(maxsplit=1)) for line in lines]


def listed(serving, name):
    """The JSON list of the only instruction of a name, without what stands before it."""
    (rest,) = [rest for found, rest in instructions(serving) if found == name]
    return json.loads(rest[rest.index("[") :])


def copied(serving):
    """Where the Dockerfile puts what: destination → sources."""
    lists = [json.loads(rest[rest.index("[") :]) for name, rest in instructions(serving) if name == "COPY"]
    return {destination: sources for *sources, destination in lists}


def arguments(serving):
    return {
        "image": listed(serving, "CMD"),
        "compose": compose(serving)["command"],
        "kubernetes": container(serving)["args"],
        "kserve": inference_service(serving)["spec"]["predictor"]["model"]["args"],
    }


def flag(arguments, name):
    (found,) = [value for key, value in (each[2:].split("=", 1) for each in arguments) if key == name]
    return found


def test_files(serving):
    assert {path.name for path in serving.iterdir()} == {
        "README.md", "models.config", "monitoring.config", "batching.config", "Dockerfile", "docker-compose.yaml",
        "kubernetes.yaml", "kserve.yaml",
    }  # fmt: skip


def test_nothing_of_this_machine_is_inside(serving):
    for path in serving.iterdir():
        for place in (str(serving.parent), sys.prefix, str(pathlib.Path.home())):
            assert place not in path.read_text(), path.name


def test_dockerfile_has_nothing_that_hadolint_minds(serving):
    hadolint = pathlib.Path(sys.executable).with_name("hadolint")
    done = subprocess.run([hadolint, serving / "Dockerfile"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_hadolint_minds_something(serving):
    hadolint = pathlib.Path(sys.executable).with_name("hadolint")
    (serving / "Dockerfile").write_text("FROM tensorflow/serving\nCOPYY a b\n")
    assert subprocess.run([hadolint, serving / "Dockerfile"], capture_output=True, check=False).returncode


def test_image_holds_the_version_and_what_the_server_reads_and_nothing_else(serving):
    root, configs = copied(serving).items()
    assert root[1] == ["3"]
    assert root[0].endswith("/3")
    assert configs == (
        f"{root[0].removesuffix('3')}serving/",
        ["serving/models.config", "serving/monitoring.config", "serving/batching.config"],
    )
    assert ("FROM", "tensorflow/serving:2.12.2") in instructions(serving)
    assert ("USER", "65534:65534") in instructions(serving)


def test_compose_is_what_the_specification_allows(serving):
    document = yaml.safe_load((serving / "docker-compose.yaml").read_text())
    schema = get_builtin_schema("vendor.compose-spec")
    jsonschema.validate(document, schema)
    (service,) = document["services"].values()
    service["helthcheck"] = {}
    with pytest.raises(jsonschema.ValidationError, match="helthcheck"):
        jsonschema.validate(document, schema)


def test_compose_mounts_the_folder_above_and_writes_nothing(serving):
    service = compose(serving)
    (mount,) = service["volumes"]
    assert (mount["type"], mount["source"], mount["read_only"]) == ("bind", "..", True)
    assert service["read_only"]
    assert service["image"] == "tensorflow/serving:2.12.2"
    assert all(port.startswith("127.0.0.1:") for port in service["ports"])


@pytest.mark.parametrize("version", KUBERNETES)
def test_kubernetes_objects_are_valid(serving, version):
    found = documents(serving / "kubernetes.yaml")
    assert set(found) == {"Deployment", "Service", "HorizontalPodAutoscaler"}
    for document in found.values():
        kubernetes_validate.validate(document, version, strict=True)


def test_a_mistake_in_an_object_is_seen(serving):
    document = deployment(serving)
    document["spec"]["template"]["spec"]["containers"][0]["readynessProbe"] = {}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(document, KUBERNETES[-1], strict=True)


def test_kubernetes_objects_belong_together(serving):
    found = documents(serving / "kubernetes.yaml")
    names = {document["metadata"]["name"] for document in found.values()}
    assert len(names) == 1
    assert re.fullmatch(r"[a-z]([-a-z0-9]{0,61}[a-z0-9])?", names.pop())
    pods = found["Deployment"]["spec"]["template"]["metadata"]["labels"]
    for selector in (found["Deployment"]["spec"]["selector"]["matchLabels"], found["Service"]["spec"]["selector"]):
        assert selector.items() <= pods.items()
    ports = {port["name"]: port["containerPort"] for port in container(serving)["ports"]}
    assert {port["targetPort"]: port["port"] for port in found["Service"]["spec"]["ports"]} == ports
    target = found["HorizontalPodAutoscaler"]["spec"]["scaleTargetRef"]
    assert (target["kind"], target["name"]) == ("Deployment", found["Deployment"]["metadata"]["name"])
    # The autoscaler's number would be overwritten at each apply.
    assert "replicas" not in found["Deployment"]["spec"]


def test_pods_take_over_without_a_gap(serving):
    spec = deployment(serving)["spec"]
    assert spec["strategy"]["rollingUpdate"]["maxUnavailable"] == 0
    _, seconds = container(serving)["lifecycle"]["preStop"]["exec"]["command"]
    assert 0 < int(seconds) < spec["template"]["spec"]["terminationGracePeriodSeconds"]
    assert ("STOPSIGNAL", "SIGKILL") in instructions(serving)


def test_pods_may_do_as_little_as_can_be(serving):
    pod = deployment(serving)["spec"]["template"]["spec"]
    assert pod["securityContext"]["runAsNonRoot"]
    assert not pod["automountServiceAccountToken"]
    allowed = container(serving)["securityContext"]
    assert allowed["readOnlyRootFilesystem"]
    assert not allowed["allowPrivilegeEscalation"]
    assert allowed["capabilities"] == {"drop": ["ALL"]}


def test_readiness_is_of_this_model(serving, name):
    probe = container(serving)["readinessProbe"]["httpGet"]
    assert probe["port"] == "rest"
    assert probe["path"].isascii()
    assert " " not in probe["path"]
    assert urllib.parse.unquote(probe["path"]) == f"/v1/models/{name}/metadata"


def test_prometheus_reads_what_the_server_writes(serving):
    annotations = deployment(serving)["spec"]["template"]["metadata"]["annotations"]
    config = text_format.Parse((serving / "monitoring.config").read_text(), message_class("MonitoringConfig")())
    assert config.prometheus_config.enable
    assert annotations["prometheus.io/path"] == config.prometheus_config.path == METRICS_PATH == metrics.METRICS_PATH
    assert annotations["prometheus.io/port"] == flag(container(serving)["args"], "rest_api_port")


def test_kserve_container_is_valid(serving):
    document = inference_service(serving)
    assert (document["apiVersion"], document["kind"]) == ("serving.kserve.io/v1beta1", "InferenceService")
    model = document["spec"]["predictor"]["model"]
    # The rest of KServe's PredictorExtensionSpec is a container of Kubernetes.
    own = {key: model.pop(key) for key in ("modelFormat", "protocolVersion", "runtime", "runtimeVersion", "storageUri")}
    assert own["modelFormat"] == {"name": "tensorflow", "version": "2"}
    assert own["runtimeVersion"] == "2.12.2"
    claim, folder = re.fullmatch(r"pvc://([^/]+)/(.+)", own["storageUri"]).groups()
    assert claim == folder == document["metadata"]["name"]
    pod = {
        "apiVersion": "v1", "kind": "Pod", "metadata": document["metadata"],
        "spec": {"containers": [{"name": "kserve-container", **model}]},
    }  # fmt: skip
    kubernetes_validate.validate(pod, KUBERNETES[-1], strict=True)
    # KServe puts the folder at /mnt/models.
    for argument in model["args"]:
        if "=/" in argument:
            assert (serving.parent / argument.split("=/mnt/models/")[1]).is_file()


def test_flags_are_the_server_s(serving):
    for who, given in arguments(serving).items():
        names = [re.fullmatch(r"--(\w+)=.+", argument)[1] for argument in given]
        assert set(names) <= FLAGS, who
        assert len(set(names)) == len(names), who


def test_flags_point_to_files_that_are_there(serving):
    (mount,) = compose(serving)["volumes"]
    configs = {f"{destination}{pathlib.PurePath(source).name}": source
               for destination, sources in copied(serving).items() for source in sources}  # fmt: skip
    for who in ("image", "compose", "kubernetes"):
        for name in ("model_config_file", "monitoring_config_file", "batching_parameters_file"):
            path = flag(arguments(serving)[who], name)
            assert (serving.parent / pathlib.PurePosixPath(path).relative_to(mount["target"])).is_file(), who
            assert (serving.parent / configs[path]).is_file(), who


def test_models_config_names_this_model_where_it_is(serving, name):
    config = read_model_config(serving / "models.config", name)
    assert config.model_platform == "tensorflow"
    assert config.model_version_policy.latest.num_versions == 1
    assert config.base_path == compose(serving)["volumes"][0]["target"]
    assert f"{config.base_path}/3" in copied(serving)


def test_models_config_shows_labels_that_work(serving, name):
    lines = (serving / "models.config").read_text().splitlines()
    shown = [
        re.sub(r"^( *)# (?=model_version|version_labels)", r"\1", line) for line in lines if "latest {" not in line
    ]
    config = text_format.Parse("\n".join(shown), model_server_config_pb2.ModelServerConfig())
    (model,) = config.model_config_list.config
    assert list(model.model_version_policy.specific.versions) == [3, 4]
    assert dict(model.version_labels) == {"stable": 3, "canary": 4}


def test_as_many_threads_as_processors(serving):
    batching = text_format.Parse((serving / "batching.config").read_text(), message_class("BatchingParameters")())
    limits = container(serving)["resources"]["limits"]
    for who in ("compose", "kubernetes", "kserve"):
        for kind in ("intra", "inter"):
            assert flag(arguments(serving)[who], f"tensorflow_{kind}_op_parallelism") == limits["cpu"]
    assert compose(serving)["deploy"]["resources"]["limits"]["cpus"] == limits["cpu"]
    assert batching.num_batch_threads.value == int(limits["cpu"])
    assert list(batching.allowed_batch_sizes) == [1, 2, 4, 8]
    assert batching.max_batch_size.value == 8


def test_memory(tmp_path):
    facts = manifest(size_bytes=100 << 20)
    serving = written(tmp_path / "model", facts)
    # 1,024 + 4 × 100 MiB, and 400 more for a second version; whole quarters of a GiB.
    assert container(serving)["resources"]["limits"]["memory"] == "1536Mi"
    assert compose(serving)["deploy"]["resources"]["limits"]["memory"] == "2048m"
    kserve = inference_service(serving)["spec"]["predictor"]["model"]["resources"]
    assert kserve["requests"]["memory"] == kserve["limits"]["memory"] == "2048Mi"
    handoff = tmp_path / "measured" / "handoff" / "2"
    handoff.mkdir(parents=True)
    (handoff / "latency.json").write_text('{"peak_memory_mib": 2000}')
    # 1.25 × 2,000 MiB.
    assert container(written(tmp_path / "measured", facts))["resources"]["limits"]["memory"] == "2560Mi"
    # Quantized weights are unpacked, to four times as much: 1,024 + 4 × 400 MiB.
    quantized = written(tmp_path / "quantized", manifest(size_bytes=100 << 20, quantize="int8-weights"))
    assert container(quantized)["resources"]["limits"]["memory"] == "2816Mi"


@pytest.mark.parametrize(
    ("size", "measured", "versions", "expected"),
    [(0, None, 1, 1024), (1, None, 1, 1280), (64 << 20, None, 1, 1280), (64 << 20, 1100.0, 2, 1792)],
)
def test_memory_is_rounded_up(size, measured, versions, expected):
    assert memory_mib(size, measured_mib=measured, versions=versions) == expected


def test_measured_memory_is_of_the_newest_version(tmp_path):
    assert measured_memory(tmp_path) is None
    for version, peak in (("9", 900), ("10", 1000), (".11.0a1b2c3d", 1100)):
        (tmp_path / "handoff" / version).mkdir(parents=True)
        (tmp_path / "handoff" / version / "latency.json").write_text(json.dumps({"peak_memory_mib": peak}))
    assert measured_memory(tmp_path) == 1000
    (tmp_path / "handoff" / "10" / "latency.json").write_text("{")
    assert measured_memory(tmp_path) is None


class _OneModel(http.server.BaseHTTPRequestHandler):
    """200 for the one path that the server knows, and 404 for others."""

    def do_GET(self):
        known = urllib.parse.unquote(self.path) == self.server.known
        self.send_response(200 if known else 404)
        self.end_headers()
        self.wfile.write(b'{"code": " 200 "}')

    def log_message(self, *_):
        pass


@pytest.fixture
def rest(name):
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _OneModel) as server:
        server.known = f"/v1/models/{name}/metadata"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.mark.parametrize("where", ["image", "compose"])
def test_health_command_asks_for_this_model(serving, rest, where):
    if where == "image":
        command = listed(serving, "HEALTHCHECK")
    else:
        kind, *command = compose(serving)["healthcheck"]["test"]
        assert kind == "CMD"
        # Compose puts variables in.
        assert not any("$" in word for word in command)
    command = [word.replace("/8501 ", f"/{rest.server_port} ") for word in command]
    assert subprocess.run(command, timeout=600, check=False).returncode == 0
    rest.known = "/v1/models/another/metadata"
    assert subprocess.run(command, timeout=600, check=False).returncode != 0
    rest.shutdown()
    rest.server_close()
    assert subprocess.run(command, timeout=600, capture_output=True, check=False).returncode != 0


def curl_body(serving):
    """Address and body of the request that README.md shows."""
    (line,) = [line for line in (serving / "README.md").read_text().splitlines() if line.startswith("curl ")]
    _, _, body, address = shlex.split(line)
    return urllib.parse.unquote(address), json.loads(body)


def test_readme_asks_this_model(serving, name):
    address, body = curl_body(serving)
    assert address == f"http://localhost:8501/v1/models/{name}:predict"
    assert set(body["inputs"]) == {"text"}


@pytest.mark.parametrize("inputs", [("text", "text_pair"), ("input_ids", "attention_mask", "token_type_ids")])
def test_readme_asks_for_what_the_model_takes(tmp_path, inputs):
    taken = {"inputs": dict.fromkeys(inputs, "string[None]"), "outputs": {}}
    serving = written(tmp_path / "model", manifest(signatures={"serving_default": taken}))
    _, body = curl_body(serving)
    assert tuple(body["inputs"]) == inputs
    assert len({json.dumps(value).count(",") for value in body["inputs"].values()}) == 1


def test_readme_escapes_the_name(tmp_path):
    serving = written(tmp_path / "model", manifest("_my_model*"))
    assert (serving / "README.md").read_text().startswith("# Serve \\_my_model\\*, version 3\n")


def test_readme_tells_the_order_of_labels_and_what_python_needs(tmp_path):
    text = (written(tmp_path / "model", manifest(labels=["good", "*bad*"])) / "README.md").read_text()
    assert "follow the order of the labels: good, \\*bad\\*." in text
    assert "import tensorflow_text  # 2.21.1; registers the operations\n" in text
    assert "Op type not registered" in text
