"""`bert-tf doctor`."""

import dataclasses
from typing import TYPE_CHECKING

import rich_click as click
from click.exceptions import Exit

from bert_tf.cli.exit_codes import exit_code
from bert_tf.cli.options import JSON
from bert_tf.cli.output import progress_console, write_json

if TYPE_CHECKING:
    from bert_tf.doctor.finding import Finding

_SHOWN = {"ok": "ok", "warning": "note", "problem": "error"}
_STYLES = {"ok": "green", "warning": "yellow", "problem": "bold red"}


@click.command()
@JSON
def doctor(as_json: bool) -> None:
    """Check versions, CPU, memory, disk, network and caches of this machine; exit status 7 if bert_tf can't run.

    Example: bert-tf doctor
    Example: bert-tf doctor --json
    """
    from bert_tf.doctor.examine import examine

    findings = examine()
    problems = sum(finding.state == "problem" for finding in findings)
    if as_json:
        write_json({"works": not problems, "findings": [dataclasses.asdict(finding) for finding in findings]})
    else:
        _show(findings, problems)
    if problems:
        raise Exit(exit_code("machine"))


def _show(findings: "list[Finding]", problems: int) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for finding in findings:
        state = Text(_SHOWN[finding.state], style=_STYLES[finding.state])
        advice = f"\n→ {finding.advice}" if finding.advice else ""
        table.add_row(state, Text(finding.subject), Text(finding.found + advice))
    console = progress_console(as_json=False)
    console.print(table)
    verdict = {0: "This machine is ready to train.", 1: "1 problem keeps bert_tf from working here."}
    console.print(verdict.get(problems, f"{problems} problems keep bert_tf from working here."), highlight=False)
