import numpy as np

from bert_tf.report.shown_examples import make_examples


def test_what_is_shown_of_a_row(drawn):
    rows = drawn(4, ("a", "b"))
    probabilities = np.array([[0.9, 0.1]] * 4)
    words = [("x", 3.0), (" ", 0.0), ("y", -1.5), ("z", 0.3), (" end", 6.0)]
    explanations = {2: {"words": words, "pair_words": [], "completeness_error": 0.1}}
    first, second = make_examples(rows, probabilities, [2, 0], explanations)
    assert (first.place, first.predicted, first.probability, first.expected) == (
        "drawn.csv:4",
        "a",
        0.9,
        rows.label_names[rows.labels[2]],
    )
    assert first.texts == ["text 2"]
    assert first.tokens == rows.lengths[2]
    assert [(word.text, word.weight) for word in first.explained.words[0]] == [
        ("x", 0.5), (" ", 0.0), ("y", -0.25), ("z", 0.0), (" end", 1.0),
    ]  # fmt: skip
    assert (first.explained.favouring, first.explained.opposing) == (["end", "x"], ["y"])
    assert second.explained is None


def test_a_text_without_words(drawn):
    empty = {"words": [], "pair_words": [("only", 2.0)], "completeness_error": 0.0}
    (example,) = make_examples(drawn(1), np.array([[0.2, 0.5, 0.3]]), [0], {0: empty})
    assert [[word.text for word in words] for words in example.explained.words] == [[], ["only"]]
