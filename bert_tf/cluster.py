"""Which processes train one model together: what TF_CONFIG says, checked before TensorFlow reads it."""

import dataclasses
import json
import re
from collections.abc import Mapping
from typing import Any

from bert_tf.errors import ClusterError

VARIABLE = "TF_CONFIG"
_EXAMPLE = (
    '{"cluster": {"worker": ["10.0.0.1:2222", "10.0.0.2:2222"]}, "task": {"type": "worker", "index": 0}}, with another '
    "index in each process"
)
_TRAINING = ("chief", "worker")  # the kinds of tasks that train, in the order in which they are counted
_ADDRESS = re.compile(r"(?P<host>[^\s/]+):(?P<port>\d{1,5})")
_LAST_PORT = 65535


@dataclasses.dataclass(frozen=True)
class Cluster:
    """The workers of a training, and which of them this process is.

    Attributes:
        addresses: Of all workers, `host:port`; the first is the chief, which leaves the run.
        index: Of this process among them.
    """

    addresses: tuple[str, ...]
    index: int

    @property
    def count(self) -> int:
        """Workers."""
        return len(self.addresses)

    @property
    def port(self) -> int:
        """Where this process listens."""
        return int(self.addresses[self.index].rpartition(":")[2])


def cluster_of(environment: Mapping[str, str]) -> Cluster:
    """What TF_CONFIG says of the workers.

    Args:
        environment: Of this process.

    Raises:
        ClusterError: TF_CONFIG is missing or no such document, or this process is none of the workers.
    """
    text = environment.get(VARIABLE)
    if not text:
        raise ClusterError(
            "Several workers need TF_CONFIG in the environment, which says where they are.",
            where=VARIABLE,
            hint=f"set it to {_EXAMPLE}",
        )
    try:
        document = json.loads(text)
    except ValueError as problem:
        raise _malformed(f"it is not JSON ({problem})") from problem
    cluster, task = (_table(document, name) for name in ("cluster", "task"))
    if unknown := sorted(cluster.keys() - set(_TRAINING)):
        raise _malformed(f"it has tasks of the kind {unknown[0]!r}, and those of a training are chief and worker")
    tasks = [(kind, number, address) for kind in _TRAINING for number, address in _addresses(cluster, kind)]
    places = [(kind, number) for kind, number, _ in tasks]
    own = task.get("type"), task.get("index")
    if not tasks or own not in places:
        raise _malformed(f"its task, type {own[0]!r} and index {own[1]!r}, is none of its cluster")
    addresses = tuple(address for _, _, address in tasks)
    if len(set(addresses)) < len(addresses):
        raise _malformed("two workers have one address")
    return Cluster(addresses, places.index(own))


def _table(document: Any, name: str) -> dict[str, Any]:
    found = document.get(name) if isinstance(document, dict) else None
    if not isinstance(found, dict):
        raise _malformed(f"it has no object {name!r}")
    return found


def _addresses(cluster: Mapping[str, Any], kind: str) -> list[tuple[int, str]]:
    found = cluster.get(kind, [])
    if not isinstance(found, list):
        raise _malformed(f"its {kind} is not a list of addresses")
    for address in found:
        parts = _ADDRESS.fullmatch(address) if isinstance(address, str) else None
        if parts is None or not 0 < int(parts["port"]) <= _LAST_PORT:
            raise _malformed(f"{address!r} is not an address such as 10.0.0.1:2222")
    return list(enumerate(found))


def _malformed(why: str) -> ClusterError:
    return ClusterError(f"{VARIABLE} can't be used: {why}.", where=VARIABLE, hint=f"set it to {_EXAMPLE}")
