import hashlib
import json
import os
import shutil
import subprocess

import pytest

from bert_tf.errors import VerifyError
from bert_tf.export.checksums import folder_sha256, sums_text
from bert_tf.export.folders import handoff_folder
from bert_tf.export.verify import verify

NOTHING_TRIED = dict.fromkeys(
    ("serving", "signature", "saved_model_load", "session", "saved_model_cli", "c_api", "latency", "rest", "grpc"),
    "not run",
)


def rewrite(path, change):
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    change(lines)
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    list_again(path.parent.parent)


def list_again(handoff, **facts):
    """Make manifest and SHA256SUMS of the files as they are now, as who tampers with all of them could."""
    version, own = handoff.parent.parent / handoff.name, {"manifest.json", "SHA256SUMS"}
    manifest = json.loads((handoff / "manifest.json").read_text())
    papers = {name: digest for name, digest in folder_sha256(handoff).items() if name not in own}
    papers = {name: digest for name, digest in papers.items() if name in manifest["handoff_files"]}
    manifest |= {"files": folder_sha256(version), "handoff_files": papers, **facts}
    (handoff / "manifest.json").write_text(json.dumps(manifest))
    papers["manifest.json"] = hashlib.sha256((handoff / "manifest.json").read_bytes()).hexdigest()
    sums = {f"{version.name}/{name}": digest for name, digest in manifest["files"].items()}
    sums |= {f"handoff/{version.name}/{name}": digest for name, digest in papers.items()}
    (handoff / "SHA256SUMS").write_text(sums_text(sums))


def statuses(version):
    content = json.loads((handoff_folder(version) / "conformance.json").read_text())
    return {check["name"]: check["status"] for check in content["checks"]}


@pytest.fixture(scope="module")
def proved(written, tmp_path_factory):
    """A right model that was verified once, and what came out."""
    folder = tmp_path_factory.mktemp("proved")
    shutil.copytree(written.parent, folder / "counts")
    return folder / "counts" / "1", verify(folder / "counts", latency_seconds=0.01)


def test_a_right_model_is_verified_every_way_there_is_without_a_server(proved):
    version, done = proved
    assert done.model == version
    assert done.requests == 5
    assert done.loaders == ("saved_model_load", "session")
    assert done.largest_difference < 1e-6
    assert statuses(version) == {
        "hashes": "pass", "serving": "pass", "signature": "not run", "saved_model_load": "pass", "session": "pass",
        "saved_model_cli": "pass", "c_api": "pass", "latency": "pass", "rest": "not run", "grpc": "not run",
    }  # fmt: skip
    assert {check.name: check.status for check in done.checks} == statuses(version)


def test_what_was_not_tried_has_its_reason(proved):
    _, done = proved
    reasons = {check.name: check.detail for check in done.checks if check.status == "not run"}
    assert "--rest" in reasons["rest"]
    assert "--grpc" in reasons["grpc"]
    assert "--public-key" in reasons["signature"]


def test_latency_of_each_batch_size(proved):
    version, _ = proved
    latency = json.loads((handoff_folder(version) / "latency.json").read_text())
    assert set(latency["batch_sizes"]) == {"1", "8", "32"}
    assert latency["load_seconds"] > 0
    assert latency["peak_memory_mib"] > 100


def test_what_verify_writes_is_in_no_list_of_hashes(proved):
    version, _ = proved
    done = subprocess.run(
        ["sha256sum", "--check", "--strict", "--quiet", "handoff/1/SHA256SUMS"], cwd=version.parent, check=False
    )
    assert done.returncode == 0


def test_a_wrong_number_is_seen_by_every_loader(exported):
    golden = handoff_folder(exported) / "golden" / "requests.jsonl"
    rewrite(golden, lambda lines: lines[2]["answer"]["probabilities"].__setitem__(0, 0.2001))
    with pytest.raises(VerifyError, match="answers probabilities(.|\n)*request 2(.|\n)*two words(.|\n)*don't serve"):
        verify(exported, latency_seconds=None)
    assert statuses(exported) == {
        "hashes": "pass", "serving": "pass", "signature": "not run", "saved_model_load": "fail", "session": "fail",
        "saved_model_cli": "fail", "c_api": "fail", "latency": "not run", "rest": "not run", "grpc": "not run",
    }  # fmt: skip


