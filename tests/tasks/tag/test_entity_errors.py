import pytest

from bert_tf.tasks.tag.answered_entities import tagged_rows
from bert_tf.tasks.tag.entity_errors import KINDS, entity_errors


def errors(answers, expected, predicted):
    found = entity_errors(tagged_rows(answers([expected], [predicted])))
    counts = {name: int(count) for name, count in zip(KINDS, found.counts, strict=True) if count}
    assert found.total == sum(counts.values())
    return counts, found.confusion.tolist()


@pytest.mark.parametrize(
    ("expected", "predicted", "counts", "confusion"),
    [
        ("B-PER O", "B-PER O", {}, [[0, 0, 0], [0, 1, 0], [0, 0, 0]]),
        ("B-PER O", "B-LOC O", {"other type": 1}, [[0, 0, 0], [1, 0, 0], [0, 0, 0]]),
        ("B-PER I-PER", "B-PER O", {"other words": 1}, [[0, 0, 0], [0, 1, 0], [0, 0, 0]]),
        ("B-PER I-PER", "B-LOC O", {"other type and words": 1}, [[0, 0, 0], [1, 0, 0], [0, 0, 0]]),
        ("B-PER O", "O O", {"missed": 1}, [[0, 0, 0], [0, 0, 1], [0, 0, 0]]),
        ("O O", "O B-LOC", {"invented": 1}, [[0, 0, 0], [0, 0, 0], [1, 0, 0]]),
        # Both halves of one entity: neither is invented.
        ("B-PER I-PER", "B-PER B-LOC", {"other words": 1}, [[0, 0, 0], [0, 1, 0], [0, 0, 0]]),
        # One entity over two: each of them has other words.
        ("B-PER B-PER", "B-PER I-PER", {"other words": 2}, [[0, 0, 0], [0, 2, 0], [0, 0, 0]]),
    ],
)
def test_each_error_is_of_one_kind(answers, expected, predicted, counts, confusion):
    assert errors(answers, expected, predicted) == (counts, confusion)
