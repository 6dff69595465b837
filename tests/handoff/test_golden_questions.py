import hypothesis
import hypothesis.extra.numpy as arrays
import numpy as np
from hypothesis import strategies

from bert_tf.data.corpus import Questions, make_corpus
from bert_tf.handoff.golden_answers import odd_texts
from bert_tf.handoff.golden_questions import best_answers, golden_question_texts, is_sure, scores_without
from bert_tf.handoff.index_rows import IndexRows


@hypothesis.settings(max_examples=30)
@hypothesis.given(
    arrays.arrays(np.float32, (20, 2), elements=strategies.integers(-3, 3)),
    arrays.arrays(np.float32, (6, 2), elements=strategies.integers(-3, 3)),
)
def test_the_nearest_come_first_and_of_equal_ones_the_earlier(asked, vectors):
    scores, places = best_answers(asked, vectors, top=4)
    for row, question in enumerate(asked):
        order = sorted(range(6), key=lambda place: (-float(vectors[place] @ question), place))[:4]
        assert places[row].tolist() == order
        assert scores[row].tolist() == [float(vectors[place] @ question) for place in order]


def test_questions_that_a_difference_could_turn_are_none():
    scores = np.array([[0.9, 0.5, 0.4], [0.9, 0.899, 0.4], [0.9, 0.5, 0.499], [0.601, 0.5, 0.4]], np.float32)
    assert is_sure(scores, None, tolerance=0.002).tolist() == [True, False, False, True]
    assert is_sure(scores, 0.6, tolerance=0.002).tolist() == [True, False, False, False]
    # Of one answer there is nothing to exchange.
    assert is_sure(scores[:, :1], None, tolerance=0.002).all()


def test_texts_are_questions_or_else_answers():
    corpus = make_corpus([str(number) for number in range(9)], [b"answer %d" % number for number in range(9)], None)
    questions = Questions(tuple(b"question %d" % number for number in range(5)), np.zeros(5, np.int64))
    odd = odd_texts()
    assert golden_question_texts(IndexRows(corpus, questions, 1, None, ""), 3) == [
        b"question 0", b"question 2", b"question 4", *odd,
    ]  # fmt: skip
    assert golden_question_texts(IndexRows(corpus, None, 1, None, ""), 2) == [b"answer 0", b"answer 8", *odd]


def test_the_best_score_without_the_right_answer_and_its_like():
    vectors = np.array([[1, 0], [0, 1], [0.6, 0.8], [1, 0]], np.float32)
    asked = np.array([[1, 0], [0, 1]] * 10, np.float32)
    texts, right = [b"same", b"up", b"between", b"same"], np.array([0, 1] * 10)
    assert scores_without(asked, vectors, texts=texts, right=right).tolist() == [np.float32(0.6), np.float32(0.8)] * 10
    assert scores_without(asked[:1], vectors[:1], texts=texts[:1], right=np.array([0])).tolist() == [-1]
