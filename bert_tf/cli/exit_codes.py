"""What the exit status of `bert-tf` means."""

from typing import NamedTuple


class ExitCode(NamedTuple):
    """A status, and when it is given.

    Attributes:
        code: 0 to 255.
        kinds: `kind` of the errors that end with it, as `--json` tells them.
        meaning: A few words.
    """

    code: int
    kinds: tuple[str, ...]
    meaning: str


EXIT_CODES = (
    ExitCode(0, (), "success"),
    ExitCode(1, ("failed", "training", "export", "defect"), "the command failed"),
    ExitCode(2, ("usage",), "invalid command line"),
    ExitCode(3, ("recipe",), "the recipe is missing or invalid"),
    ExitCode(4, ("data",), "the data is missing or invalid"),
    ExitCode(5, ("run", "model"), "the run or exported model is missing or incomplete"),
    ExitCode(6, ("encoder", "tokenizer"), "the encoder is not available, or doesn't support what the recipe asks for"),
    ExitCode(7, ("machine",), "the machine lacks a resource: disk space, memory, a free port"),
    ExitCode(8, ("verify",), "the exported model's answers differ from those recorded at export"),
    ExitCode(9, ("score",), "a metric is worse than --fail-under"),
    ExitCode(75, ("interrupted",), "a signal or a lost worker interrupted a run; repeat with --resume auto to go on"),
    ExitCode(129, ("hangup",), "stopped by SIGHUP: the terminal was closed"),
    ExitCode(130, ("stopped",), "stopped by Ctrl-C"),
    ExitCode(143, ("terminated",), "stopped by SIGTERM, which kill, Kubernetes, systemd and batch schedulers send"),
)
_CODES = {kind: entry.code for entry in EXIT_CODES for kind in entry.kinds}


def exit_code(kind: str) -> int:
    """The status for a kind of error."""
    return _CODES[kind]


def exit_code_lines() -> str:
    """The table for the end of `--help`: a status and its meaning in each paragraph."""
    return "\n\n".join(["Exit status", *(f"{entry.code:<3} {entry.meaning}" for entry in EXIT_CODES)])


def exit_code_table() -> str:
    """The table in Markdown, for the documents."""
    rows = [
        f"| {entry.code} | {entry.meaning} | {', '.join(f'`{kind}`' for kind in entry.kinds)} |" for entry in EXIT_CODES
    ]
    return "\n".join(["| status | meaning | `kind` in `--json` |", "|---|---|---|", *rows])