def test_a_proof_that_breaks_off_takes_the_place_of_an_earlier_pass(exported):
    proved = {"checks": [{"name": "hashes", "status": "pass"}]}
    (handoff_folder(exported) / "conformance.json").write_text(json.dumps(proved))
    golden = handoff_folder(exported) / "golden" / "requests.jsonl"
    golden.write_text("{\n")
    list_again(handoff_folder(exported))
    with pytest.raises(VerifyError, match="golden requests can't be read"):
        verify(exported)
    assert statuses(exported) == {**NOTHING_TRIED, "hashes": "fail"}


def test_damaged_weights_are_seen_and_nothing_is_run(exported):
    path = exported / "variables" / "variables.data-00000-of-00001"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(VerifyError, match="has changed since it was written(.|\n)*variables.data"):
        verify(exported)
    assert statuses(exported) == {**NOTHING_TRIED, "hashes": "fail"}


@pytest.mark.parametrize(
    "name, told",
    [("manifest.json", "list of hashes(.|\n)*SHA256SUMS"), ("golden/rest.jsonl", "A file(.|\n)*rest.jsonl")],
)
def test_damaged_papers_are_seen(exported, name, told):
    path = handoff_folder(exported) / name
    path.write_text(path.read_text() + " ")
    with pytest.raises(VerifyError, match=told):
        verify(exported)


def test_a_missing_file_is_seen(exported):
    (exported / "variables" / "variables.index").unlink()
    with pytest.raises(VerifyError, match="is missing(.|\n)*variables.index"):
        verify(exported)


def test_a_model_that_cannot_be_loaded_by_itself(exported):
    (exported / "saved_model.pb").write_bytes(b"not a graph")
    list_again(handoff_folder(exported))
    with pytest.raises(VerifyError, match="can't be loaded and run on its own(.|\n)*output of a clean process"):
        verify(exported)
    found = statuses(exported)
    assert (found["saved_model_load"], found["session"], found["saved_model_cli"]) == ("fail",) * 3
    assert (found["c_api"], found["latency"]) == ("not run", "not run")


def test_a_missing_list_of_hashes_is_seen(exported):
    (handoff_folder(exported) / "SHA256SUMS").unlink()
    with pytest.raises(VerifyError, match=r"list of hashes is missing or unreadable(.|\n)*SHA256SUMS"):
        verify(exported)


def test_an_added_file_is_seen(exported):
    (exported / "added").write_text("")
    with pytest.raises(VerifyError, match=r"was not written with it(.|\n)*added"):
        verify(exported)


@pytest.mark.parametrize("content", ["{}", "[]", '{"name": "a"}', "no JSON"])
def test_what_is_no_manifest(exported, content):
    (handoff_folder(exported) / "manifest.json").write_text(content)
    with pytest.raises(VerifyError, match=r"manifest is missing or unreadable(.|\n)*manifest\.json"):
        verify(exported)


def test_no_manifest(exported):
    shutil.rmtree(exported.parent / "handoff")
    with pytest.raises(VerifyError, match=r"manifest is missing or unreadable(.|\n)*manifest\.json"):
        verify(exported)


def test_no_model(tmp_path):
    with pytest.raises(VerifyError, match="no exported model in"):
        verify(tmp_path)


def test_a_public_key_and_no_signature(exported, tmp_path):
    (tmp_path / "key.pub").write_text("")
    with pytest.raises(VerifyError, match="is not signed"):
        verify(exported, public_key=tmp_path / "key.pub")
    assert statuses(exported) == {**NOTHING_TRIED, "hashes": "pass", "serving": "pass", "signature": "fail"}


def test_a_handoff_that_cannot_be_written_is_verified_all_the_same(exported):
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    handoff_folder(exported).chmod(0o500)
    assert verify(exported, latency_seconds=None).requests == 5
