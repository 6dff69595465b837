"""serving/: what starts TensorFlow Serving with a model, in Docker, Compose, Kubernetes and KServe.

The flags are those of tensorflow_serving/model_servers/main.cc.
"""

import json
import math
import pathlib
import urllib.parse
from collections.abc import Mapping, Sequence
from typing import Any

from bert_tf.documents import check_table, parse_json
from bert_tf.export.batch_sizes import write_batching_config
from bert_tf.export.dns_name import dns_name
from bert_tf.export.example_request import curl_line
from bert_tf.export.model_card import escaped
from bert_tf.export.task_serving import TaskServing

METRICS_PATH = "/monitoring/prometheus/metrics"
REST_PORT, GRPC_PORT = 8501, 8500

_FILES = (
    "README.md", "models.config", "monitoring.config", "Dockerfile", "docker-compose.yaml", "kubernetes.yaml",
    "kserve.yaml",
)  # fmt: skip

# A start that fits most machines; batches are computed in parallel on as many.
_CPUS = 2
# Resident memory of a server: TensorFlow and the activations of the largest batches, and what a version takes beside
# them, which is several times its files while it is loaded. `bert-tf verify` measured 1,241 MiB of the default model,
# whose files are 90 MiB.
_SERVER_MIB = 1024
_TIMES_FILES = 4
# Weights in eight bits are floats once they are loaded.
_TIMES_QUANTIZED = 4
_SPARE = 1.25
_STEP_MIB = 256


def write_deployment(
    folder: pathlib.Path, manifest: Mapping[str, Any], *, serving: TaskServing, sizes: Sequence[int]
) -> None:
    """Write `serving/` of a version: models.config, monitoring.config, batching.config and what starts a server.

    Args:
        folder: Gets the files; the model's `handoff/` stands beside it.
        manifest: What manifest.json says: `name`, `version`, `signatures`, `exported_with`, `serving`, `size_bytes`
            and `quantize` are read.
        serving: Says what stands in which order in the outputs.
        sizes: Of batches, rising.
    """
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("bert_tf.export", "templates/serving"),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"quoted": _quoted, "text": escaped}
    values = _values(manifest, measured_mib=measured_memory(folder.parent))
    values |= {"ordered_outputs": serving.ordered_outputs, "labels": serving.targets}
    for name in _FILES:
        text = environment.get_template(f"{name}.j2").render(values)
        (folder / name).write_text(text, encoding="utf-8")
    write_batching_config(folder, sizes=sizes, threads=_CPUS)


def measured_memory(model_folder: pathlib.Path) -> float | None:
    """Peak memory in MiB of the newest version that `verify` has measured; None where there is none."""
    measured = [path for path in model_folder.glob("handoff/*/latency.json") if path.parent.name.isdigit()]
    if not measured:
        return None
    newest = max(measured, key=lambda path: int(path.parent.name))
    try:
        return float(check_table(parse_json(newest.read_bytes()), {"peak_memory_mib": float})["peak_memory_mib"])
    except (OSError, ValueError):
        return None


def memory_mib(size_bytes: int, *, measured_mib: float | None = None, versions: int = 1) -> int:
    """Memory that a server is given, in MiB, rounded up to 256.

    Args:
        size_bytes: Of a version's files, or what they would be if no weights were quantized.
        measured_mib: As of `measured_memory`; a quarter is added to it.
        versions: Loaded at a time: 2 where a version takes over from another in one process.
    """
    files = _TIMES_FILES * size_bytes / 2**20
    needed = max(_SERVER_MIB + files, _SPARE * (measured_mib or 0.0)) + (versions - 1) * files
    return _STEP_MIB * math.ceil(needed / _STEP_MIB)


def _values(manifest: Mapping[str, Any], *, measured_mib: float | None) -> dict[str, Any]:
    name, size = manifest["name"], manifest["size_bytes"]
    unpacked = size * (1 if manifest.get("quantize", "none") == "none" else _TIMES_QUANTIZED)
    dns = dns_name(name)
    address = f"/v1/models/{urllib.parse.quote(name, safe='')}"
    served = manifest["signatures"]["serving_default"]
    return {
        "name": name,
        "dns": dns,
        "version": manifest["version"],
        "target": manifest["serving"]["target"],
        "signatures": manifest["signatures"],
        "tensorflow_text": manifest["exported_with"]["tensorflow-text"],
        "root": f"/models/{dns}",
        "address": address,
        "curl": curl_line(f"http://localhost:{REST_PORT}{address}", served["inputs"]),
        # The status itself is told of a version that can't be loaded too.
        "ready": f"{address}/metadata",
        "health": _health_command(f"{address}/metadata"),
        "flags": _flags(f"/models/{dns}/serving"),
        "parallelism": [f"--tensorflow_{kind}_op_parallelism={_CPUS}" for kind in ("intra", "inter")],
        "rest_port": REST_PORT,
        "grpc_port": GRPC_PORT,
        "metrics": METRICS_PATH,
        "cpus": _CPUS,
        "memory": memory_mib(unpacked, measured_mib=measured_mib),
        "memory_of_two": memory_mib(unpacked, measured_mib=measured_mib, versions=2),
        "size_mib": round(size / 2**20),
        "measured_mib": measured_mib,
    }


def _flags(configs: str) -> list[str]:
    return [
        f"--port={GRPC_PORT}",
        f"--rest_api_port={REST_PORT}",
        f"--model_config_file={configs}/models.config",
        # Labels may stand in models.config when the server starts.
        "--allow_version_labels_for_unavailable_models=true",
        f"--monitoring_config_file={configs}/monitoring.config",
        "--enable_batching=true",
        f"--batching_parameters_file={configs}/batching.config",
    ]


def _health_command(path: str) -> list[str]:
    """Ask for a path over REST, with what the image has: bash, and no curl."""
    asked = f"exec 3<>/dev/tcp/127.0.0.1/{REST_PORT} && printf '%s\\r\\n\\r\\n' 'GET {path} HTTP/1.0' >&3"
    return ["bash", "-c", f"{asked} && head -n 1 <&3 | grep -q ' 200 '"]


def _quoted(value: str) -> str:
    """A text in double quotes, as YAML, protobuf's text format and a Dockerfile's lists read it."""
    return json.dumps(value, ensure_ascii=False)
