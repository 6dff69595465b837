"""What a new run is called: when it began, and behind all runs that were there before; and its folder."""

import contextlib
import datetime
import pathlib

from bert_tf.errors import RunError
from bert_tf.system_errors import system_errors_as

_FORM = "%Y%m%d-%H%M%S"


def run_name(folder: pathlib.Path, started: datetime.datetime) -> str:
    """`20260131-120000`; a second later than the last of the others, where a clock was set back.

    Which run is the newest is told by names, and the end of summer time sets clocks back every year.

    Args:
        folder: Of the recipe's runs.
        started: When this one begins.
    """
    name = started.strftime(_FORM)
    newest = max((path.parent.name for path in folder.glob("*/run.json")), default="")[: len(name)]
    if newest > name:
        with contextlib.suppress(ValueError):  # a folder that someone has named
            name = (datetime.datetime.strptime(newest, _FORM) + datetime.timedelta(seconds=1)).strftime(_FORM)
    return name


def own_folder(path: pathlib.Path) -> pathlib.Path:
    """Make the folder of a new run, with a number behind its name where another run of the same second has it.

    Raises:
        RunError: it can't be made.
    """
    candidate, number, hint = path, 1, "choose a writable folder with --runs"
    with system_errors_as(RunError, "A run can't be created here", where=str(path.parent), hint=hint):
        while True:
            try:
                candidate.mkdir(0o700, parents=True)
            except FileExistsError:
                number += 1
                candidate = path.with_name(f"{path.name}-{number}")
            else:
                return candidate
