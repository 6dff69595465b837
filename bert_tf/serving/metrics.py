"""Counts and durations under TensorFlow Serving's names, for Prometheus."""

from collections.abc import Sequence

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.utils import floatToGoString

METRICS_PATH = "/monitoring/prometheus/metrics"
# TensorFlow Serving's: from 10 microseconds, each 1.8 times the one before, up to about 20 minutes.
_LATENCIES = tuple(10 * 1.8**power for power in range(33))
_SIZES = tuple(float(2**power) for power in range(11))
_SERVING = ":tensorflow:serving:"


class Metrics:
    """What TensorFlow Serving counts too, with its names, labels and units (latencies in microseconds).

    Attributes:
        request_count: By model and status: OK, INVALID_ARGUMENT, …
        request_latency: By model, API and entrypoint: a whole request in the server.
        runtime_latency: By model, API and runtime: until the model has answered, with waiting for a batch.
        load_attempt_count: By the version's folder and status: success or fail.
        load_latency: Microseconds of loading, by the version's folder.
        input_batch_size: Rows of a request.
        processed_batch_size: Rows of a batch.
        queuing_latency: From a request's arrival until its batch is computed.
    """

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self.request_count = self._counter(f"{_SERVING}request_count", ("model_name", "status"))
        self.request_latency = self._latency("request_latency", ("model_name", "API", "entrypoint"))
        self.runtime_latency = self._latency("runtime_latency", ("model_name", "API", "runtime"))
        self.load_attempt_count = self._counter(
            ":tensorflow:cc:saved_model:load_attempt_count", ("model_path", "status")
        )
        self.load_latency = self._counter(":tensorflow:cc:saved_model:load_latency", ("model_path",))
        self.input_batch_size = self._histogram("batching_session:input_batch_size", (), _SIZES)
        self.processed_batch_size = self._histogram("batching_session:processed_batch_size", (), _SIZES)
        self.queuing_latency = self._latency("batching_session:queuing_latency", ())

    def exposition(self) -> str:
        """The page in Prometheus' text format; counters have TensorFlow Serving's names, which don't end in _total."""
        lines = []
        for family in self._registry.collect():
            lines.append(f"# TYPE {family.name} {family.type}")
            for sample in family.samples:
                if sample.name.endswith("_created"):
                    continue
                labels = ",".join(f'{name}="{_escaped(value)}"' for name, value in sample.labels.items())
                name = sample.name.removesuffix("_total")
                lines.append(f"{name}{{{labels}}} {floatToGoString(sample.value)}")
        return "\n".join(lines) + "\n"

    def _counter(self, name: str, labels: Sequence[str]) -> Counter:
        return Counter(name, "", labels, registry=self._registry)

    def _latency(self, name: str, labels: Sequence[str]) -> Histogram:
        return self._histogram(name, labels, _LATENCIES)

    def _histogram(self, name: str, labels: Sequence[str], buckets: Sequence[float]) -> Histogram:
        return Histogram(f"{_SERVING}{name}", "", labels, buckets=buckets, registry=self._registry)


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')
