"""What the graph of a run answers, words and places, whatever the text; the conformance tests take the run the rest."""

import json

import numpy as np
import pytest
import tensorflow as tf

from bert_tf.export.answers import distance
from bert_tf.export.golden import golden_lines
from bert_tf.handoff.exported_parts import serving_module
from bert_tf.handoff.golden_answers import reduced_golden_requests
from bert_tf.models.compute import Compute
from bert_tf.ragged_rows import RaggedRows
from bert_tf.tasks.recipes import run_recipe
from bert_tf.tasks.tag.word_tags import END, START, entities_in
from bert_tf.text.fuzz import fuzz_texts
from bert_tf.text.torture import TORTURE_TEXTS
from bert_tf.workflow.assemble import build_model, reduced_graphs
from bert_tf.workflow.evaluate import split_outputs
from bert_tf.workflow.opened_run import OpenedRun
from bert_tf.workflow.predict import input_rows, own_answers
from bert_tf.workflow.prepare import prepare

WINDOWS = {"text.long_texts": "windows", "text.max_tokens": 8, "text.window_overlap": 3, "text.max_windows": 4}
SOFTMAX = {"tag.head": "softmax", "tag.word_vector": "first piece", "tag.offsets": "bytes"}
LONG = b"a warm and funny film with the best cast in years that I would see again and again and again, clever"


@pytest.fixture(scope="module", params=["cut", "windows", "softmax"])
def opened(request, finished_run, cache):
    run = finished_run("tag").run
    changes = {"cut": {}, "windows": WINDOWS, "softmax": SOFTMAX}
    opened = OpenedRun(run, cache_folder=cache, recipe=run_recipe(run, changes[request.param]))
    if request.param == "softmax":
        # The run's own head is the other one: of this one the graph is looked at, and it has learned nothing.
        encoder = OpenedRun(run, cache_folder=cache).model.encoder
        compute = Compute(None, "float32", "reference kernels in float32")
        opened.__dict__["model"] = build_model(opened.recipe, encoder, opened.network, compute, pooling="first")
    return opened


@pytest.fixture(scope="module")
def serve(opened):
    """The signature that takes texts."""
    return serving_module(opened, opened.served).signatures()["serving_default"]


def answers(serve, texts):
    return {name: values.numpy() for name, values in serve(tf.constant(texts, tf.string)).items()}


TEXTS = [
    LONG,
    b"",
    b" ",
    b"\0",
    "émoji 👨\u200d👩\u200d👧 中文 עברית e\u0301".encode(),
    b"\xff bad",
    *TORTURE_TEXTS[:30],
    *fuzz_texts(40, seed=3),
]


def test_the_graph_answers_as_the_run_does(opened, serve):
    found = answers(serve, TEXTS)
    rows = input_rows(opened.tokenizer, TEXTS, None, max_tokens=opened.recipe.text.max_tokens, windows=opened.windows)
    own = own_answers(opened, rows, opened.served)
    np.testing.assert_allclose(found["mentions"], own["mentions"], atol=1e-5)
    np.testing.assert_allclose(found["margin"], own["margin"], atol=1e-5)
    assert found["truncated"].tolist() == [row.truncated for row in rows]
    # Margins differ by 1e-5 at most: those above twice that can't change sides.
    decided = own["margin"] > 2e-5
    assert decided.mean() > 0.9
    same = opened.serving.decisions(found) == opened.serving.decisions(own)
    assert same[decided].all()


def test_each_text_is_answered_as_by_itself(opened, serve):
    together = answers(serve, TEXTS)
    decisions = opened.serving.decisions(together)
    for row in range(0, len(TEXTS), 7):
        alone = answers(serve, [TEXTS[row]])
        np.testing.assert_allclose(alone["mentions"][0], together["mentions"][row], atol=1e-5)
        if together["margin"][row] > 1e-4:
            assert opened.serving.decisions(alone)[0] == decisions[row]


