from collections import Counter

from bert_tf.data.checks import Columns
from bert_tf.data.known_labels import KnownLabels
from bert_tf.data.rows import BadRow, Header, Row
from bert_tf.drafting.check_file import MOST_TEXTS, check_file
from bert_tf.tasks.classify.target import ClassifyTarget

COLUMNS = Columns("text", None, ("label",), None)
TARGET = ClassifyTarget("label", KnownLabels(merges=True))


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
    checked = check_file(items, COLUMNS, TARGET, split="train", source="a.csv")
    assert checked.labels == Counter({"a": 1, "b": 1, "1": 1})
    assert (checked.rows, checked.bad, checked.repeated) == (3, 2, 1)
    assert [cause.sentence for cause in checked.causes] == ["a.csv:3: text is empty", "a.csv:4: not UTF-8"]
    assert (checked.texts, checked.pairs) == (["one", "one", "two"], [])


def test_a_label_that_training_never_sees():
    header = Header("b.csv", ("text", "label"))
    train = check_file([header, row(2, "one", "a"), row(3, "two", "b")], COLUMNS, TARGET, split="train", source="a.csv")
    rows = [header, row(2, "one", "c"), row(3, "one", "a"), row(4, "three", "b")]
    checked = check_file(rows, COLUMNS, TARGET, split="test", source="b.csv", train=train)
    assert checked.causes[0].sentence == "1 label of b.csv never occurs in train, 1 row: 'c' (1 row, at b.csv:2)"
    assert (checked.rows, checked.leaked, checked.repeated) == (2, 1, 0)


def test_pairs_stay_together_in_the_sample():
    columns = Columns("text", "pair", ("label",), None)
    rows = (Row(n, {"text": f"t{n}", "pair": f"p{n}", "label": n % 2}) for n in range(3 * MOST_TEXTS))
    checked = check_file(rows, columns, TARGET, split="train", source="a.csv")
    assert len(checked.texts) == len(checked.pairs) == MOST_TEXTS
    assert [text[1:] for text in checked.texts] == [pair[1:] for pair in checked.pairs]
    numbers = [int(text[1:]) for text in checked.texts]
    assert len(set(numbers)) == MOST_TEXTS
    # Each third of the file gives a third of the sample: 1,667 ± 33 (one standard deviation).
    thirds = Counter(number // MOST_TEXTS for number in numbers)
    assert all(1500 < thirds[third] < 1834 for third in range(3))
