"""Which topic of Kafka events are read from, and how its brokers are spoken to."""

import pathlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from bert_tf.errors import DataError
from bert_tf.system_errors import system_errors_as

SCHEME = "kafka://"
_FORM = "kafka://HOST:PORT/TOPIC, with commas between several brokers"
# What decides which messages are read, and that none is counted twice.
_OURS = frozenset({
    "allow.auto.create.topics", "auto.offset.reset", "bootstrap.servers", "enable.auto.commit",
    "enable.auto.offset.store", "enable.partition.eof", "metadata.broker.list",
})  # fmt: skip


@dataclass(frozen=True)
class KafkaTopic:
    """A topic whose messages are JSON objects.

    Attributes:
        brokers: HOST:PORT each, with commas between them.
        name: Of the topic.
        settings: Of librdkafka, such as `security.protocol`.
    """

    brokers: str
    name: str
    settings: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of_uri(cls, uri: str, settings: Mapping[str, str]) -> Self:
        """From `kafka://HOST:PORT/TOPIC`.

        Raises:
            DataError: brokers or topic are missing.
        """
        brokers, _, name = uri.removeprefix(SCHEME).partition("/")
        if not brokers or not name or "/" in name:
            raise DataError(f"{uri} names no topic of Kafka.", where=uri, hint=f"write {_FORM}")
        if "@" in brokers:
            raise DataError(
                "User and password can't stand in the address of a topic: others on this machine can read it.",
                where=f"{SCHEME}…/{name}",
                hint="put sasl.username and sasl.password into a file, and name it by --kafka-config",
            )
        return cls(brokers, name, settings)


def read_settings(path: pathlib.Path) -> dict[str, str]:
    """Settings of librdkafka from a file of lines KEY=VALUE, as kcat and Confluent's tools have them.

    Raises:
        DataError: the file can't be read, a line is no setting, or a setting decides which messages are read.
    """
    hint = "name a text file of lines such as security.protocol=SASL_SSL"
    with system_errors_as(DataError, f"{path} can't be read", where=str(path), hint=hint, kind="data"):
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError as error:
            raise DataError(f"{path} is not text in UTF-8.", where=str(path), hint=hint) from error
    found, problems = dict[str, str](), []
    for number, line in enumerate(lines, 1):
        key, equals, value = (part.strip() for part in line.partition("="))
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if not equals or not key:
            problems.append(f"line {number} is not KEY=VALUE")
        elif key in _OURS:
            problems.append(f"line {number}: {key} can't be set, because the monitor's own state decides what is read")
        found[key] = value
    if problems:
        raise DataError(f"{path} can't be used:", where=str(path), problems=problems)
    return found
