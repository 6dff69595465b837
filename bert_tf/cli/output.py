"""What a command tells: sentences and tables for people, or with `--json` one JSON document on standard output."""

import errno
import json
import math
import pathlib
from typing import Any

import rich_click as click
from click.exceptions import Abort

from bert_tf.cli.examples import examples_of
from bert_tf.errors import BertTfError
from bert_tf.terminal import TerminalConsole, is_unicode, json_visible, visible


def write_json(content: Any) -> None:
    """Print a document; paths become texts, and what is not a finite number becomes null, for JSON has no NaN."""
    document = json.dumps(_finite(content), indent=2, ensure_ascii=not is_unicode(), default=_plain)
    click.echo(json_visible(document))


def echo(text: str, *, err: bool = False, nl: bool = True) -> None:
    """Print lines for people on standard output, or on standard error; nothing in them steers the terminal."""
    click.echo(visible(text), err=err, nl=nl)


def progress_console(*, as_json: bool) -> "TerminalConsole":
    """Where tables and progress are shown: standard output, or standard error beside a JSON document."""
    return TerminalConsole(stderr=as_json)


def problem_of(error: BaseException) -> dict[str, Any]:
    """`what`, `where`, `hint` and `kind` of what ends a command; `problems`, and `causes` of bad rows, if any."""
    if isinstance(error, BertTfError):
        problems = getattr(error, "problems", ())
        what = error.what.partition("\n")[0] if problems else error.what
        told = {"what": what, "where": error.where, "hint": error.hint, "kind": error.kind}
        lists = {"problems": list(problems), "causes": list(getattr(error, "causes", ()))}
        return {**told, **{name: found for name, found in lists.items() if found}}
    if isinstance(error, click.UsageError):
        return {"what": error.format_message(), "where": _usage(error), "hint": _next_step(error), "kind": "usage"}
    if isinstance(error, click.ClickException):
        return {"what": error.format_message(), "where": None, "hint": None, "kind": "failed"}
    if isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno == errno.ENOSPC):
        what = "Memory ran out." if isinstance(error, MemoryError) else "The disk is full."
        return {"what": what, "where": getattr(error, "filename", None), "hint": "make room", "kind": "machine"}
    if isinstance(error, KeyboardInterrupt | Abort):
        return {"what": "Stopped; nothing half-written was left.", "where": None, "hint": None, "kind": "stopped"}
    return {
        "what": f"{type(error).__name__}: {error}",
        "where": None,
        "hint": "this is a defect of bert_tf; please report it, with the lines above",
        "kind": "defect",
    }


def tell_problem(error: BaseException, *, as_json: bool) -> None:
    """Say what ended a command: on standard error for people, as {"error": …} on standard output for programs."""
    problem = problem_of(error)
    if as_json:
        write_json({"error": problem})
        return
    lines = [problem["what"], *(f"  - {line}" for line in problem.get("problems", ()))]
    place = "usage:" if problem["kind"] == "usage" else "where:"
    lines += [f"  {name} {problem[key]}" for name, key in ((place, "where"), ("try:  ", "hint")) if problem[key]]
    mark = "" if problem["kind"] == "stopped" else click.style("Error: ", fg="red", bold=True)
    click.echo(("\n" if not mark else "") + mark + visible("\n".join(lines)), err=True)


def _usage(error: click.UsageError) -> str | None:
    if error.ctx is None:
        return None
    return " ".join([error.ctx.command_path, *error.ctx.command.collect_usage_pieces(error.ctx)])


def _next_step(error: click.UsageError) -> str:
    """An example where something is missing; else the command's help."""
    if error.ctx is None:
        return "bert-tf --help"
    examples = examples_of(error.ctx.command) if isinstance(error, click.MissingParameter) else []
    return " or ".join([*examples[:1], f"{error.ctx.command_path} --help"])


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _plain(value: object) -> object:
    if isinstance(value, pathlib.PurePath):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no form in JSON")
