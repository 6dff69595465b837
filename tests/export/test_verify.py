import json
import shutil

import pytest

from bert_tf.errors import VerifyError
from bert_tf.export.verify import find_version, handoff_folder, verify


def rewrite(path, change):
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    change(lines)
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))


def test_a_right_model_is_verified_by_both_loaders(exported):
    done = verify(exported.parent)
    assert done.requests == 5
    assert done.loaders == ("saved_model_load", "session")
    assert done.largest_difference < 1e-6


def test_a_wrong_number_is_seen(exported):
    golden = handoff_folder(exported) / "golden" / "requests.jsonl"
    rewrite(golden, lambda lines: lines[2]["answer"]["probabilities"].__setitem__(0, 0.2001))
    with pytest.raises(VerifyError, match="answers probabilities(.|\n)*request 2(.|\n)*two words(.|\n)*don't serve"):
        verify(exported)


def test_a_wrong_label_is_seen(exported):
    golden = handoff_folder(exported) / "golden" / "requests.jsonl"
    rewrite(golden, lambda lines: lines[1]["answer"].update(label="few"))
    with pytest.raises(VerifyError, match="answers label many, the run answered few"):
        verify(exported)


def test_missing_output_is_seen(exported):
    golden = handoff_folder(exported) / "golden" / "requests.jsonl"
    rewrite(golden, lambda lines: lines[0]["answer"].pop("score"))
    with pytest.raises(VerifyError, match=r"answers \['label', 'probabilities', 'score'\], and was made to answer"):
        verify(exported)


def test_damaged_weights_are_seen(exported):
    path = exported / "variables" / "variables.data-00000-of-00001"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(VerifyError, match="not the one that was written(.|\n)*variables.data"):
        verify(exported)


def test_a_missing_file_is_seen(exported):
    (exported / "variables" / "variables.index").unlink()
    with pytest.raises(VerifyError, match="is missing(.|\n)*variables.index"):
        verify(exported)


def test_a_model_that_cannot_be_loaded_by_itself(exported):
    (exported / "saved_model.pb").write_bytes(b"not a graph")
    manifest = handoff_folder(exported) / "manifest.json"
    facts = json.loads(manifest.read_text())
    facts["files"] = {}
    manifest.write_text(json.dumps(facts))
    with pytest.raises(VerifyError, match="can't be loaded and run by itself(.|\n)*a clean process"):
        verify(exported)


def test_no_manifest(exported):
    shutil.rmtree(exported.parent / "handoff")
    with pytest.raises(VerifyError, match="no readable manifest(.|\n)*manifest.json"):
        verify(exported)


def test_no_model(tmp_path):
    with pytest.raises(VerifyError, match="no exported model in"):
        verify(tmp_path)


def test_which_version_is_meant(exported, tmp_path):
    newer = exported.with_name("12")
    shutil.copytree(exported, newer)
    assert find_version(exported) == exported
    assert find_version(exported.parent) == newer
    assert find_version(tmp_path) == newer
    shutil.copytree(exported, tmp_path / "other" / "1")
    with pytest.raises(VerifyError, match="several models: counts, other"):
        find_version(tmp_path)
