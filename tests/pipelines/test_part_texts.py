import numpy as np
import pytest

from bert_tf.errors import DataError
from bert_tf.pipelines.part_texts import PartTexts, write_texts


class Texts:
    """5,000 rows in memory."""

    fingerprint = "a"

    def __init__(self, *, pairs):
        random = np.random.default_rng(0)
        rows = [random.bytes(size) for size in random.integers(0, 40, 5000)]
        self._rows, self._pairs = rows, rows[::-1] if pairs else None

    def __len__(self):
        return len(self._rows)

    def texts(self, start, stop):
        return self._rows[start:stop]

    def pairs(self, start, stop):
        return self._pairs and self._pairs[start:stop]


@pytest.mark.parametrize("pairs", [False, True])
def test_rows_of_a_part(tmp_path, pairs):
    texts, path = Texts(pairs=pairs), tmp_path / "part.arrow"
    write_texts(path, texts, start=100, stop=4900)
    part = PartTexts(path)
    assert len(part) == 4800
    for start, stop in ((0, 2048), (2048, 4096), (4096, 4800)):
        assert part.texts(start, stop) == texts.texts(100 + start, 100 + stop)
        assert part.pairs(start, stop) == texts.pairs(100 + start, 100 + stop)


@pytest.mark.parametrize(
    "damage", [lambda content: content[:-1], lambda content: b"", lambda content: content[:99] + b"?" + content[100:]]
)
def test_damage_is_told(tmp_path, damage):
    path = tmp_path / "part.arrow"
    write_texts(path, Texts(pairs=False), start=0, stop=10)
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(DataError, match="damaged on their way to a worker"):
        PartTexts(path)
