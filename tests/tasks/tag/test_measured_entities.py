import numpy as np

from bert_tf.report.measured import measured
from bert_tf.tasks.tag.measured_entities import WrongWord, measured_entities
from bert_tf.tasks.tag.metrics import TagMetrics


def own(predictions, *arguments, **settings):
    return measured_entities(measured({"test": predictions(*arguments, **settings)}, TagMetrics(), max_tokens=64))


def test_entities_that_training_has_and_others(predictions):
    found = own(predictions, ["B-PER O B-LOC", "B-PER O", "O"], ["B-PER O O", "B-PER O", "O"], seen={(0, 0), (0, 2)})
    assert (found.seen, found.unseen) == ((1, 2), (1, 1))
    assert (found.seen.share, found.unseen.share) == (0.5, 1.0)
    assert own(predictions, ["O"], ["O"]).seen.share is None


def test_words_that_are_most_often_wrong(predictions):
    # Words are a, b, c by their place.
    found = own(predictions, ["B-PER O B-LOC", "O B-PER", "O"], ["O O B-LOC", "O O", "O"])
    assert found.words == [WrongWord("a", 1, 3), WrongWord("b", 1, 2)]


def test_wrong_rows_have_the_largest_loss_first(predictions):
    found = own(predictions, ["B-PER", "O O O", "O O"], ["O", "B-PER O B-PER", "O O"])
    assert found.wrong.tolist() == [1, 0]
    assert np.all(np.diff(found.losses[found.wrong]) < 0)
