"""A head answers and explains as the whole model does of it."""

import pathlib
import sys

import numpy as np
import pytest

from bert_tf.playground.head_subject import heads_of
from bert_tf.playground.subject import load_subject
from bert_tf.workflow.source import find_source

# The tests are imported by path; the runs of all tasks are those that conformance looks at.
sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "tasks"))

TEXTS = ["a fine day out", "no"]


@pytest.fixture(scope="module")
def run(cache, one_layer):
    from conformance import finish

    return finish("multitask", cache=cache, encoder=str(one_layer)).run


@pytest.fixture(scope="module")
def whole(run):
    return load_subject(find_source(run.path))


def test_outputs_are_those_of_the_whole_model(whole):
    heads, outputs = heads_of(whole), whole.outputs(TEXTS)
    assert list(heads) == ["mood", "stars", "tones"]
    for name, output in (("mood", "probabilities"), ("stars", "value"), ("tones", "probabilities")):
        np.testing.assert_array_equal(heads[name].outputs(TEXTS)[output], outputs[f"{name}.{output}"])
        assert heads[name].serving.numbers == output


def test_words_are_scored_for_the_heads_own_targets(whole):
    heads = heads_of(whole)
    # Two moods, one number, four tones.
    assert whole.serving.targets[2:4] == ["stars: value", "tones: anger"]
    for name, target, of_whole in (("mood", 1, 1), ("stars", 0, 2), ("tones", 1, 4)):
        found, expected = (
            subject.word_scores(TEXTS[0], None, target=place)
            for subject, place in ((heads[name], target), (whole, of_whole))
        )
        assert found.words == expected.words
        (value,) = expected.baseline.values()
        (told,) = found.baseline.items()
        if name == "stars":
            assert told == ("baseline_value", value)
        else:
            # What the words of a label count from is told as a probability, whose log-odds the whole model tells.
            assert told == ("baseline_probability", pytest.approx(1 / (1 + np.exp(-value))))


def test_a_model_of_one_task_has_no_heads(model_subject):
    assert heads_of(model_subject) == {}
