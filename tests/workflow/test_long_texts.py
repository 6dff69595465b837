"""Texts in windows: what a run measured, what it says itself and what it serves are the same."""

import json

import numpy as np
import pytest
from scipy.special import softmax

from bert_tf import api, training_api
from bert_tf.errors import RecipeError
from bert_tf.evaluation.predictions import read_predictions
from bert_tf.export.verify import verify
from bert_tf.runs.run import open_run
from bert_tf.tasks.classify.columns import ClassifyColumns
from bert_tf.tasks.recipes import load_recipe
from bert_tf.text.huggingface import HuggingFaceTokenizer
from bert_tf.text.loading import load_reference
from bert_tf.workflow import prepare as preparing
from bert_tf.workflow.long_texts import chosen_windows, longest_measured


def test_a_recipe_from_before_there_were_windows():
    assert chosen_windows({"max_tokens": 64}) is None
    assert longest_measured({"max_tokens": 64}) == 64


def test_the_longest_text_is_what_all_windows_hold():
    text = {"max_tokens": 32, "long_texts": "windows", "window_overlap": 8, "max_windows": 3}
    # 30 tokens, twice 22 more, and two special ones.
    assert longest_measured(text) == 76


WINDOWS = {
    "data.train": "all[:96]",
    "text.max_tokens": 32,
    "text.long_texts": "windows",
    "text.window_overlap": 8,
    "text.max_windows": 3,
    "model.kernels": "reference",
    "training.precision": "float32",
    "training.epochs": 1,
    "training.learning_rate": 5e-3,
    "model.pooling": "mean",
    "export.golden_requests": 8,
    "export.hub": False,
}


@pytest.fixture(scope="module")
def run(cache, one_layer, tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BERT_TF_CACHE", str(cache))
        patch.chdir(tmp_path_factory.mktemp("windows"))
        yield training_api.train("bbc-news", overrides={**WINDOWS, "model.encoder": str(one_layer)}, export=False)


def test_what_was_measured_is_what_is_served(run):
    version = run.export()
    assert verify(version, latency_seconds=None).largest_difference < 2e-5
    rows = read_predictions(open_run(run.path).predictions("test"), ClassifyColumns())
    texts = [rows.text(index) for index in range(len(rows))]
    measured = softmax(rows.answers.outputs["logits"], -1)
    # All these are news of hundreds of words, which is what windows are for.
    assert (rows.lengths > 32).all()
    served = [list(answer["probabilities"].values()) for answer in api.load(version).predict(texts)]
    np.testing.assert_allclose(measured, served, atol=2e-5)
    own = [list(answer["probabilities"].values()) for answer in run.predict(texts[:4])]
    np.testing.assert_allclose(own, served[:4], atol=2e-5)
    beginnings = [text[:60] for text in texts]
    others = [list(answer["probabilities"].values()) for answer in api.load(version).predict(beginnings)]
    assert np.abs(np.subtract(others, served)).max() > 1e-3
    assert run.metrics["test"]["truncated_share"] == np.mean(rows.lengths > 76)


def test_the_manifest_and_the_golden_requests_tell(run):
    handoff = next(run.path.glob("export/bbc-news/handoff/*"))
    assert json.loads((handoff / "manifest.json").read_text())["windows"] == {
        "max_tokens": 32,
        "overlap": 8,
        "most": 3,
    }
    lines = [json.loads(line) for line in (handoff / "golden" / "requests.jsonl").read_text().split("\n") if line]
    truncated = {len(line["request"]["text"].split()): line["answer"]["truncated"] for line in lines}
    assert truncated[2000] is True
    assert truncated[0] is False


def test_windows_need_a_tokenizer_in_the_graph(minilm, cache, monkeypatch):
    def not_wordpiece(folder, *, cache_folder):
        return HuggingFaceTokenizer(load_reference(folder), where=str(folder))

    monkeypatch.setattr(preparing, "load_tokenizer", not_wordpiece)
    recipe = load_recipe("bbc-news", {"data.train": "all[:24]", "text.long_texts": "windows"})
    with pytest.raises(RecipeError, match="Windows are made in the graph(.|\n)*long_texts"):
        preparing.prepare(recipe, encoder_folder=minilm, cache_folder=cache)
