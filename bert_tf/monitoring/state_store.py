"""All that was counted, on disk: counts, how far each file was read and what the alarm knows change in one step.

An SQLite database in one file. A process that is killed leaves the last whole step, so no event is counted twice and
none is lost: what wasn't counted is also not yet among the rows that were read.
"""

import contextlib
import json
import pathlib
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Self

from bert_tf.errors import RunError
from bert_tf.monitoring.counters import Counters
from bert_tf.monitoring.events import Position, TopicCounted
from bert_tf.monitoring.state_file import StateSeal, check_structure, damaged, dump_json, load_json, state_told
from bert_tf.monitoring.state_format import check_format
from bert_tf.permissions import private_folder

STATE = "state.sqlite"
RAISED, ENDED, WITHDRAWN = "raised", "ended", "withdrawn"  # states of an alarm
_TABLES = """
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS files (name TEXT PRIMARY KEY, last INTEGER NOT NULL, beginning TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS ids (id BLOB PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS counts (
  series TEXT, bucket INTEGER, outcome TEXT, events INTEGER NOT NULL, PRIMARY KEY (series, bucket, outcome)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS topics (
  series TEXT, bucket INTEGER, topic TEXT, events INTEGER NOT NULL, negatives INTEGER NOT NULL,
  PRIMARY KEY (series, bucket, topic)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS texts (
  series TEXT, bucket INTEGER, certainty REAL, text TEXT, PRIMARY KEY (series, bucket, certainty, text)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS detectors (series TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS alarms (series TEXT, number INTEGER, value TEXT NOT NULL, sent TEXT,
  PRIMARY KEY (series, number)) WITHOUT ROWID;
"""


class Text(NamedTuple):
    """A negative text of a bucket, and how negative it is: the more, the larger."""

    certainty: float
    text: str


class Count(NamedTuple):
    """How many events of a series and a bucket came to an outcome."""

    series: str
    bucket: int
    outcome: str
    events: int


