import numpy as np
import pytest
from scipy.special import logit

from bert_tf import api
from bert_tf.playground.subject import warm_up
from bert_tf.runs.run import open_run

TEXTS = ["Arsenal's striker scored twice in the final.", "", "Shares fell after the bank's profit warning."]


def probabilities(subject, texts):
    return subject.outputs(texts)["probabilities"]


def test_a_run_answers_as_its_export_does(run_subject, model_subject):
    assert run_subject.serving.targets == model_subject.serving.targets
    np.testing.assert_allclose(probabilities(run_subject, TEXTS), probabilities(model_subject, TEXTS), atol=2e-5)


@pytest.mark.parametrize("target", [0, 3])
def test_words_of_a_run_lead_from_the_baseline_to_what_its_export_answers(run_subject, model_subject, target):
    found = run_subject.word_scores(TEXTS[0], None, target=target)
    assert "".join(text for text, _ in found.words) == TEXTS[0]
    answered = logit(probabilities(model_subject, TEXTS[:1])[0, target])
    way = answered - logit(found.baseline["baseline_probability"])
    assert abs(way) > 0.1
    assert sum(score for _, score in found.words) == pytest.approx(way, rel=0.03)
    assert found.completeness_error < 0.03
    assert (found.pair_words, found.words_at_a_time) == ([], 1)


def test_words_of_a_model_are_left_out(model_subject, trained):
    found = model_subject.word_scores("Arsenal scored", None, target=3)
    assert (found.completeness_error, found.words_at_a_time) == (None, 1)
    name = model_subject.serving.targets[3]
    answers = api.load(trained.model).predict(["Arsenal scored", " scored", "Arsenal "])
    whole, *rest = [np.log(p / (1 - p)) for p in (answer["probabilities"][name] for answer in answers)]
    assert [text for text, _ in found.words] == ["Arsenal", " ", "scored"]
    assert [score for _, score in found.words] == pytest.approx([whole - rest[0], 0, whole - rest[1]], abs=1e-3)


def test_order_does_not_depend_on_length(model_subject):
    texts = ["goal " * count for count in (9, 1, 20, 3)]
    single = np.concatenate([probabilities(model_subject, [text]) for text in texts])
    np.testing.assert_allclose(probabilities(model_subject, texts), single, atol=1e-4)


def test_examples_are_texts_that_were_measured(run_subject, model_subject, trained):
    rows = [answer for answer, _ in run_subject.examples]
    assert 2 <= len(rows) <= 6
    assert all(pair is None and text.strip() for text, pair in [*run_subject.examples, *model_subject.examples])
    assert open_run(trained.run).facts["label_names"] == list(run_subject.serving.targets)


@pytest.mark.parametrize("pairs", [False, True])
@pytest.mark.parametrize("examples", [[], [("one", None)]])
def test_warming_up_asks_what_the_page_asks(pairs, examples):
    asked = []

    class Listener:
        takes_pairs = pairs

        def outputs(self, texts, second=None):
            asked.append((texts, second))

        def word_scores(self, text, pair, *, target):
            asked.append((text, pair, target))

    subject = Listener()
    subject.examples = [(text, "two" if pairs else None) for text, _ in examples]
    warm_up(subject)
    text, pair = "one" if examples else "word", ("two" if examples else "word") if pairs else None
    assert asked == [([text], None if pair is None else [pair]), (text, pair, 0)]
