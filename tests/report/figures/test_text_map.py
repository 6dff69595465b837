import re

import numpy as np
import pytest

from bert_tf.report.figures import text_map as module
from bert_tf.report.figures.text_map import text_map


@pytest.fixture
def drawn(monkeypatch):
    def draw(points: int, most: int = 2000) -> str:
        monkeypatch.setattr(module, "_MOST_POINTS", most)
        places = np.stack([np.arange(points), np.zeros(points)], 1)
        return str(text_map(places, {"found": places[:, 0] < 10, "missed": places[:, 0] >= 10}))

    return draw


def test_groups_are_told_in_words(drawn):
    assert "found: 10 texts around (4.50, 0.00); missed: 20 texts around (19.50, 0.00)" in drawn(30)


def test_each_text_is_a_point_of_its_groups_colour(drawn):
    found = drawn(30)
    # One mark of each group stands in the legend.
    assert len(re.findall(r"<use [^>]*--series-1", found)) == 10 + 1
    assert len(re.findall(r"<use [^>]*--series-2", found)) == 20 + 1


def test_of_many_texts_some_are_drawn(drawn):
    assert len(re.findall(r"<use [^>]*--series-[12]", drawn(300, most=30))) == 30 + 2
