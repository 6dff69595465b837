"""Room on the disk, asked for before the work that needs it."""

import dataclasses
import os
import pathlib
import shutil
from collections.abc import Iterable

from bert_tf.errors import MachineError


@dataclasses.dataclass(frozen=True)
class Need:
    """What will be written somewhere.

    Attributes:
        folder: Where; it need not exist yet.
        size: Bytes, at their most.
        purpose: What they are, such as "checkpoints".
        elsewhere: How another folder is named, such as "--runs FOLDER".
    """

    folder: pathlib.Path
    size: int
    purpose: str
    elsewhere: str


def check_room(needs: Iterable[Need]) -> None:
    """Raises MachineError where a file system has less room than all that will be written there needs."""
    on_device: dict[int, list[Need]] = {}
    for need in needs:
        on_device.setdefault(os.stat(_existing(need.folder)).st_dev, []).append(need)
    for together in on_device.values():
        free, needed = shutil.disk_usage(_existing(together[0].folder)).free, sum(need.size for need in together)
        if free < needed:
            raise MachineError(
                f"Not enough disk space for {' and '.join(need.purpose for need in together)}: "
                f"{_mebibytes(needed):,} MiB are needed and {free >> 20:,} MiB are free.",
                where=", ".join(dict.fromkeys(str(need.folder) for need in together)),
                hint=f"free some space, or choose a folder on another disk: "
                f"{', '.join(dict.fromkeys(need.elsewhere for need in together))}",
            )


def _existing(folder: pathlib.Path) -> pathlib.Path:
    return next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())


def _mebibytes(size: int) -> int:
    return -(-size >> 20)
