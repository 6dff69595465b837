from bert_tf.report.shown_examples import ShownAnswer, make_examples

ANSWER = ShownAnswer("a", "0.9000", "expected b (0.1000)", "For “a”", "Against it")


def test_what_is_shown_of_a_row(drawn):
    rows = drawn(4, ("a", "b"))
    words = [("x", 3.0), (" ", 0.0), ("y", -1.5), ("z", 0.3), (" end", 6.0)]
    explanations = {2: {"words": words, "pair_words": [], "completeness_error": 0.1}}
    first, second = make_examples(rows, {2: ANSWER, 0: ANSWER}, explanations)
    assert (first.place, first.answer) == ("drawn.csv:4", ANSWER)
    assert first.texts == ["text 2"]
    assert first.tokens == rows.lengths[2]
    assert [(word.text, word.weight) for word in first.explained.words[0]] == [
        ("x", 0.5), (" ", 0.0), ("y", -0.25), ("z", 0.0), (" end", 1.0),
    ]  # fmt: skip
    assert (first.explained.favouring, first.explained.opposing) == (["end", "x"], ["y"])
    assert (second.place, second.explained) == ("drawn.csv:2", None)


def test_a_text_without_words(drawn):
    empty = {"words": [], "pair_words": [("only", 2.0)], "completeness_error": 0.0}
    (example,) = make_examples(drawn(1), {0: ANSWER}, {0: empty})
    assert [[word.text for word in words] for words in example.explained.words] == [[], ["only"]]
