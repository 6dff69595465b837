import json
import os
import shutil

import pytest

from bert_tf.errors import MissingModelError, VerifyError
from bert_tf.export.folders import find_version, folder_bytes, handoff_folder, read_manifest, version_number


def model(folder, *versions):
    for version in versions:
        (folder / version).mkdir(parents=True)
        (folder / version / "saved_model.pb").write_bytes(b"")
    return folder


def test_which_version_is_meant(tmp_path):
    counts = model(tmp_path / "counts", "2", "10", ".11.0a1b2c3d")
    (counts / "12").mkdir()  # a folder without a model
    assert find_version(counts / "2") == counts / "2"
    assert find_version(counts) == counts / "10"
    assert find_version(tmp_path) == counts / "10"
    model(tmp_path / "other", "1")
    with pytest.raises(MissingModelError, match="several models: counts, other"):
        find_version(tmp_path)


def test_a_hub_folder_beside_the_versions_is_no_model(tmp_path):
    counts = model(tmp_path / "counts", "1")
    model(counts / "hub", "encoder", "preprocessor")
    assert find_version(tmp_path) == counts / "1"
    shutil.rmtree(counts / "1")
    with pytest.raises(MissingModelError, match="no exported model in"):
        find_version(counts)


def test_no_model(tmp_path):
    with pytest.raises(VerifyError, match="no exported model in"):
        find_version(tmp_path)


def test_a_run_is_no_model_and_its_own_is_named(tmp_path):
    older, newer = (tmp_path / "counts" / f"2026010{day}-120000" for day in (1, 2))
    for run in (older, newer):
        model(run / "export" / "counts", "1", "2")
    for folder, meant in ((older, older), (newer, newer), (tmp_path / "counts", newer)):
        with pytest.raises(MissingModelError) as told:
            find_version(folder)
        assert told.value.hint == f"did you mean {meant}/export/counts?"


def test_manifest(tmp_path):
    version = model(tmp_path / "counts", "3") / "3"
    handoff = handoff_folder(version)
    assert handoff == tmp_path / "counts" / "handoff" / "3"
    with pytest.raises(VerifyError, match=r"manifest is missing or unreadable(.|\n)*manifest\.json"):
        read_manifest(version)
    handoff.mkdir(parents=True)
    written = {
        "name": "counts", "version": 3, "task": "classify", "signed": False, "tolerance": 1e-6, "files": {},
        "signatures": {"serving_default": {"inputs": {"text": "string[None]"}, "outputs": {}}},
        "handoff_files": {}, "beside_files": {}, "golden_requests": {},
    }  # fmt: skip
    (handoff / "manifest.json").write_text(json.dumps(written))
    assert read_manifest(version) == written
    # Of prices with a standard deviation of 100,000.
    (handoff / "manifest.json").write_text(json.dumps({**written, "tolerance": 2.0}))
    assert read_manifest(version)["tolerance"] == 2.0
    for key in written:
        (handoff / "manifest.json").write_text(json.dumps({**written, key: None}))
        with pytest.raises(VerifyError, match="manifest is missing or unreadable"):
            read_manifest(version)
    for tolerance in ("Infinity", "NaN", "-1e-6"):
        text = json.dumps({**written, "tolerance": 0}).replace('"tolerance": 0', f'"tolerance": {tolerance}')
        (handoff / "manifest.json").write_text(text)
        with pytest.raises(VerifyError, match="tolerance is not a number of 0 or more"):
            read_manifest(version)
    (handoff / "manifest.json").unlink()
    os.mkfifo(handoff / "manifest.json")
    with pytest.raises(VerifyError, match="it is not a file"):
        read_manifest(version)


@pytest.mark.parametrize(
    "name, number",
    [("1", 1), ("9223372036854775807", 2**63 - 1), ("9223372036854775808", None), ("0", None), ("01", None),
     ("+1", None), (" 1", None), ("1\n", None), ("²", None), ("１", None), ("one", None)],
)  # fmt: skip
def test_a_version_s_name_has_one_form(tmp_path, name, number):
    assert version_number(name) == number
    model(tmp_path / "counts", "7")
    if number is None:
        model(tmp_path / "counts", name)
        assert find_version(tmp_path / "counts").name == "7"


def test_bytes_of_all_files(tmp_path):
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "some").write_bytes(b"12345")
    (tmp_path / "more").write_bytes(b"67")
    assert folder_bytes(tmp_path) == 7
