"""Tables of labels that stand together, by hand."""

import dataclasses
import re

import numpy as np
import pytest

from bert_tf.tasks.multilabel.report import MultilabelReport


@pytest.fixture
def rows(drawn):
    """joy and anger together in 3 rows, 2 of which miss both; one row has fear in place of joy."""
    found = drawn(6, noise=0.0)
    labels = [[1, 1, 0], [1, 1, 0], [1, 1, 0], [1, 0, 0], [0, 0, 1], [0, 0, 0]]
    selected = [[0, 0, 0], [0, 0, 0], [1, 1, 0], [0, 0, 1], [0, 0, 1], [0, 0, 0]]
    logits = np.where(np.array(selected, bool), 3.0, -3.0)
    answers = dataclasses.replace(found.answers, expected=np.array(labels, bool), outputs={"logits": logits})
    return dataclasses.replace(found, answers=answers)


def cells(html: str, title: str) -> list[list[str]]:
    part = html[html.index(f"<h3>{title}</h3>") :]
    lines = re.findall(r"<tr><td>.*?</tr>", part[: part.index("</table>")])
    return [re.findall(r"<td[^>]*>(.*?)</td>", line) for line in lines]


def test_labels_together_missed_together_and_given_instead(contents, rows):
    html = str(MultilabelReport().sections(contents(rows)).results[1].html)
    assert cells(html, "Labels that occur together most often") == [["joy", "anger", "3"]]
    assert cells(html, "Labels that are missed together") == [["joy", "anger", "2", "3"]]
    assert cells(html, "One label missed, another predicted") == [["joy", "fear", "1", "25.0%"]]