def test_places_are_in_the_text(opened, serve):
    found = answers(serve, TEXTS)
    for row, text in enumerate(TEXTS):
        decoded = text if opened.network.counts_bytes else text.decode("utf-8", "replace")
        count = found["count"][row]
        starts, ends = found["starts"][row][:count], found["ends"][row][:count]
        assert all(0 <= start < end <= len(decoded) for start, end in zip(starts, ends, strict=True))
        assert all(end <= start for end, start in zip(ends, starts[1:], strict=False))
        assert not found["ends"][row][count:].any()


@pytest.mark.parametrize("opened", ["cut"], indirect=True)
def test_fewer_bits_are_as_near_as_their_golden_answers_say(opened, cache):
    fewer = {"export.precision": "bfloat16", "export.quantize": "int8-weights", "model.kernels": "auto"}
    recipe = run_recipe(opened.folder, fewer)
    graphs = reduced_graphs(recipe.export, opened.model)
    prepared = prepare(recipe, encoder_folder=opened.encoder, cache_folder=cache)
    golden = reduced_golden_requests(opened, prepared, graphs)
    texts = [line["request"]["text"].encode() for line in golden.lines]
    found = answers(serving_module(opened, graphs.served).signatures()["serving_default"], texts)
    served = golden_lines([{} for _ in texts], found, padded=opened.serving.padded_outputs)
    exact = answers(serving_module(opened, graphs.in_float32).signatures()["serving_default"], texts)
    for line, other in zip(golden.lines, served, strict=True):
        assert distance(line["answer"], other["answer"]) <= golden.tolerance
    # What is beside the numbers of an answer counts too.
    assert golden.tolerance >= np.abs(exact["margin"] - found["margin"]).max()


def test_no_text_at_all(opened, serve):
    assert {name: list(values.shape) for name, values in answers(serve, []).items()} == {
        "count": [0], "starts": [0, 0], "ends": [0, 0], "labels": [0, 0], "scores": [0, 0],
        "mentions": [0, 2], "margin": [0], "truncated": [0],
    }  # fmt: skip


def test_no_entity_begins_behind_a_mark_that_joins(opened, serve):
    texts = [b"see " + LONG.replace(b" ", mark) + b" best" + mark + b"cast" for mark in (b"@", b"/", b".")]
    rows = input_rows(opened.tokenizer, texts, None, max_tokens=opened.recipe.text.max_tokens, windows=opened.windows)
    for found in (answers(serve, texts), own_answers(opened, rows, opened.served)):
        for text, starts, count in zip(texts, found["starts"], found["count"], strict=True):
            begun = starts[:count][starts[:count] > 0]
            assert not {text[start - 1 : start] for start in begun} & {b"@", b"/", b"."}


def test_rows_are_measured_as_texts_are_served(opened, serve, cache, tmp_path):
    texts = ["see " + LONG.decode().replace(" ", mark) + f" best{mark}cast" for mark in "@/."]
    (tmp_path / "test.jsonl").write_text("".join(json.dumps({"text": text, "entities": []}) + "\n" for text in texts))
    given = opened.recipe.model_copy(
        update={"data": opened.recipe.data.model_copy(update={"test": str(tmp_path / "test.jsonl")})}
    )
    prepared = prepare(given, encoder_folder=opened.encoder, cache_folder=cache)
    found = split_outputs(opened.predictor(opened.served), prepared, "test", opened.network)
    own = answers(serve, [text.encode() for text in texts])
    for row, tags in enumerate(found["tags"]):
        entities = entities_in(RaggedRows.of_lengths(tags, np.array([len(tags)])))
        places = prepared.examples["test"].targets[row]
        if own["margin"][row] > 2e-5:
            count = own["count"][row]
            assert places[entities.firsts, START].tolist() == own["starts"][row][:count].tolist()
            assert places[entities.lasts, END].tolist() == own["ends"][row][:count].tolist()
