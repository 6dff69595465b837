"""What the run of a task of vectors leaves beside what conformance looks at of every task."""

import json

import numpy as np
import pyarrow.parquet as pq
import pytest
import tensorflow as tf
from small_encoders import WIDTH

from bert_tf.export.folders import handoff_folder, read_manifest


@pytest.fixture(scope="module")
def finished(finished_run):
    return finished_run("embed")


def test_a_run_keeps_ranks_and_texts(finished):
    run = finished.run
    table = pq.read_table(run.predictions("test")).to_pylist()
    assert {row["right"] for row in table} >= {row["nearest_wrong"] for row in table}
    assert all(row["right"] != row["nearest_wrong"] and 1 <= row["rank"] <= row["among"] == 4 for row in table)
    assert run.metrics["test"]["recall_at_1"] == pytest.approx(np.mean([row["rank"] == 1 for row in table]))
    assert [part["dimensions"] for part in run.metrics["test"]["by_dimensions"]] == [4, 2]
    assert run.facts["pooling"] == "mean"
    assert run.facts["truncated_texts_to_find"] == {"train": 0, "validation": 0, "test": 0}


def test_encode_gives_what_the_default_gives(finished):
    manifest = read_manifest(finished.model)
    wanted = {
        "inputs": {"text": "string[None]"},
        "outputs": {"truncated": "bool[None]", "vector": f"float32[None, {WIDTH}]"},
    }
    assert manifest["signatures"]["encode"] == manifest["signatures"]["serving_default"] == wanted
    loaded = tf.saved_model.load(str(finished.model))
    texts = tf.constant(["a warm film", "never again"])
    found, default = (loaded.signatures[name](text=texts)["vector"] for name in ("encode", "serving_default"))
    np.testing.assert_array_equal(found, default)
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, rtol=1e-5)


def test_the_card_says_what_it_is(finished):
    card = (handoff_folder(finished.model) / "MODEL_CARD.md").read_text()
    assert "A text encoder" in card
    assert "of ranking the 4 texts at random" in card


def test_the_report_shows_which_words_give_the_vector(finished):
    page = (finished.run.path / "report.html").read_text()
    assert "move the vector towards the text&#39;s own" in page
    kept = json.loads((finished.run.path / "explanations.json").read_text())["rows"]
    assert all(each["target"] == "cosine" for each in kept.values())
