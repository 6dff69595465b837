"""What a new run is called: when it began, and behind all runs that were there before."""

import contextlib
import datetime
import pathlib

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
