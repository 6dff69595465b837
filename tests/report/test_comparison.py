"""What is said of paired runs; the figures in the sentences are done by hand."""

import dataclasses
import json

import pytest

from bert_tf.evaluation.paired import Paired
from bert_tf.report.compared_runs import ComparedRun, Pairing, Score
from bert_tf.report.comparison import Comparison, shown, with_interval
from bert_tf.tasks.classify.comparison import WORDS
from bert_tf.tasks.classify.measures import ACCURACY, FOLLOWED


def paired(number: int, difference: float, p: float, *, counts: tuple[int, int] = (20, 10)) -> Pairing:
    return Pairing(number, 1, Paired(difference, difference - 0.01, difference + 0.01, p, *counts), (), ())


def comparison(*pairs: Pairing, runs: int | None = None) -> Comparison:
    score = {"accuracy": Score(0.9, 0.88, 0.92)}
    entries = tuple(
        ComparedRun(number, f"runs/a/{number}", "", "trained", rows=1000, scores=score)
        for number in range(1, (runs or len(pairs) + 1) + 1)
    )
    return Comparison("test", FOLLOWED, WORDS, entries, 1, pairs, (), (), (), None)


@pytest.mark.parametrize(
    "pairs, verdict",
    [
        ([paired(2, 0.012, 0.03)], "Run 2 is better than run 1: its accuracy is 0.0120 higher."),
        ([paired(2, -0.012, 0.03)], "Run 1 is better than run 2: its accuracy is 0.0120 higher."),
        ([paired(2, 0.012, 0.05)], "On 1,000 test rows, the difference between these runs is not significant."),
        (
            [paired(2, 0.01, 0.01), paired(3, 0.02, 0.04), paired(4, 0.03, 0.4)],
            "Run 3 is better than run 1: its accuracy is 0.0200 higher.",
        ),
        ([paired(2, -0.01, 0.01), paired(3, -0.02, 0.01)], "Run 1 is better than all the others."),
        (
            [paired(2, -0.01, 0.01), paired(3, 0.02, 0.4)],
            "On 1,000 test rows, no run is significantly better than run 1.",
        ),
        ([paired(2, 0.0, 1.0, counts=(0, 0))], "On 1,000 test rows, these runs are right on exactly the same ones."),
    ],
)
def test_verdict(pairs, verdict):
    assert comparison(*pairs).verdict == verdict


def test_what_python_and_notebooks_show():
    shown = comparison(paired(2, 0.012, 0.03))
    first, *runs = repr(shown).splitlines()
    assert first == f"Comparison on the test rows: {shown.verdict}"
    assert runs[1] == "run 2: runs/a/2, trained, accuracy 0.9000 (0.8800 to 0.9200), macro F1 –, log loss –"
    html = shown._repr_html_()
    assert "<td>runs/a/2</td>" in html
    assert "<td>0.9000 (0.8800 to 0.9200)</td>" in html
    assert html.startswith("<p>Run 2 is better than run 1")
    assert html.count("<p>") == 2


def test_verdict_without_pairs():
    assert "different rows" in comparison(runs=2).verdict
    runs = comparison(runs=2).runs
    bare = tuple(dataclasses.replace(run, scores={"accuracy": Score(0.9)}) for run in runs)
    without = dataclasses.replace(comparison(runs=2), runs=bare)
    assert "kept their predictions" in without.verdict


def sentence(pair: Pairing) -> str:
    return comparison(pair).sentence(pair)


def test_sentence():
    assert sentence(paired(2, 0.012, 0.031)) == (
        "The accuracy of run 2 is 0.0120 higher than that of run 1 (95% interval +0.0020 to +0.0220). 20 rows are "
        "right in run 2 only and 10 in run 1 only: the difference is significant (McNemar's exact test, p = 0.031)."
    )
    assert "is 0.0040 lower than that of run 1" in sentence(paired(2, -0.004, 0.6))
    assert sentence(paired(2, 0.0, 1.0)).startswith(
        "The accuracy of run 2 is the same as that of run 1 (95% interval -0.0100 to +0.0100)"
    )
    assert "1 row is right in run 2 only and 0 in run 1" in sentence(paired(2, 0.001, 1, counts=(1, 0)))
    assert "the difference is not significant (McNemar's exact test, p = 1.00)" in sentence(paired(2, 0.001, 1))


@pytest.mark.parametrize(
    "value, text",
    [
        (None, "–"),
        (True, "true"),
        (5e-05, "5e-05"),
        (0.1, "0.1"),
        (3, "3"),
        (1234.5, "1,234.5"),
        (["a", "b"], "a, b"),
        ({"good": 1.0, "bad": 0.5}, "good = 1, bad = 0.5"),
        ("x", "x"),
    ],
)
def test_shown(value, text):
    assert shown(value) == text


def test_with_interval():
    assert with_interval(Score(0.9, 0.88, 0.92), ACCURACY) == "0.9000 (0.8800 to 0.9200)"
    assert with_interval(Score(0.25), ACCURACY) == "0.2500"
    assert with_interval(None, ACCURACY) == "–"


def test_as_json_its_keys_say_what_is_compared():
    found = json.loads(json.dumps(comparison(paired(2, 0.012, 0.03)).document))
    assert set(found) == {"split", "reference", "runs", "recipe", "surroundings", "resources", "pairs"}
    assert found["runs"][0]["scores"]["accuracy"] == {"value": 0.9, "low": 0.88, "high": 0.92}
    (pair,) = found["pairs"]
    assert pair["accuracy"]["only_first"] == 20
    assert (pair["run_right"], pair["reference_right"]) == ([], [])
