"""What seconds of training cost: dollars and kilowatt-hours, here and on named cloud instances.

Prices, powers and rates stand in `instances.toml`, with their dates and sources; all of them are estimates.
"""

import dataclasses
import functools
import pathlib
import tomllib
from collections.abc import Mapping, Sequence
from typing import Any

from bert_tf.errors import InstanceError
from bert_tf.machine import describe
from bert_tf.nearest_name import nearest_names

_TABLE = pathlib.Path(__file__).with_name("instances.toml")
_REFERENCE_CORES = 2
_BFLOAT16_FEATURE = "amx_bf16"


@dataclasses.dataclass(frozen=True)
class Instance:
    """A kind of machine that can be rented by the hour.

    Attributes:
        name: As its provider writes it.
        provider: "aws", "gcp" or "azure".
        cpus: Virtual ones.
        memory_gib: Of the machine, without a GPU's.
        features: As of `machine.describe`.
        dollars_per_hour: List price, on demand, Linux.
        dated: Day of the price, YYYY-MM-DD.
        source: Where the price stands.
        gpu: Its model; None without one.
    """

    name: str
    provider: str
    cpus: int
    memory_gib: float
    features: Sequence[str]
    dollars_per_hour: float
    dated: str
    source: str
    gpu: str | None = None


@dataclasses.dataclass(frozen=True)
class Cost:
    """An estimate.

    Attributes:
        instance: Whose price was taken: the one that was named, else the one most like the machine; None when a price
            was named.
        dollars: At `dated`'s list price, to the second.
        kilowatt_hours: All cores (and GPUs) under full load, cooling included.
        dated: Day of the price, YYYY-MM-DD; None when a price was named.
    """

    instance: str | None
    dollars: float
    kilowatt_hours: float
    dated: str | None


def estimate(
    seconds: float,
    *,
    instance: str | None = None,
    dollars_per_hour: float | None = None,
    machine: Mapping[str, Any] | None = None,
) -> Cost:
    """What it costs to have a machine for some seconds.

    Args:
        seconds: On that machine.
        instance: A name from the table; without it, the machine is priced as the instance that is most like it.
        dollars_per_hour: Instead of the table's price.
        machine: As of `machine.describe`; this machine if not given. Not looked at where an instance is named.

    Raises:
        InstanceError: the table has no such name; names the nearest.
    """
    hours = seconds / 3600
    if instance is not None:
        priced = find_instance(instance)
        watts = _watts(priced.provider, priced.cpus, [priced.gpu] if priced.gpu else [])
    else:
        machine = machine or describe()
        priced = nearest_instance(machine)
        watts = _watts("unnamed", machine["cores"], machine.get("gpus", ()))
    kilowatt_hours = watts * hours / 1000
    if dollars_per_hour is not None:
        return Cost(instance, dollars_per_hour * hours, kilowatt_hours, None)
    return Cost(priced.name, priced.dollars_per_hour * hours, kilowatt_hours, priced.dated)


def instances() -> dict[str, Instance]:
    """The table, by name."""
    table = _table()
    found = {}
    for row in table["instances"]:
        source = table["providers"][row["provider"]]["prices"]
        found[row["name"]] = Instance(**{**row, "dated": row["dated"].isoformat(), "source": source})
    return found


def find_instance(name: str) -> Instance:
    """The instance of a name, in upper or lower case; raises InstanceError, which names the nearest."""
    known = {known.lower(): instance for known, instance in instances().items()}
    if name.lower() in known:
        return known[name.lower()]
    near = nearest_names(name.lower(), known, count=3, cutoff=0.3) or list(known)
    raise InstanceError(
        f"No price is known for instance {name!r}.",
        hint=f"known: {', '.join(known[key].name for key in near)}"
        + (f" and {len(known) - len(near)} more" if len(near) < len(known) else "")
        + "; or give a price: --dollars-per-hour",
    )


def nearest_instance(machine: Mapping[str, Any]) -> Instance:
    """The instance most like a machine: with a GPU or without, then by cores, best instructions and price."""
    has_gpu, cores, best = bool(machine.get("gpus")), machine["cores"], _best_feature(machine["features"])
    return min(
        instances().values(),
        key=lambda row: (
            (row.gpu is not None) != has_gpu,
            abs(row.cpus - cores),
            _best_feature(row.features) != best,
            row.dollars_per_hour,
        ),
    )


def training_rate(
    *, cores: int, features: Sequence[str], gpus: Sequence[str] = (), bfloat16: bool = True
) -> float | None:
    """Estimated speed of training beside 2 cores with AMX in bfloat16, which is 1; None for a GPU that isn't known.

    Args:
        cores: At least 1.
        features: As of `machine.describe`.
        gpus: Names; training uses the first.
        bfloat16: Whether matrices are multiplied in bfloat16 where the machine can.
    """
    table = _table()
    if gpus:
        return _known_gpu(gpus[0]).get("rate")
    usable = [name for name in features if bfloat16 or name != _BFLOAT16_FEATURE]
    serial = 1 - table["rates"]["parallel_share"]
    speed_up = (serial + (1 - serial) / _REFERENCE_CORES) / (serial + (1 - serial) / cores)
    return table["rates"][_best_feature(usable)] * speed_up


def rate_basis(*, on_gpu: bool) -> str:
    """What `training_rate` rests on, in a few words."""
    return _table()["gpus" if on_gpu else "rates"]["basis"]


@functools.cache
def _table() -> dict[str, Any]:
    with _TABLE.open("rb") as file:
        return tomllib.load(file)


def _best_feature(features: Sequence[str]) -> str:
    ranked = [name for name in _table()["rates"] if name.startswith(("amx", "avx"))]
    return next((name for name in ranked if name in features), "other")


def _watts(provider: str, cpus: int, gpus: Sequence[str]) -> float:
    coefficients = _table()["providers"][provider]
    drawn = coefficients["watts_per_cpu"] * cpus + sum(_known_gpu(gpu)["watts"] for gpu in gpus)
    return drawn * coefficients["power_usage_effectiveness"]


def _known_gpu(name: str) -> dict[str, Any]:
    """The row of a GPU such as "NVIDIA L4" or "Tesla T4"; `other` for one that the table doesn't have."""
    known = _table()["gpus"]
    return known[next((word for word in name.split() if isinstance(known.get(word), dict)), "other")]
