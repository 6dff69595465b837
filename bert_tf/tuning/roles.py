"""Which part of a search a process is: all of it, keras-tuner's chief, or one of its workers."""

from collections.abc import Mapping
from typing import Literal

from bert_tf.errors import TuningError

NAME, ADDRESS, PORT = "KERASTUNER_TUNER_ID", "KERASTUNER_ORACLE_IP", "KERASTUNER_ORACLE_PORT"

Role = Literal["alone", "chief", "worker"]


def role(environment: Mapping[str, str]) -> Role:
    """What this process is by keras-tuner's variables.

    Raises:
        TuningError: some of them are set and others are not.
    """
    found = [name for name in (NAME, ADDRESS, PORT) if environment.get(name)]
    if not found or found == [NAME]:
        return "alone"
    missing = [name for name in (NAME, ADDRESS, PORT) if name not in found]
    if missing:
        raise TuningError(
            f"{' and '.join(found)} {'are' if len(found) > 1 else 'is'} set, and {' and '.join(missing)} not.",
            hint="a distributed search needs all three; a search in one process needs none",
            kind="usage",
        )
    return "chief" if "chief" in environment[NAME] else "worker"
