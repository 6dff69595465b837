"""The end of what a command says of a run: how good it is, and what to know before one relies on that."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import rich_click as click
from click.exceptions import Exit

from bert_tf.cli.exit_codes import exit_code
from bert_tf.cli.output import echo, write_json
from bert_tf.inline_code import without_backticks

if TYPE_CHECKING:
    from bert_tf.report.verdict import Verdict
    from bert_tf.workflow.thresholds import Threshold

_WORDS = {"bad": "problem", "warning": "warning", "note": "note", "good": "checked"}


def tell_verdict(verdict: "Verdict") -> None:
    """The report's headline and each of its findings, the gravest first."""
    lead = map(without_backticks, verdict.lead)
    echo("\n" + "\n         ".join([f"verdict  {verdict.headline}", *lead]))
    for finding in verdict.findings:
        echo(f"{_WORDS[finding.level]:<8} {finding.text}")


def end_document(document: dict[str, Any], thresholds: "Sequence[Threshold]", metrics: Mapping[str, Any]) -> None:
    """Write a command's document with what is worse than --fail-under asks for, and end with its status if any is."""
    from bert_tf.workflow.thresholds import missed

    below = missed(thresholds, metrics)
    write_json({**document, "below": below})
    if below:
        raise Exit(exit_code("score"))


def _parsed(context: click.Context, parameter: click.Parameter, values: Sequence[str]) -> "list[Threshold]":
    from bert_tf.workflow.thresholds import parse_threshold

    return [parse_threshold(value) for value in values]


def fail_under(command: Callable[..., Any]) -> Callable[..., Any]:
    """The option --fail-under, as `thresholds`."""
    return click.option(
        "--fail-under",
        "thresholds",
        multiple=True,
        metavar="METRIC=VALUE",
        callback=_parsed,
        help="Exit with status 9 if METRIC is worse than VALUE, such as test.accuracy=0.9. May be repeated.",
    )(command)
