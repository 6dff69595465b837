"""The run of `embed` with a corpus of answers: indexed, verified, served, and indexed again from what it left."""

import dataclasses
import json
import pathlib
import shutil

import numpy as np
import pytest
import tensorflow as tf
from indexed_answers import QUESTIONS, TOP, index_specimen
from pyarrow import parquet
from specimens import TEXTS

from benchmarks.serving.process import running_server
from bert_tf import api
from bert_tf.errors import DataError
from bert_tf.export.answer_index import index_file, read_index, write_index
from bert_tf.export.folders import handoff_folder, read_manifest
from bert_tf.export.running_server import replay_grpc, replay_rest
from bert_tf.export.search_client import encode
from bert_tf.handoff.index_rows import IndexRequest, read_index_rows
from bert_tf.handoff.index_run import index_run


@pytest.fixture(scope="module")
def indexed(cache, one_layer):
    """What `bert-tf index` says in JSON."""
    return index_specimen(cache=cache, encoder=str(one_layer))


@pytest.fixture(scope="module")
def version(indexed):
    return pathlib.Path(indexed["model"])


@pytest.fixture(scope="module")
def answered(version):
    """What the version answers to the questions."""
    return api.load(version).predict([question for question, _ in QUESTIONS])


def test_verified(indexed, version):
    checks = {check["name"]: check["status"] for check in indexed["checks"]}
    assert checks["answers"] == checks["saved_model_load"] == checks["c_api"] == checks["saved_model_cli"] == "pass"
    manifest = read_manifest(version)
    assert manifest["answers"] == indexed["answers"]
    assert manifest["golden_requests"]["requests"] + manifest["undecided_left_out"] > len(QUESTIONS)
    assert set(manifest["signatures"]) == {"serving_default", "answer", "encode", "from_ids"}
    assert manifest["signatures"]["answer"]["outputs"] == {
        **dict.fromkeys(("ids", "texts", "metadata"), f"string[None, {TOP}]"),
        "scores": f"float32[None, {TOP}]",
        **dict.fromkeys(("none_fits", "truncated"), "bool[None]"),
    }


def test_answers_are_those_of_a_sort_by_cosine(version, answered):
    encode = tf.saved_model.load(str(version)).signatures["encode"]
    asked, texts = (
        encode(text=tf.constant(each))["vector"].numpy().astype(np.float64)
        for each in ([question for question, _ in QUESTIONS], TEXTS)
    )
    cosines = asked @ texts.T
    for row, answer in enumerate(answered):
        order = np.argsort(-cosines[row])[:TOP]
        assert [each["id"] for each in answer["answers"]] == [str(place) for place in order]
        assert [each["text"] for each in answer["answers"]] == [TEXTS[place] for place in order]
        np.testing.assert_allclose([each["score"] for each in answer["answers"]], cosines[row, order], atol=1e-5)
        assert [json.loads(each["metadata"]) for each in answer["answers"]] == [{"team": str(n % 2)} for n in order]


def test_the_report_counts_what_is_answered(indexed, answered):
    facts = indexed["answers"]
    best = np.array([answer["answers"][0]["score"] for answer in answered])
    inside = np.array([bool(right) for _, right in QUESTIONS])
    none_fits = np.array([answer["none_fits"] for answer in answered])
    assert none_fits.tolist() == (best < facts["threshold"]).tolist()
    assert facts["report"]["errors"]["in_scope_rejected"] == (none_fits & inside).sum()
    assert facts["report"]["errors"]["out_of_scope_answered"] == (~none_fits & ~inside).sum()
    # The share of pairs of one question with and one without an answer of which the first has the higher score.
    pairs = best[inside][:, np.newaxis] > best[~inside]
    assert facts["report"]["area_under_curve"] == pytest.approx(pairs.mean(), abs=1e-6)
    right = [answer["answers"][0]["id"] == right for answer, (_, right) in zip(answered, QUESTIONS, strict=True)]
    assert facts["report"]["recall@1"] == pytest.approx(np.mean(np.array(right)[inside]), abs=1e-6)


def test_served(version):
    golden = handoff_folder(version) / "golden"
    tolerance = read_manifest(version)["tolerance"]
    texts = [question for question, _ in QUESTIONS]
    wanted = tf.saved_model.load(str(version)).signatures["encode"](text=tf.constant(texts))["vector"]
    with running_server(version) as server:
        # As the client of an approximate search asks for them.
        found = encode(f"{server.rest}/v1/models/{version.parent.name}", texts)
        np.testing.assert_allclose(found, wanted, atol=1e-5)
        assert "largest difference" in replay_rest(server.rest, golden / "rest.jsonl", tolerance=tolerance)
        assert "largest difference" in replay_grpc(server.grpc, golden / "grpc.jsonl", tolerance=tolerance)


def test_an_index_is_indexed_again(version, finished_run, cache, tmp_path):
    before = handoff_folder(version) / "answers" / "answers.parquet"
    rows = read_index_rows(IndexRequest(str(before), top=2), finished_run("embed").run)
    shutil.copytree(version.parent, tmp_path / version.parent.name)
    second = index_run(finished_run("embed").run, rows, tmp_path, cache_folder=cache)
    assert second.name == "2"
    assert parquet.read_table(handoff_folder(second) / "answers" / "answers.parquet").equals(parquet.read_table(before))
    first, facts = read_manifest(version)["answers"], read_manifest(second)["answers"]
    assert (facts["corpus_sha256"], facts["model_sha256"]) == (first["corpus_sha256"], first["model_sha256"])
    assert (facts["top"], facts["threshold"], facts["report"]) == (2, None, {})
    (answer,) = api.load(second).predict(["a warm film"])
    assert set(answer) == {"answers"}
    assert len(answer["answers"]) == 2


def test_the_index_of_another_model_is_refused(version, finished_run, cache, tmp_path):
    own = read_index(index_file(handoff_folder(version)))
    write_index(tmp_path, dataclasses.replace(own, model_sha256="0" * 64), {})
    rows = read_index_rows(IndexRequest(str(index_file(tmp_path))), finished_run("embed").run)
    with pytest.raises(DataError, match=r"made with another model(.|\n)*--answers FILE"):
        index_run(finished_run("embed").run, rows, tmp_path / "refused", cache_folder=cache)
    assert not (tmp_path / "refused").exists()
