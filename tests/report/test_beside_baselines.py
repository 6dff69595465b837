"""The table of a model and its baselines, by hand."""

import re

import numpy as np
import pytest

from bert_tf.evaluation.paired import paired_difference
from bert_tf.report.beside_baselines import baselines_section
from bert_tf.report.measured import Score
from bert_tf.report.sections import Unlearned
from bert_tf.report.verdict import Reference

SCORES = {"accuracy": Score(0.5, 0.4, 0.6), "macro_f1": Score(0.25, 0.2, 0.3)}
BASELINE = Reference("runs/a/<b>", paired_difference(*np.eye(2)), encoder="bow", scores=SCORES)


def rows_of(section):
    lines = re.findall(r"<tr>(.*?)</tr>", section.html)
    return [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", line) for line in lines]


def test_a_row_for_each(contents, drawn):
    made = contents(drawn(50), baseline=BASELINE)
    scores = made.found.scores
    section = baselines_section(made, made.found, Unlearned("always predicting “a”", 0.125), sentence="It is <worse>.")
    head, own, bag, constant = rows_of(section)
    assert head == ["model", "encoder", *(measure.name for measure in made.found.measures)]
    assert own[:2] == ["this model", "minilm-l6"]
    accuracy = scores["accuracy"]
    assert own[2] == f"{accuracy.value:.4f} ({accuracy.low:.4f} to {accuracy.high:.4f})"
    assert bag == ["bag of words", "bow, runs/a/&lt;b&gt;", "0.5000 (0.4000 to 0.6000)", "0.2500 (0.2000 to 0.3000)"]
    assert constant == ["always predicting “a”", "learns nothing", "0.1250", "–"]
    assert "On the same 50 test texts, with 95% intervals. It is &lt;worse&gt;." in section.html


@pytest.mark.parametrize("baseline", [None, Reference("runs/a/b", called="the baseline", problem="It is gone.")])
def test_nothing_to_compare_with(contents, drawn, baseline):
    made = contents(drawn(50), baseline=baseline)
    assert baselines_section(made, made.found, None, sentence="") is None
