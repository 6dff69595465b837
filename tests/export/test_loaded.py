import json
import shutil

import numpy as np
import pytest

from bert_tf.errors import ExportError, VerifyError
from bert_tf.tasks.exported import load_exported


@pytest.mark.parametrize("batch_size", [2, 32])
def test_answers_by_label(exported, batch_size):
    answers = load_exported(exported.parent).predict(["one", "", "two words"], batch_size=batch_size)
    np.testing.assert_allclose([answer["score"] for answer in answers], [3 / 4, 2 / 3, 4 / 5], rtol=1e-6)
    assert answers[0]["label"] == "many"
    assert answers[0]["probabilities"] == pytest.approx({"few": 1 / 4, "many": 3 / 4})


def test_nothing_in_nothing_out(exported):
    assert load_exported(exported).predict([]) == []


def test_pairs_where_single_texts_are_taken(exported):
    with pytest.raises(ExportError, match="takes single texts"):
        load_exported(exported).predict(["a"], ["b"])


@pytest.mark.parametrize("batch_size", [0, -1])
def test_batches_of_no_text_are_refused(exported, batch_size):
    with pytest.raises(ExportError, match=f"batch_size is {batch_size}"):
        load_exported(exported).predict(["a"], batch_size=batch_size)


def test_no_model(tmp_path):
    with pytest.raises(VerifyError, match="no exported model"):
        load_exported(tmp_path)


def test_a_changed_file_is_not_loaded(exported, tmp_path):
    model = shutil.copytree(exported.parent, tmp_path / "model")
    path = model / exported.name / "saved_model.pb"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(VerifyError, match=r"has changed since it was written(.|\n)*saved_model\.pb"):
        load_exported(model)


def test_labels_that_changed_places_are_not_loaded(exported, tmp_path):
    model = shutil.copytree(exported.parent, tmp_path / "model")
    path = model / "handoff" / exported.name / "manifest.json"
    manifest = json.loads(path.read_text())
    path.write_text(json.dumps({**manifest, "labels": manifest["labels"][::-1]}))
    with pytest.raises(VerifyError, match=r"has changed since it was written(.|\n)*manifest\.json"):
        load_exported(model)
    (path.parent / "SHA256SUMS").write_text("")
    with pytest.raises(VerifyError, match="list of hashes has no entry for the manifest"):
        load_exported(model)
