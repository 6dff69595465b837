"""Results on the terminal."""

from collections.abc import Mapping
from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from benchmarks.report import Contest, company, cpu_seconds_per_thousand, peak_mebibytes, ratio, speeds, spread
from benchmarks.targets import TARGETS, Suites

# Threads of OpenMP wait for each other by spinning: PyTorch was seen to fall to a seventh beside other work.
_QUIET_CORES = 0.1


def suite_tables(suite: Mapping[str, Any]) -> Group:
    """The contests of a suite, its figures, or the reason that it could not run."""
    parts: list[Table | Text] = [Text(suite["error"], style="red")] if "error" in suite else []
    parts += [contest_table(contest) for contest in suite.get("contests", [])]
    if suite.get("figures"):
        parts.append(_figures_table(suite["figures"]))
    return Group(*parts)


def contest_table(contest: Contest) -> Table:
    """A line for each contestant; for one that could not run, the reason."""
    unit, time = contest["unit"], {"seconds": "s", "cpu_seconds": "CPU s"}[contest["per"]]
    table = Table(title=contest["name"], title_justify="left", title_style="bold", caption_justify="left")
    if company(contest) > _QUIET_CORES:
        table.caption = f"Not to be trusted: other processes kept {company(contest):.1f} cores busy meanwhile."
    table.add_column("")
    for heading in (f"{unit}/{time}", f"{contest['ours']} over it", f"CPU s per 1,000 {unit}", "peak MiB"):
        table.add_column(heading, justify="right")
    table.add_column("labels as ours")
    for who, result in contest["results"].items():
        if "error" in result:
            table.add_row(who, Text(result["error"], style="red"))
            continue
        over = ratio(contest, who) if who != contest["ours"] else None
        table.add_row(
            who,
            _shown(spread(speeds(contest, who))),
            _shown(over, "×") if over else "",
            f"{cpu_seconds_per_thousand(contest, who):.3g}",
            f"{peak_mebibytes(contest, who):,}",
            _agreement(result.get("agreement")),
        )
    return table


def targets_table(suites: Suites) -> Table:
    """What was asked for and what was reached; targets that were not measured are left out."""
    table = Table(title="Targets", title_justify="left", title_style="bold")
    for heading in ("", "measured", "reach", "then"):
        table.add_column(heading, justify="right" if heading else "left")
    for target in TARGETS:
        found = target.measured(suites)
        if found is None:
            continue
        cells = [
            Text(f"{wanted:g}{target.unit} {'✓' if target.meets(found, wanted) else '✗'}")
            for wanted in (target.reach, target.aim)
        ]
        table.add_row(target.name, f"{found:.2f}{target.unit}", *cells)
    return table


def _figures_table(figures: list[dict[str, Any]]) -> Table:
    table = Table(show_header=False)
    for figure in figures:
        table.add_row(figure["name"], f"{_shown(figure)} {figure['unit']}")
    return table


def _shown(values: Mapping[str, float], unit: str = "") -> str:
    median, least, largest = (_number(values[name]) for name in ("median", "least", "largest"))
    return f"{median}{unit}" if least == largest else f"{median}{unit} [{least}–{largest}]"


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}" if abs(value) >= 1 else f"{value:.4f}"


def _agreement(found: Mapping[str, float] | None) -> str:
    return f"{found['same_label']:.1%}, ≤ {found['largest_difference']:.3f}" if found else ""
