"""What a suite found, as objects of JSON: contests, whose figures are derived here, and plain figures."""

import statistics
from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.contest import Result, rates, ratios, spread

Contest = dict[str, Any]


def contest_report(
    name: str,
    results: Mapping[str, Result],
    *,
    ours: str,
    sizes: float | Mapping[str, float],
    unit: str = "examples",
    per: str = "seconds",
) -> Contest:
    """A contest for the results file.

    Args:
        name: What was done, for people.
        results: As of `contest.contest`. Of what they told, probabilities are compared with ours and then left out.
        ours: Name of the contestant that is set against each of the others.
        sizes: What one step does, for all or by name.
        unit: Of sizes.
        per: "seconds" or "cpu_seconds": what speed is measured by.
    """
    return {
        "name": name,
        "ours": ours,
        "unit": unit,
        "per": per,
        "sizes": {who: sizes[who] if isinstance(sizes, Mapping) else sizes for who in results},
        "results": {who: _without_told(result, results.get(ours, {})) for who, result in results.items()},
    }


def _without_told(result: Result, ours: Result) -> Result:
    kept = {key: result[key] for key in result if key != "told"}
    told, expected = result.get("told"), ours.get("told")
    if result is ours or not isinstance(told, list) or not isinstance(expected, list):
        return kept
    return {**kept, "agreement": agreement(told, expected)}


def agreement(told: Sequence[Sequence[float]], expected: Sequence[Sequence[float]]) -> dict[str, float]:
    """How far two lists of probabilities, [N][C], are apart, and the share of rows with the same likeliest label."""
    rows = list(zip(told, expected, strict=True))
    same = [_likeliest(one) == _likeliest(other) for one, other in rows]
    differences = [abs(left - right) for one, other in rows for left, right in zip(one, other, strict=True)]
    return {"largest_difference": round(max(differences), 4), "same_label": statistics.mean(same)}


def _likeliest(probabilities: Sequence[float]) -> int:
    return max(range(len(probabilities)), key=probabilities.__getitem__)


def speeds(contest: Contest, who: str) -> list[float]:
    """What a contestant did per second, turn by turn; empty if it could not run."""
    result = contest["results"].get(who, {})
    return rates(result, contest["sizes"][who], of=contest["per"]) if result.get("turns") else []


def ratio(contest: Contest, peer: str) -> dict[str, float] | None:
    """Ours over a peer's: `median`, `least`, `largest`; None if either could not run."""
    ours, peers = speeds(contest, contest["ours"]), speeds(contest, peer)
    return spread(ratios(ours, peers)) if len(ours) == len(peers) > 0 else None


def best(contest: Contest, peers: Sequence[str]) -> str | None:
    """The peer that we are least ahead of, turn by turn; None if none of them, or we, could run.

    Turns lie side by side in time, so noise that moves a median of a peer's own moves both sides of a ratio.
    """
    medians = {who: found["median"] for who in peers if (found := ratio(contest, who))}
    return min(medians, key=medians.__getitem__, default=None)


def cpu_seconds_per_thousand(contest: Contest, who: str) -> float:
    """Median CPU seconds that a contestant spends on 1,000 of the unit."""
    found = rates(contest["results"][who], contest["sizes"][who], of="cpu_seconds")
    return 1000 / statistics.median(found)


def peak_mebibytes(contest: Contest, who: str) -> int | None:
    """Peak memory of a contestant's process; None if it could not run."""
    turns = contest["results"].get(who, {}).get("turns")
    return max(turn["peak_mebibytes"] for turn in turns) if turns else None


def figure(name: str, values: Sequence[float], unit: str) -> dict[str, Any]:
    """A plain figure with its spread."""
    return {"name": name, "unit": unit, **spread(values), "values": list(values)}


def company(contest: Contest) -> float:
    """Cores that other processes kept busy during a turn: the median over all turns of all contestants."""
    turns = [turn for result in contest["results"].values() for turn in result.get("turns", [])]
    return statistics.median([turn["others"] for turn in turns]) if turns else 0.0
