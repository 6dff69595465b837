"""The texts of one part of a split, in a file that a worker on another machine reads."""

import pathlib

import pyarrow as pa

from bert_tf.batches.token_batches import BATCH_ROWS, Texts
from bert_tf.errors import DataError
from bert_tf.integrity import check_seal, seal


def write_texts(path: pathlib.Path, texts: Texts, *, start: int, stop: int) -> None:
    """Write rows `start` to `stop` (excluded) into a file, `BATCH_ROWS` at a time."""
    names = ["text"] if texts.pairs(start, start + 1) is None else ["text", "pair"]
    schema = pa.schema([(name, pa.binary()) for name in names])
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, schema) as writer:
        for first in range(start, stop, BATCH_ROWS):
            last = min(first + BATCH_ROWS, stop)
            columns = [texts.texts(first, last), texts.pairs(first, last)][: len(names)]
            writer.write_batch(pa.record_batch([pa.array(column, pa.binary()) for column in columns], schema=schema))
    seal(path, name=path.name)


class PartTexts:
    """What `write_texts` wrote, memory-mapped: `bert_tf.batches.token_batches.Texts`.

    Args:
        path: The file, under the name under which it was written.

    Raises:
        DataError: it is not as it was written.
    """

    fingerprint = ""  # a part has none: its file is named by its split's

    def __init__(self, path: pathlib.Path) -> None:
        try:
            reader = pa.ipc.open_file(pa.memory_map(str(path)).read_buffer(check_seal(path)))
            self._batches = [reader.get_batch(number) for number in range(reader.num_record_batches)]
        except (OSError, ValueError) as problem:
            raise DataError(
                f"Texts were damaged on their way to a worker: {problem}.",
                where=path.name,
                hint="run the command again",
            ) from problem
        self._has_pairs = "pair" in reader.schema.names

    def __len__(self) -> int:
        return sum(batch.num_rows for batch in self._batches)

    def texts(self, start: int, stop: int) -> list[bytes]:
        """UTF-8 texts of rows `start` to `stop` (excluded), of which `start` begins a batch of `BATCH_ROWS`."""
        return self._column("text", start, stop)

    def pairs(self, start: int, stop: int) -> list[bytes] | None:
        """Their second texts; None for single ones."""
        return self._column("pair", start, stop) if self._has_pairs else None

    def _column(self, name: str, start: int, stop: int) -> list[bytes]:
        found: list[bytes] = self._batches[start // BATCH_ROWS].column(name).slice(0, stop - start).to_pylist()
        return found
