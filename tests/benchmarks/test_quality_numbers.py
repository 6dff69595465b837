import json

import numpy as np
import pytest

from benchmarks.contestants.inputs import read_pairs, read_rows
from benchmarks.quality_numbers import scores, standardised


def test_scores_of_the_trainers_answers() -> None:
    # Errors of 1, 0 and 2; ranks 1, 2, 3 against 2, 1, 3.
    found = scores(np.array([1.0, 2.0, 3.0]), np.array([2.0, 2.0, 5.0]))
    assert found["mae"] == pytest.approx(1)
    assert found["spearman"] == pytest.approx(0.8660254)


def test_standardised_labels_keep_texts_and_pairs(tmp_path) -> None:
    path = tmp_path / "rows.jsonl"
    rows = [{"text": "ü", "pair": "a", "label": 1.0}, {"text": "b", "pair": "c", "label": 5.0}]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    scaled = str(standardised(path, 3.0, 2.0))
    assert read_rows(scaled) == (["ü", "b"], [-1.0, 1.0])
    assert read_pairs(scaled) == ["a", "c"]
    path.write_text(json.dumps({"text": "a", "label": 1}) + "\n")
    assert read_pairs(str(path)) is None