class StateStore:
    """The state of one monitor; other processes can't open it meanwhile.

    Args:
        folder: Made if it isn't there.
        settings: What the counts depend on; those of an earlier process must be the same.

    Raises:
        RunError: another process has it, it is damaged, it can't be written, or was begun with other settings or
            by another version.
    """

    def __init__(self, folder: pathlib.Path, settings: Mapping[str, Any]) -> None:
        self._path = folder / STATE
        self._seal = StateSeal(self._path)
        with state_told(self._path):
            if not folder.is_dir():
                private_folder(folder)
            self._path.touch(0o600)
            is_sealed = self._seal.check()
            self._database = sqlite3.connect(self._path, timeout=1, isolation_level=None)
            try:
                self._open(json.loads(json.dumps(settings)), is_sealed=is_sealed)
                self.counters = self._kept_counters()
            except BaseException:
                self._close()
                raise

    def _kept_counters(self) -> Counters:
        found = self.fact("counters")
        return Counters() if found is None else Counters.of_json(found)

    def _open(self, settings: dict[str, Any], *, is_sealed: bool) -> None:
        self._database.execute("PRAGMA trusted_schema = OFF")
        self._database.execute("PRAGMA locking_mode = EXCLUSIVE")
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = FULL")
        check_format(self._database, self._path)
        self._seal.break_it()
        if not is_sealed:
            check_structure(self._database)
        self._database.executescript(_TABLES)
        self._check_settings(settings)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def _close(self) -> None:
        self._database.close()
        self._seal.renew()

    def _read(self, query: str, values: Sequence[object] = ()) -> list[Any]:
        """All rows of a query; raises RunError where the state is damaged."""
        with state_told(self._path):
            return self._database.execute(query, values).fetchall()

    @contextlib.contextmanager
    def step(self) -> Iterator[None]:
        """All that is changed within becomes the state at its end, with `counters`, or nothing does."""
        with state_told(self._path):
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield
                self.keep_fact("counters", self.counters.as_json())
                self._database.execute("COMMIT")
            except BaseException:
                self._database.execute("ROLLBACK")
                self.counters = self._kept_counters()
                raise

    def fact(self, name: str) -> Any:
        """A value of its own; None where it was never kept."""
        rows = self._read("SELECT value FROM facts WHERE name = ?", (name,))
        return load_json(rows[0][0], self._path) if rows else None

    def keep_fact(self, name: str, value: object) -> None:
        """Keep a value that JSON holds."""
        self._database.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, dump_json(value)))

    def positions(self) -> dict[str, Position]:
        """How far files and partitions were counted, by name."""
        rows = self._read("SELECT name, last, beginning FROM files")
        return {name: Position(last, beginning) for name, last, beginning in rows}

    def keep_position(self, name: str, position: Position) -> None:
        """Say how far a file or a partition was counted."""
        self._database.execute("INSERT OR REPLACE INTO files VALUES (?, ?, ?)", (name, *position))

    def take_id(self, identity: bytes) -> bool:
        """Whether an id is new; from now on it isn't."""
        return self._database.execute("INSERT OR IGNORE INTO ids VALUES (?)", (identity,)).rowcount == 1

    def has_id(self, identity: bytes) -> bool:
        """Whether an id was taken."""
        return bool(self._read("SELECT 1 FROM ids WHERE id = ?", (identity,)))

    def add(self, counts: Iterable[Count]) -> None:
        """Add to what was counted."""
        self._database.executemany(
            "INSERT INTO counts VALUES (?, ?, ?, ?) "
            "ON CONFLICT (series, bucket, outcome) DO UPDATE SET events = events + excluded.events",
            counts,
        )

    def series(self) -> list[str]:
        """Names of all series, in order."""
        return [name for (name,) in self._read("SELECT DISTINCT series FROM counts ORDER BY series")]

    def counts(self, series: str, *, first: int | None = None, last: int | None = None) -> list[Count]:
        """What was counted of a series, in order of time; of the buckets from `first` to `last` if given."""
        rows = self._read(
            "SELECT * FROM counts WHERE series = ? AND bucket BETWEEN ? AND ? ORDER BY bucket",
            (series, -(2**62) if first is None else first, 2**62 if last is None else last),
        )
        return [Count(*row) for row in rows]

    def damaged(self, reason: str) -> RunError:
        """The error for something that no process has counted."""
        return damaged(self._path, reason)

    def add_topics(self, counts: Iterable[TopicCounted]) -> None:
        """Add to what was counted by topic."""
        self._database.executemany(
            "INSERT INTO topics VALUES (?, ?, ?, ?, ?) ON CONFLICT (series, bucket, topic) DO UPDATE SET "
            "events = events + excluded.events, negatives = negatives + excluded.negatives",
            counts,
        )

    def topic_counts(self, series: str) -> list[TopicCounted]:
        """What was counted of a series by topic, in order of topics, each in order of time."""
        rows = self._read("SELECT * FROM topics WHERE series = ? ORDER BY topic, bucket", (series,))
        return [TopicCounted(*row) for row in rows]

    def topics(self, series: str, *, first: int, last: int) -> dict[str, tuple[int, int]]:
        """Events of some buckets by topic, and the negative ones among them."""
        rows = self._read(
            "SELECT topic, SUM(events), SUM(negatives) FROM topics WHERE series = ? AND bucket BETWEEN ? AND ? "
            "GROUP BY topic ORDER BY topic",
            (series, first, last),
        )
        return {topic: (events, negatives) for topic, events, negatives in rows}

    def keep_texts(self, series: str, bucket: int, texts: Iterable[Text], *, most: int) -> None:
        """Add negative texts of a bucket, of which only the most negative stay."""
        rows = [(series, bucket, *text) for text in texts]
        self._database.executemany("INSERT OR IGNORE INTO texts VALUES (?, ?, ?, ?)", rows)
        self._database.execute(
            "DELETE FROM texts WHERE series = ?1 AND bucket = ?2 AND (certainty, text) NOT IN (SELECT certainty, text "
            "FROM texts WHERE series = ?1 AND bucket = ?2 ORDER BY certainty DESC, text LIMIT ?3)",
            (series, bucket, most),
        )

    def texts(self, series: str, *, first: int, last: int, most: int) -> list[Text]:
        """The most negative texts of some buckets, the most negative first."""
        rows = self._read(
            "SELECT DISTINCT certainty, text FROM texts WHERE series = ? AND bucket BETWEEN ? AND ? "
            "ORDER BY certainty DESC, text LIMIT ?",
            (series, first, last, most),
        )
        return [Text(*row) for row in rows]

    def drop_texts(self, before: int) -> None:
        """Forget the texts of all buckets before one."""
        self._database.execute("DELETE FROM texts WHERE bucket < ?", (before,))

    def detectors(self) -> dict[str, Any]:
        """What the alarm knows, by series."""
        return {name: load_json(value, self._path) for name, value in self._read("SELECT * FROM detectors")}

    def keep_detector(self, series: str, value: object) -> None:
        """Keep what the alarm knows of a series."""
        self._database.execute("INSERT OR REPLACE INTO detectors VALUES (?, ?)", (series, dump_json(value)))

    def alarms(self, series: str | None = None) -> list[dict[str, Any]]:
        """All alarms, or those of a series, in the order in which they were raised."""
        rows = self._read("SELECT value FROM alarms WHERE series = coalesce(?, series)", (series,))
        found = [load_json(value, self._path) for (value,) in rows]
        return sorted(found, key=lambda alarm: (alarm["raised"], alarm["series"]))

    def keep_alarms(self, series: str, alarms: Sequence[Mapping[str, Any]]) -> None:
        """Say which alarms a series has; the same `number` is the same one. Those that are gone are withdrawn."""
        kept = {alarm["number"]: alarm for alarm in self.alarms(series)}
        for alarm in alarms:
            # Of an alarm that late events refuted, the number goes to the next one, which nobody was told of.
            is_new = kept.get(alarm["number"], {}).get("state", WITHDRAWN) == WITHDRAWN
            self._database.execute(
                "INSERT INTO alarms VALUES (?1, ?2, ?3, NULL) ON CONFLICT (series, number) DO UPDATE SET "
                "value = ?3, sent = CASE WHEN ?4 THEN NULL ELSE sent END",
                (series, alarm["number"], dump_json(alarm), is_new),
            )
        for number in kept.keys() - {alarm["number"] for alarm in alarms}:
            value = dump_json({**kept[number], "state": WITHDRAWN})
            self._database.execute(
                "UPDATE alarms SET value = ? WHERE series = ? AND number = ?", (value, series, number)
            )

    def unsent(self) -> list[dict[str, Any]]:
        """Alarms whose `state` is another than that which was sent last; one that nobody was told of and that is
        withdrawn is not among them."""
        rows = self._read("SELECT value, sent FROM alarms")
        found = [(load_json(value, self._path), sent) for value, sent in rows]
        return [
            alarm
            for alarm, sent in found
            if alarm["state"] != sent and not (alarm["state"] == WITHDRAWN and sent is None)
        ]

    def mark_sent(self, alarm: Mapping[str, Any]) -> None:
        """Say that one of `unsent` has been sent."""
        self._database.execute(
            "UPDATE alarms SET sent = ? WHERE series = ? AND number = ?",
            (alarm["state"], alarm["series"], alarm["number"]),
        )

    def _begin_anew(self, settings: dict[str, Any]) -> None:
        tables = [name for (name,) in self._database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        self._database.execute("BEGIN IMMEDIATE")
        for name in tables:
            self._database.execute(f"DELETE FROM {name}")
        self.keep_fact("settings", settings)
        self._database.execute("COMMIT")

    def _check_settings(self, settings: dict[str, Any]) -> None:
        kept = self.fact("settings")
        if kept is None:
            self.keep_fact("settings", settings)
            return
        differing = sorted(name for name in kept.keys() | settings.keys() if kept.get(name) != settings.get(name))
        if differing and not self._kept_counters().events:
            # The first command was a wrong one, and nothing is lost.
            self._begin_anew(settings)
        elif differing:
            raise RunError(
                f"{self._path.parent} was begun with other settings: {', '.join(differing)}.",
                where=str(self._path.parent),
                hint="repeat the first command, or choose another --out",
            )
