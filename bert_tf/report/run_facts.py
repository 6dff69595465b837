"""Where a run came from and what it took, as pairs of a name and a value."""

import datetime
from collections.abc import Mapping
from typing import Any

from bert_tf.costs import Cost, estimate
from bert_tf.plurals import counted

Pairs = list[tuple[str, str]]


def run_facts(facts: Mapping[str, Any], *, status: str, kept_epoch: int | None) -> Pairs:
    """Of run.json, what a person asks about a run; what isn't known is left out.

    Args:
        facts: run.json.
        status: Of the run.
        kept_epoch: Whose weights are the model's.
    """
    encoder = facts.get("encoder", {})
    pairs = [
        ("status", status),
        ("started", _moment(facts.get("started"))),
        ("encoder", f"{encoder['name']}, from {encoder['origin']}" if encoder else ""),
        ("initial weights", f"sha256 {encoder['weights_sha256']}" if encoder.get("weights_sha256") else ""),
        ("computed with", facts.get("compute", "")),
        ("pooling", facts.get("pooling", "")),
        ("epoch kept", str(kept_epoch or "")),
        ("training time", _duration(facts.get("training_seconds"))),
        ("start to first step", _duration(facts.get("seconds_to_first_step"))),
        ("peak memory", f"{facts['peak_memory_mib']:,} MiB" if "peak_memory_mib" in facts else ""),
        *_costs(facts),
    ]
    return [(name, value) for name, value in pairs if value]


def machine_facts(machine: Mapping[str, Any]) -> Pairs:
    """Of `machine.describe`; nothing for a run that wasn't told its machine."""
    if not machine:
        return []
    pairs = [
        ("CPU", f"{machine['cpu']}, {counted(machine['cores'], 'core')}"),
        ("instructions", ", ".join(machine["features"])),
        ("memory", f"{machine['memory_mib']:,} MiB"),
        ("GPU", ", ".join(machine["gpus"])),
        ("system", machine["platform"]),
    ]
    return [(name, value) for name, value in pairs if value]


def training_cost(facts: Mapping[str, Any]) -> Cost | None:
    """Estimated for the training alone; None for a run that doesn't know its time or its machine."""
    if "training_seconds" not in facts or "machine" not in facts:
        return None
    return estimate(facts["training_seconds"], machine=facts["machine"])


def _costs(facts: Mapping[str, Any]) -> Pairs:
    cost = training_cost(facts)
    if cost is None:
        return []
    priced = f"list price of {cost.dated} for {cost.instance}, the most similar rented machine"
    return [
        ("estimated cost", f"{_dollars(cost.dollars)} for training ({priced})"),
        ("estimated energy", f"{cost.kilowatt_hours:.2g} kWh, all cores under full load, cooling included"),
    ]


def _dollars(amount: float) -> str:
    return f"${amount:,.2f}" if amount >= 0.1 else f"{100 * amount:.2g} cents"


def _moment(started: str | None) -> str:
    return f"{datetime.datetime.fromisoformat(started):%Y-%m-%d %H:%M:%S %Z}" if started else ""


def _duration(seconds: float | None) -> str:
    if seconds is None:
        return ""
    if seconds < 120:
        return f"{seconds:.1f} seconds"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"
