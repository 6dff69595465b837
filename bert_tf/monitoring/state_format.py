"""In which way the state of a monitor is written."""

import pathlib
import sqlite3

from bert_tf.errors import RunError

# SQLite keeps it with the file. What is kept in another way has another number.
_FORMAT = 6


def check_format(database: sqlite3.Connection, path: pathlib.Path) -> None:
    """Mark a new database; raises RunError for one that another version of bert_tf has written.

    Args:
        database: Of `StateStore`, before its tables are made.
        path: Its file.
    """
    ((tables,),) = database.execute("SELECT count(*) FROM sqlite_schema WHERE type = 'table'")
    ((found,),) = database.execute("PRAGMA user_version")
    if tables and found != _FORMAT:
        raise RunError(
            f"{path.parent} was written by another version of bert_tf, which kept its counts differently.",
            where=str(path),
            hint="choose another --out, and count the events again",
        )
    database.execute(f"PRAGMA user_version = {_FORMAT}")
