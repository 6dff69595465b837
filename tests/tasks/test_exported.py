import json
import shutil

import pytest

from bert_tf.errors import VerifyError
from bert_tf.export.checksums import file_sha256
from bert_tf.tasks.exported import load_exported


def test_answers_are_those_of_the_task(pair_model):
    # With two words and [SEP] in the second text, n is 3: n / (1 + n).
    (answer,) = load_exported(pair_model).predict(["a"], ["one two"])
    assert (answer["label"], answer["score"]) == ("many", pytest.approx(0.75))


def test_a_task_of_another_version_is_told(pair_model, tmp_path):
    model = shutil.copytree(pair_model.parent, tmp_path / "model")
    handoff = model / "handoff" / pair_model.name
    path, sums = handoff / "manifest.json", handoff / "SHA256SUMS"
    before = file_sha256(path)
    path.write_text(json.dumps({**json.loads(path.read_text()), "task": "divine"}))
    sums.write_text(sums.read_text().replace(before, file_sha256(path)))
    with pytest.raises(VerifyError, match=r"has no task 'divine'(.|\n)*this one has classify"):
        load_exported(model)
