"""What a command tells: sentences and tables for people, or with `--json` one JSON document on standard output."""

import errno
import json
import os
import pathlib
import signal
import sys
from collections.abc import Mapping
from typing import IO, Any

import rich_click as click
from click.exceptions import Abort

from bert_tf.cli.examples import examples_of
from bert_tf.documents import finite
from bert_tf.errors import BertTfError, InterruptedRunError, StoppedError
from bert_tf.inline_code import without_backticks
from bert_tf.standard_streams import LastingText
from bert_tf.terminal import TerminalConsole, is_unicode, json_visible, visible

_KINDS_OF_STOP = {signal.SIGINT: "stopped", signal.SIGTERM: "terminated", signal.SIGHUP: "hangup"}
_MORE_FILES = ("Too many open files.", "raise this shell's limit: ulimit -n 1024")
_NOT_WRITABLE = ("Permission denied, or the file system is read-only.", "choose a folder that this user can write to")
# What a machine can't give, wherever it is met.
_SHORTAGES = {
    errno.ENOMEM: ("Out of memory.", "close other programs, or raise this shell's limit: ulimit -v unlimited"),
    errno.ENOSPC: ("The disk is full.", "free some space"),
    errno.EDQUOT: ("The disk quota is exceeded.", "free some space"),
    errno.EMFILE: _MORE_FILES,
    errno.ENFILE: _MORE_FILES,
    errno.EROFS: _NOT_WRITABLE,
    errno.EACCES: _NOT_WRITABLE,
    errno.EPERM: _NOT_WRITABLE,
}
_STOPPED = "Stopped; no partial files were left behind."


def write_json(content: Any) -> None:
    """Print a document; paths become texts, and what is not a finite number becomes null, for JSON has no NaN."""
    document = json.dumps(finite(content), indent=2, ensure_ascii=not is_unicode(), default=_plain)
    click.echo(json_visible(document))


def echo(text: str, *, err: bool = False, nl: bool = True) -> None:
    """Print lines for people on standard output, or on standard error; nothing in them steers the terminal."""
    click.echo(visible(text), err=err, nl=nl)


def progress_console(*, as_json: bool) -> "TerminalConsole":
    """Where tables and progress are shown: standard output, or standard error beside a JSON document."""
    beside_notes = _own_standard_error() if as_json else None
    return TerminalConsole(stderr=as_json) if beside_notes is None else TerminalConsole(file=beside_notes)


def _own_standard_error() -> IO[str] | None:
    """Standard error by a descriptor of its own: `quiet_start` holds back what is written to number 2 itself."""
    try:
        if sys.stderr.fileno() != 2:
            return None
    except (OSError, ValueError):  # a stream of no file
        return None
    return LastingText(os.fdopen(os.dup(2), "wb"), encoding=sys.stderr.encoding, errors=sys.stderr.errors)


def problem_of(error: BaseException, *, stopped_by: signal.Signals | None = None) -> dict[str, Any]:
    """`what`, `where`, `hint` and `kind` of what ends a command; `problems`, and `causes` of bad rows, if any.

    Args:
        error: Raised by the command.
        stopped_by: The signal that the process was told to stop by, which is then why it ends: what is raised in the
            middle of an import, say, may be of any class.
    """
    if stopped_by is not None:
        stop = error if isinstance(error, StoppedError) else StoppedError(_STOPPED)
        kind = stop.kind if isinstance(stop, InterruptedRunError) else _KINDS_OF_STOP[stopped_by]
        return {"what": stop.what, "where": stop.where, "hint": stop.hint, "kind": kind}
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
    shortage = _SHORTAGES.get(errno.ENOMEM if isinstance(error, MemoryError) else getattr(error, "errno", 0))
    if shortage is not None:
        what, hint = shortage
        return {"what": what, "where": getattr(error, "filename", None), "hint": hint, "kind": "machine"}
    if isinstance(error, KeyboardInterrupt | Abort):
        return {"what": _STOPPED, "where": None, "hint": None, "kind": "stopped"}
    return {
        "what": f"{type(error).__name__}: {error}",
        "where": None,
        "hint": "this is a bug in bert_tf; please report it with the traceback above",
        "kind": "defect",
    }


def tell_problem(problem: Mapping[str, Any], *, as_json: bool) -> None:
    """Say what ended a command: on standard error for people, as {"error": …} on standard output for programs.

    Args:
        problem: As of `problem_of`.
        as_json: For programs.
    """
    if as_json:
        write_json({"error": problem})
        return
    lines = [problem["what"], *(f"  - {line}" for line in problem.get("problems", ()))]
    # Of an error of ours it is a file or an option.
    place = "usage:" if problem["kind"] == "usage" and (problem["where"] or "").startswith("bert-tf ") else "where:"
    lines += [f"  {name} {problem[key]}" for name, key in ((place, "where"), ("try:  ", "hint")) if problem[key]]
    mark = (
        ""
        if problem["kind"] in (*_KINDS_OF_STOP.values(), InterruptedRunError.kind)
        else click.style("Error: ", fg="red", bold=True)
    )
    click.echo(("\n" if not mark else "") + mark + visible(without_backticks("\n".join(lines))), err=True)


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


def _plain(value: object) -> object:
    if isinstance(value, pathlib.PurePath):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no form in JSON")
