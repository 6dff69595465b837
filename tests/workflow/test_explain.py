"""Which words a real run's answers rest on."""

import numpy as np
import pytest
import tensorflow as tf
from scipy.special import logit, softmax
from transformers import BertTokenizerFast

from bert_tf import api
from bert_tf.errors import RunError
from bert_tf.runs.run import open_run
from bert_tf.workflow.assemble import restore
from bert_tf.workflow.explain import Explainer
from bert_tf.workflow.opened_run import OpenedRun

TEXTS = [
    "Arsenal's striker DIDN'T score in the final.",
    "Shares fell after the bank's profit warning, and again on Monday. " * 5,
    "",
]


@pytest.fixture(scope="module")
def run(trained):
    return open_run(trained.run)


@pytest.fixture(scope="module")
def explainer(run, cache):
    return Explainer(OpenedRun(run, cache_folder=cache))


@pytest.fixture(scope="module")
def found(explainer):
    return explainer.explain(TEXTS)


def test_answers_are_those_of_the_run(run, found, cache, monkeypatch):
    monkeypatch.setenv("BERT_TF_CACHE", str(cache))
    for explained, answer in zip(found, api.Run(run.path).predict(TEXTS), strict=True):
        assert explained.target == explained.answer["label"] == answer["label"]
        assert explained.answer["probabilities"] == pytest.approx(answer["probabilities"], abs=2e-5)


def test_words_are_the_users(found, minilm):
    assert "".join(word for word, _ in found[0].words) == TEXTS[0]
    assert [word for word, score in found[0].words if score] == [
        *["Arsenal's", "striker", "DIDN'T", "score", "in", "the", "final", "."]
    ]
    assert found[2].words == []
    # 32 tokens are read, two of them special.
    tokens = BertTokenizerFast.from_pretrained(minilm)(TEXTS[1], add_special_tokens=False, return_offsets_mapping=True)
    assert "".join(word for word, _ in found[1].words) == TEXTS[1][: tokens["offset_mapping"][29][1]]


def test_scores_add_up_to_the_difference_from_unknown_words(run, found, minilm):
    tokenizer = BertTokenizerFast.from_pretrained(minilm)
    model = restore(run)
    names = run.facts["label_names"]
    for text, explained in zip(TEXTS, found, strict=True):
        assert explained.completeness_error < 0.03
        encoded = tokenizer([text], truncation=True, max_length=32, return_tensors="np")
        special = np.isin(encoded["input_ids"], [tokenizer.cls_token_id, tokenizer.sep_token_id])
        unknown = np.where(special, encoded["input_ids"], tokenizer.mask_token_id)
        ends = []
        for ids in (encoded["input_ids"], unknown):
            inputs = {name: tf.constant(array, tf.int32) for name, array in {**encoded, "input_ids": ids}.items()}
            logits = model(inputs)["logits"].numpy().astype(np.float64)
            ends.append(logit(softmax(logits, -1))[0, names.index(explained.target)])
        assert logit(explained.baseline["baseline_probability"]) == pytest.approx(ends[1], abs=1e-3)
        total = sum(score for _, score in explained.words)
        assert total == pytest.approx(ends[0] - ends[1], rel=0.03, abs=3e-3)


def test_more_steps_leave_less_error(explainer):
    errors = [explainer.explain(TEXTS[:2], steps=steps) for steps in (2, 64)]
    few, many = (max(each.completeness_error for each in found) for found in errors)
    assert many < few
    assert many < 0.01


def test_another_label_than_the_predicted(run, explainer, found):
    names = run.facts["label_names"]
    other = next(name for name in names if name != found[0].target)
    explained = explainer.explain(TEXTS[:1], targets=[names.index(other)])[0]
    assert explained.target == other
    assert explained.answer["probabilities"] == pytest.approx(found[0].answer["probabilities"])
    assert explained.words != found[0].words


def test_wrong_use(explainer):
    assert explainer.explain([]) == []
    assert explainer.outputs([])["probabilities"].shape == (0, 5)
    with pytest.raises(RunError, match="list of strings"):
        explainer.explain("one text")
    with pytest.raises(RunError, match="takes single texts"):
        explainer.explain(["a"], ["b"])
    with pytest.raises(RunError, match="1 text but 2 targets"):
        explainer.explain(["a"], targets=[0, 1])


def test_order_does_not_depend_on_length(explainer):
    texts = ["goal " * count for count in (9, 1, 20, 3)] * 12
    single = np.concatenate([explainer.outputs([text])["probabilities"] for text in texts[:4]] * 12)
    np.testing.assert_allclose(explainer.outputs(texts)["probabilities"], single, atol=1e-5)
