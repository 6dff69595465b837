"""What the manifest says, and the exported signatures against the run's own answers."""

import json

import numpy as np
import pytest
import tensorflow as tf
from indexed_items import index_items
from specimens import TEXTS

from bert_tf.errors import VerifyError
from bert_tf.export.answers import compare_rows
from bert_tf.export.folders import handoff_folder, read_manifest
from bert_tf.export.golden import read_golden
from bert_tf.export.replay import answers_of
from bert_tf.tasks.rank.serving import RankServing
from bert_tf.tasks.table import TASKS


def test_a_manifest_says_how_much_is_read():
    serving = RankServing({"history": 7})
    assert serving.manifest_facts() == {"vectors": {"length": 1, "history": 7}}
    again = TASKS["rank"].serving_of_manifest(serving.manifest_facts())
    assert again.manifest_facts() == serving.manifest_facts()
    with pytest.raises(VerifyError, match="how much of a history it reads"):
        TASKS["rank"].serving_of_manifest({})


@pytest.fixture(scope="module")
def finished(finished_run):
    return finished_run("rank")


def test_verify_asks_the_signature_for_histories(finished):
    handoff = handoff_folder(finished.model)
    lines = [json.loads(line) for line in (handoff / "golden" / "rankings.jsonl").read_text().splitlines()]
    # Of nobody, and of more items than are read.
    assert [line["answer"]["history_cut"] for line in lines[-2:]] == [False, True]
    assert lines[-2]["request"]["history"] == [""] * 4
    # No candidate is below any cosine.
    assert lines[-1]["answer"]["scores"] == [-2.0] * 4
    assert all(-1.001 <= score <= 1.001 for score in lines[0]["answer"]["scores"][:2])
    manifest = json.loads((handoff / "manifest.json").read_text())
    assert manifest["golden_requests"]["rankings"] == len(lines)
    assert manifest["signatures"]["rank"]["inputs"] == {
        "candidates": "string[None, None]", "history": "string[None, None]",
    }  # fmt: skip


def test_an_index_recommends_items_for_a_history(cache, one_layer):
    version = index_items(cache=cache, encoder=str(one_layer))
    loaded = tf.saved_model.load(str(version))
    # The second history is of items that are not in the index, but for one.
    history = tf.constant([[TEXTS[3], TEXTS[8]], ["", TEXTS[5]]])
    users = loaded.signatures["user"](history=history)["vector"].numpy()
    items = loaded.signatures["encode"](text=tf.constant(TEXTS))["vector"].numpy()
    found = loaded.signatures["recommend"](history=history)
    scores = users @ items.T
    scores[0, [3, 8]] = scores[1, 5] = -2
    best = np.argsort(-scores, axis=1)[:, :4]
    assert found["texts"].numpy().tolist() == [[TEXTS[place].encode() for place in row] for row in best]
    np.testing.assert_allclose(found["scores"], np.take_along_axis(scores, best, 1), atol=1e-5)
    # From single texts, items that are like one.
    (alike,) = loaded.signatures["answer"](text=tf.constant(TEXTS[:1]))["ids"].numpy()
    assert alike[0] == b"item 0"
    # What verify asks: nobody, more than is read, and items that have been left out.
    golden = read_golden(handoff_folder(version) / "golden" / "recommendations.jsonl")
    assert read_manifest(version)["golden_requests"]["recommendations"] == len(golden) >= 4
    assert golden[-1]["answer"]["history_cut"]
    assert all(not {*line["request"]["history"]} & {*line["answer"]["texts"]} for line in golden)
    answers = answers_of(str(version), "recommend", [line["request"] for line in golden])
    compare_rows(golden, answers, tolerance=1e-4, loader="recommend")
