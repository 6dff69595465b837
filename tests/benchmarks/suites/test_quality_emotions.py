import json

import numpy as np
import pytest
from sklearn.metrics import f1_score

from benchmarks.suites.quality_emotions import macro_f1


def test_thresholds_are_chosen_on_validation_rows_and_measured_on_test_rows(tmp_path):
    labels = {"validation": [[True, False], [False, True], [False, False]], "test": [[True, True], [False, True]]}
    logits = {"validation": [[-1, -2], [-3, -1], [-3, -3]], "test": [[-1.5, -1.0], [-4, -4]]}
    rows = {name: tmp_path / f"{name}.jsonl" for name in labels}
    for name, path in rows.items():
        path.write_text("".join(json.dumps({"text": "a", "label": label}) + "\n" for label in labels[name]))
    np.savez(tmp_path / "answers.npz", **{name: np.array(found, np.float32) for name, found in logits.items()})
    # Each label's threshold lies between -1 and the next lower logit, so that the first test row gets both.
    wanted = f1_score(np.array(labels["test"]), [[True, True], [False, False]], average="macro")
    assert macro_f1(tmp_path / "answers.npz", rows) == pytest.approx(wanted)
