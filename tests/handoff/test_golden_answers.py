"""Tolerances and labels that rounding may turn: of models whose answers are known, to the texts of a real run."""

import pytest
import tensorflow as tf

from bert_tf.errors import ExportError
from bert_tf.export.folders import handoff_folder
from bert_tf.export.golden import read_golden
from bert_tf.handoff.golden_answers import reduced_golden_requests, rounding_tolerance
from bert_tf.models.frozen.frozen_model import InferenceGraph
from bert_tf.runs.run import open_run
from bert_tf.tasks.classify.serving import ClassifyServing
from bert_tf.tasks.recipes import run_recipe
from bert_tf.tasks.regress.serving import RegressServing
from bert_tf.text.loading import load_reference
from bert_tf.workflow.assemble import ReducedGraphs
from bert_tf.workflow.opened_run import OpenedRun
from bert_tf.workflow.prepare import prepare


@pytest.mark.parametrize("moved, tolerance", [(0.00308, 0.0093), (0.00312, 0.0094)])
def test_a_tolerance_is_thrice_the_distance_from_float32_rounded_up(moved, tolerance):
    assert rounding_tolerance(ClassifyServing(("a", "b")), moved) == tolerance


def test_a_tolerance_is_never_less_than_that_of_float32():
    assert rounding_tolerance(ClassifyServing(("a", "b")), 0) == 2e-5


def test_a_tolerance_has_the_size_of_the_numbers():
    assert rounding_tolerance(RegressServing(0.0, 1e-6), 0.31e-7) == pytest.approx(0.931e-7, rel=0.01)


def answers(share):
    """Of the first of five labels this share, of the second all but nothing of the rest."""
    return [share, 1 - share - 3e-6, 1e-6, 1e-6, 1e-6]


def graph(odd, even):
    """A model whose answer depends on whether the number of tokens is odd."""

    def outputs(inputs):
        counts = tf.reduce_sum(inputs["attention_mask"], 1, keepdims=True)
        return {"logits": tf.math.log(tf.where(counts % 2 == 1, [answers(odd)], [answers(even)]))}

    return InferenceGraph(outputs, pooled=outputs, variables=[])


@pytest.fixture(scope="module")
def run(trained):
    return open_run(trained.run)


@pytest.fixture(scope="module")
def opened(run, cache):
    return OpenedRun(run, cache_folder=cache)


@pytest.fixture(scope="module")
def prepared(run, cache):
    return prepare(run_recipe(run), encoder_folder=run.encoder, cache_folder=cache)


@pytest.fixture(scope="module")
def texts(trained):
    """Of all golden requests: an export in float32 leaves none out."""
    lines = read_golden(handoff_folder(trained.model) / "golden" / "requests.jsonl")
    return [line["request"]["text"] for line in lines]


def test_requests_whose_label_hangs_on_rounding_are_left_out(run, opened, prepared, texts, minilm):
    graphs = ReducedGraphs(served=graph(0.7, 0.51), in_float32=graph(0.7 + 0.00613, 0.51 - 0.00613))
    found = reduced_golden_requests(opened, prepared, graphs)
    assert found.tolerance == pytest.approx(0.0184)
    rows = load_reference(minilm).encode(texts, max_tokens=run_recipe(run).text.max_tokens)
    decided = [text for text, row in zip(texts, rows, strict=True) if len(row.ids) % 2]
    assert [line["request"]["text"] for line in found.lines] == decided
    assert found.undecided == len(texts) - len(decided) > 0
    assert {line["answer"]["label"] for line in found.lines} == {run.facts["label_names"][0]}
    assert [line["answer"]["score"] for line in found.lines] == pytest.approx([0.7] * len(decided))


def test_weights_that_are_computed_in_float32_have_its_tolerance(opened, prepared, texts):
    same = graph(0.7, 0.51)
    found = reduced_golden_requests(opened, prepared, ReducedGraphs(same, same))
    assert (found.tolerance, found.undecided, len(found.lines)) == (2e-5, 0, len(texts))


def test_labels_that_all_hang_on_rounding_are_refused(opened, prepared):
    graphs = ReducedGraphs(served=graph(0.7, 0.51), in_float32=graph(0.95, 0.76))
    with pytest.raises(ExportError, match=r"may change by 0\.75\d* in this precision(.|\n)*float32"):
        reduced_golden_requests(opened, prepared, graphs)
