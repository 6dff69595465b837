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
    trial = try_rows(items, COLUMNS, split="train", source="a.csv")
    assert trial.labels == Counter({"a": 1, "b": 1, "1": 1})
    assert (trial.rows, trial.bad, trial.repeated) == (3, 2, 1)
    assert [cause.sentence for cause in trial.causes] == ["a.csv:3: text is empty", "a.csv:4: not UTF-8"]
    assert (trial.texts, trial.pairs) == (["one", "one", "two"], [])


def test_a_label_that_training_never_sees():
    header = Header("b.csv", ("text", "label"))
    train = try_rows([header, row(2, "one", "a"), row(3, "two", "b")], COLUMNS, split="train", source="a.csv")
    rows = [header, row(2, "one", "c"), row(3, "one", "a"), row(4, "three", "b")]
    trial = try_rows(rows, COLUMNS, split="test", source="b.csv", train=train)
    assert trial.causes[0].sentence == "1 label of b.csv never occurs in train, 1 row: 'c' (1 row, at b.csv:2)"
    assert (trial.rows, trial.leaked, trial.repeated) == (2, 1, 0)


def test_pairs_stay_together_in_the_sample():
    columns = Columns("text", "pair", "label", None)
    rows = (Row(n, {"text": f"t{n}", "pair": f"p{n}", "label": n % 2}) for n in range(3 * MOST_TEXTS))
    trial = try_rows(rows, columns, split="train", source="a.csv")
    assert len(trial.texts) == len(trial.pairs) == MOST_TEXTS
    assert [text[1:] for text in trial.texts] == [pair[1:] for pair in trial.pairs]
    numbers = [int(text[1:]) for text in trial.texts]
    assert len(set(numbers)) == MOST_TEXTS
    # Each third of the file gives a third of the sample: 1,667 ± 33 (one standard deviation).
    thirds = Counter(number // MOST_TEXTS for number in numbers)
    assert all(1500 < thirds[third] < 1834 for third in range(3))
