"""Who may read what is written: its owner alone, or whom the umask lets."""

import contextlib
import os
import pathlib
import stat

_OWNER_FOLDER, _OWNER_FILE = 0o700, 0o600
_READ_AND_WRITE = 0o666


def private_folder(path: pathlib.Path) -> None:
    """Make a folder that only its owner can look into, and the missing ones above it; close one that is there already.

    One that belongs to somebody else stays as it is. Raises OSError when it can't be made.
    """
    if not path.is_dir():
        if not path.parent.is_dir():
            private_folder(path.parent)
        with contextlib.suppress(FileExistsError):
            path.mkdir(_OWNER_FOLDER)
    _set_mode(path, _OWNER_FOLDER)


def private_file(path: pathlib.Path) -> None:
    """Let only its owner read a file."""
    _set_mode(path, _OWNER_FILE)


def make_private(folder: pathlib.Path, *, but: str | None = None) -> None:
    """Let only their owner read a folder and all that is in it, but for folders of one name."""
    _set_mode(folder, _OWNER_FOLDER)
    for parent, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name != but]
        for names, mode in ((folders, _OWNER_FOLDER), (files, _OWNER_FILE)):
            for name in names:
                _set_mode(pathlib.Path(parent, name), mode)


def follow_umask(folder: pathlib.Path) -> None:
    """Give all in a folder that was made under this umask the modes that the umask leaves.

    Libraries make some files for their owner alone, whatever the umask.
    """
    mode = stat.S_IMODE(folder.stat().st_mode)
    for parent, folders, files in os.walk(folder):
        for names, allowed in ((folders, mode), (files, mode & _READ_AND_WRITE)):
            for name in names:
                _set_mode(pathlib.Path(parent, name), allowed)


def _set_mode(path: pathlib.Path, mode: int) -> None:
    # A file system may know no modes, and a file may be gone or be somebody else's: no reason to fail.
    with contextlib.suppress(OSError):
        found = path.lstat().st_mode
        if not stat.S_ISLNK(found) and stat.S_IMODE(found) != mode:
            path.chmod(mode)
