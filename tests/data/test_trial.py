from collections import Counter

from bert_tf.data.checks import Columns
from bert_tf.data.rows import BadRow, Header, Row
from bert_tf.data.trial import MOST_TEXTS, try_rows

COLUMNS = Columns("text", None, "label", None)


def row(number, text, label):
    return Row(number, {"text": text, "label": label})


def test_good_and_bad_rows():
    items = [
        Header("a.csv", ("text", "label")),
        row(2, "one", "a"),
        row(3, "", "a"),
        BadRow(4, "bad UTF-8", "not UTF-8"),
        row(5, "one", "b"),
        row(6, "two", 1),
    ]
    trial = try_rows(items, COLUMNS)
    assert trial.labels == Counter({"a": 1, "b": 1, "1": 1})
    assert (trial.rows, trial.bad, trial.repeated) == (3, 2, 1)
    assert trial.bad_shown == ["a.csv:3: text is empty", "a.csv:4: not UTF-8"]
    assert (trial.texts, trial.pairs) == (["one", "one", "two"], [])


def test_a_label_that_training_never_sees():
    trial = try_rows([Header("b.csv", ()), row(2, "one", "c")], COLUMNS, known_labels={"a", "b"})
    assert trial.bad_shown == ["b.csv:2: label 'c' is never seen in training"]


def test_pairs_stay_together_in_the_sample():
    columns = Columns("text", "pair", "label", None)
    rows = (Row(n, {"text": f"t{n}", "pair": f"p{n}", "label": n % 2}) for n in range(3 * MOST_TEXTS))
    trial = try_rows(rows, columns)
    assert len(trial.texts) == len(trial.pairs) == MOST_TEXTS
    assert [text[1:] for text in trial.texts] == [pair[1:] for pair in trial.pairs]
    numbers = [int(text[1:]) for text in trial.texts]
    assert len(set(numbers)) == MOST_TEXTS
    # Each third of the file gives a third of the sample: 1,667 ± 33 (one standard deviation).
    thirds = Counter(number // MOST_TEXTS for number in numbers)
    assert all(1500 < thirds[third] < 1834 for third in range(3))
