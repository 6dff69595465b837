import numpy as np
import pytest

from bert_tf.errors import DataError
from bert_tf.monitoring.answer_reader import answer_reader
from bert_tf.tasks.classify.serving import ClassifyServing
from bert_tf.tasks.multitask.heads import Head
from bert_tf.tasks.multitask.serving import MultitaskServing
from bert_tf.tasks.regress.serving import RegressServing
from bert_tf.tasks.table import TASKS

MOOD, REASON = ClassifyServing(("negative", "positive")), ClassifyServing(("bag", "crew"))
TONE = RegressServing(0.0, 1.0)
OUTPUTS = {
    "mood.label": np.array([b"negative", b"positive"]),
    "mood.score": np.array([0.75, 0.75], np.float32),
    "mood.probabilities": np.array([[0.75, 0.25], [0.25, 0.75]], np.float32),
    "reason.label": np.array([b"crew", b"bag"]),
    "reason.score": np.array([0.5, 1.0], np.float32),
    "reason.probabilities": np.array([[0.5, 0.5], [1.0, 0.0]], np.float32),
    "tone.value": np.array([-1.5, 2.0], np.float32),
}


def model(**servings):
    tasks = {ClassifyServing: "classify", RegressServing: "regress"}
    heads = [Head(name, tasks[type(one)], TASKS[tasks[type(one)]]) for name, one in servings.items()]
    return MultitaskServing(heads, list(servings.values()))


ALL = model(reason=REASON, mood=MOOD, tone=TONE)


def test_the_only_head_with_a_negative_label_is_found():
    reader = answer_reader(ALL)
    assert (reader.head, reader.topic_head) == ("mood", None)
    found = reader.read(OUTPUTS)
    assert (found.outcomes, found.topics) == (["negative", "positive"], None)
    np.testing.assert_allclose(found.certainty, [0.75, 0.25])


def test_a_cut_chooses_the_head_of_numbers_and_another_one_gives_topics():
    reader = answer_reader(ALL, below=-0.5, topics="reason")
    assert (reader.head, reader.topic_head) == ("tone", "reason")
    found = reader.read(OUTPUTS)
    assert found.outcomes == ["below -0.5", "-0.5 or more"]
    assert found.topics == ["crew", "bag"]
    np.testing.assert_allclose(found.certainty, [1.0, -2.5])


def test_a_head_may_be_named():
    reader = answer_reader(ALL, head="reason", negative=("bag",))
    assert reader.read(OUTPUTS).outcomes == ["crew", "bag"]


@pytest.mark.parametrize(
    "serving, options, said, hint",
    [
        (MOOD, {"head": "mood"}, "This model has one task and no head 'mood'.", "remove --head"),
        (MOOD, {"topics": "reason"}, "This model has one task and no head 'reason'.", "remove --topics"),
        (ALL, {"head": "moood"}, "The model has no head 'moood'.", "did you mean 'mood'?"),
        (ALL, {"topics": "x"}, "The model has no head 'x'.", "its heads are reason, mood, tone"),
        (ALL, {"topics": "mood"}, "The head 'mood' gives no topics: it tells the mood.", "one that could: reason"),
        (
            ALL,
            {"topics": "tone"},
            "The head 'tone' gives no topics: it answers with something else than one label.",
            "one that could: reason",
        ),
        (
            model(a=MOOD, b=MOOD),
            {},
            "Several heads of the model could be monitored: a, b.",
            "name one: --head a",
        ),
    ],
)
def test_what_is_wrong_is_told(serving, options, said, hint):
    with pytest.raises(DataError) as problem:
        answer_reader(serving, **options)
    assert (problem.value.what, problem.value.hint) == (said, hint)


def test_no_head_can_be_monitored():
    with pytest.raises(DataError) as problem:
        answer_reader(model(reason=REASON, tone=TONE))
    assert list(problem.value.problems) == [
        "reason: The model has no label 'negative'.",
        "tone: This model predicts a number, so it needs a limit below which numbers are negative.",
    ]
