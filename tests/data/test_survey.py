from bert_tf.data.row_blocks import RowBlock, gathered
from bert_tf.data.rows import BadRow, Header, Row
from bert_tf.data.survey import MOST_DISTINCT, survey_columns


def test_counts_of_each_column():
    items = [
        Header("a.csv", ("text", "label", "weight")),
        Row(2, {"text": "one", "label": "a", "weight": "0.5"}),
        BadRow(3, "broken row", "a quote is never closed"),
        Row(4, {"text": b"three", "label": 1, "weight": ""}),
        Row(5, {"text": None, "label": "a"}),
    ]
    text, label, weight = survey_columns(items)
    assert (text.rows, text.filled, text.distinct, text.mean_characters) == (3, 2, 2, 4.0)
    assert label.values == {"a": 2, "1": 1}
    assert not label.is_numeric
    assert (weight.rows, weight.missing, weight.is_numeric, weight.least) == (2, 1, True, 0.5)


def test_memory_does_not_grow_with_different_values():
    rows = (Row(number, {"text": str(number)}) for number in range(MOST_DISTINCT + 500))
    (column,) = survey_columns([Header("a.csv", ("text",)), *rows])
    assert (column.distinct, column.rows) == (MOST_DISTINCT, MOST_DISTINCT + 500)


def test_nothing():
    assert survey_columns([]) == []
    (column,) = survey_columns([Header("a.csv", ("text",))])
    assert (column.filled, column.mean_characters, column.is_numeric) == (0, 0.0, False)


def test_of_a_large_file_fewer_and_fewer_rows_count_from_all_over_it(monkeypatch):
    monkeypatch.setattr("bert_tf.data.survey._MOST_CELLS", 20)
    items = [Header("a.csv", ("text", "label")), *(Row(row, {"text": str(row), "label": "a"}) for row in range(1, 61))]
    text, label = survey_columns(items)
    blocks = list(gathered(items, wanted=["text", "label"]))
    assert isinstance(blocks[1], RowBlock)
    assert survey_columns(blocks) == [text, label]
    # Ten rows, then ten of every second one, then every fourth.
    expected = [*range(1, 11), *range(12, 31, 2), *range(34, 59, 4)]
    assert [int(value) for value in text.values] == expected
    assert label.rows == len(expected)
