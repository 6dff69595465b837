"""What of a handoff can be changed, added or taken away: each of it is found, with a key and without one."""

import functools
import json
import os
import shutil

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from bert_tf.errors import VerifyError
from bert_tf.export.checksums import sums_text
from bert_tf.export.folders import handoff_folder, read_manifest
from bert_tf.export.inventory import check_files, hub_version, read_counted_golden, serving_differences
from bert_tf.export.signing import sign_files
from bert_tf.export.verify import verify
from bert_tf.export.write_version import Papers, write_export

PEM = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
PUBLIC = (serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def of_version(folder, facts):
    (folder / "encoder").mkdir()
    (folder / "encoder" / "file").write_text(f"of version {facts['version']}")


@pytest.fixture(scope="module")
def delivered(counting, manifest, golden, tmp_path_factory):
    """A model of two signed versions with hub/ and serving/, and the public key."""
    folder = tmp_path_factory.mktemp("delivered")
    private = ec.generate_private_key(ec.SECP256R1())
    (folder / "key.pem").write_bytes(private.private_bytes(*PEM))
    (folder / "key.pub").write_bytes(private.public_key().public_bytes(*PUBLIC))
    for _ in range(2):
        write_export(
            counting,
            Papers(manifest, golden, documents=lambda facts: {"MODEL_CARD.md": "card", "sbom.cdx.json": "{}"}),
            model_folder=folder / "counts",
            beside={"hub": of_version, "serving": of_version},
            sign=functools.partial(sign_files, private_key=folder / "key.pem"),
        )
    return folder / "counts"


@pytest.fixture
def model(delivered, tmp_path):
    """A copy for one test."""
    shutil.copytree(delivered, tmp_path / "counts")
    shutil.copy(delivered.parent / "key.pub", tmp_path)
    return tmp_path / "counts"


def check(model, number=2):
    """What `verify` holds first: all files and the golden requests, with nothing of the model run."""
    version = model / str(number)
    manifest = read_manifest(version)
    check_files(version, manifest)
    return read_counted_golden(handoff_folder(version), manifest)


@pytest.mark.parametrize("number", [1, 2])
def test_what_was_delivered_is_whole(model, number):
    assert len(check(model, number)) == 5
    manifest = read_manifest(model / str(number))
    assert manifest["golden_requests"] == {"requests": 5, "rest": 12, "grpc": 9}
    assert set(manifest["handoff_files"]) == {
        "MODEL_CARD.md", "sbom.cdx.json", "golden/requests.jsonl", "golden/rest.jsonl", "golden/grpc.jsonl",
    }  # fmt: skip
    assert set(manifest["beside_files"]["hub"]) == {"encoder/file", "SHA256SUMS"}
    assert hub_version(model, manifest) == 2
    assert serving_differences(model, manifest) == []


def entries(model):
    """Every folder of the handoff that an attacker could put something into."""
    return [model, *(path for path in model.rglob("*") if path.is_dir() and "serving" not in path.parts)]


def test_whatever_is_added_anywhere_is_found(model):
    makers = {
        "added": lambda path: path.write_text(""),
        ".hidden": lambda path: path.write_text(""),
        ".gitignore": lambda path: path.write_text("*"),
        "link": lambda path: path.symlink_to("/etc/passwd"),
        "folder link": lambda path: path.symlink_to("/etc"),
        "empty": lambda path: path.mkdir(),
        "pipe": os.mkfifo,
        "+3": lambda path: shutil.copytree(model / "2" / "variables", path),
    }
    tried = 0
    for folder in entries(model):
        if folder == model / "1" or model / "1" in folder.parents or "handoff/1" in folder.as_posix():
            continue  # of another version, which has a proof of its own
        for name, make in makers.items():
            path = folder / name
            make(path)
            with pytest.raises(VerifyError):
                check(model)
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
            tried += 1
    assert tried >= 48
    check(model)


def test_every_file_that_is_changed_emptied_removed_or_linked_is_found(model, tmp_path):
    of_other = ("1/", "handoff/1/", "serving/", ".export.lock")
    paths = [path for path in sorted(model.rglob("*")) if path.is_file()]
    paths = [path for path in paths if not path.relative_to(model).as_posix().startswith(of_other)]
    assert len(paths) >= 12
    for path in paths:
        content = path.read_bytes()
        if path.name != "model.sig":  # what is in it is held against the key
            path.write_bytes(content + b"\n")
            with pytest.raises(VerifyError):
                check(model)
            path.write_bytes(b"")
            with pytest.raises(VerifyError):
                check(model)
        path.unlink()
        with pytest.raises(VerifyError):
            check(model)
        (tmp_path / "elsewhere").write_bytes(content)
        path.symlink_to(tmp_path / "elsewhere")
        if path.name != "model.sig":
            with pytest.raises(VerifyError):
                check(model)
        path.unlink()
        os.mkfifo(path)
        with pytest.raises(VerifyError):
            check(model)
        path.unlink()
        path.write_bytes(content)
    check(model)


@pytest.mark.parametrize("signed", [True, False])
def test_an_old_version_is_not_a_newer_one(model, tmp_path, signed):
    shutil.copytree(model / "1", model / "3")
    shutil.copytree(model / "handoff" / "1", model / "handoff" / "3")
    key = tmp_path / "key.pub" if signed else None
    with pytest.raises(VerifyError, match="named 3, but its manifest is for version 1"):
        verify(model, public_key=key, latency_seconds=None)


def list_again(handoff, **facts):
    """Make manifest and list of hashes fit each other again, as who has no key could."""
    manifest = {**json.loads((handoff / "manifest.json").read_text()), **facts}
    (handoff / "manifest.json").write_text(json.dumps(manifest))
    from bert_tf.export.checksums import file_sha256
    from bert_tf.export.manifest import listed_sums

    sums = listed_sums(manifest, file_sha256(handoff / "manifest.json"))
    (handoff / "SHA256SUMS").write_text(sums_text(sums))


def test_a_manifest_that_was_made_to_fit_is_found_by_the_key(model, tmp_path):
    shutil.copytree(model / "1", model / "3")
    shutil.copytree(model / "handoff" / "1", model / "handoff" / "3")
    hub = read_manifest(model / "2")["beside_files"]
    list_again(model / "handoff" / "3", version=3, beside_files=hub)
    check(model, 3)
    with pytest.raises(VerifyError, match="not what was signed with this key"):
        verify(model, public_key=tmp_path / "key.pub", latency_seconds=None)


def test_a_hub_of_a_version_that_nobody_signed_is_found_by_the_key(model, tmp_path):
    """A later version's papers vouch for another hub/: whose signature is looked at, too."""
    (model / "hub" / "encoder" / "file").write_text("of an attacker")
    hub = {"hub": {"encoder/file": "", "SHA256SUMS": ""}}
    from bert_tf.export.checksums import folder_sha256

    hub = {"hub": folder_sha256(model / "hub")}
    shutil.copytree(model / "handoff" / "2", model / "handoff" / "9")
    list_again(model / "handoff" / "9", version=9, beside_files=hub)
    assert hub_version(model, read_manifest(model / "2")) == 9
    with pytest.raises(VerifyError, match="not what was signed with this key"):
        verify(model / "2", public_key=tmp_path / "key.pub", latency_seconds=None)


def test_an_earlier_hub_is_found(model):
    """hub/ of version 1 beside version 2, put back whole."""
    shutil.rmtree(model / "hub")
    (model / "hub" / "encoder").mkdir(parents=True)
    (model / "hub" / "encoder" / "file").write_text("of version 1")
    (model / "hub" / "SHA256SUMS").write_text("")
    with pytest.raises(VerifyError, match=r"has changed since it was written(.|\n)*hub"):
        check(model)


def test_nothing_to_verify_is_a_refusal(model):
    handoff = model / "handoff" / "2"
    for name in ("requests", "rest", "grpc"):
        (handoff / "golden" / f"{name}.jsonl").write_text("")
    from bert_tf.export.checksums import folder_sha256

    own = {"manifest.json", "SHA256SUMS", "model.sig"}
    papers = {name: digest for name, digest in folder_sha256(handoff).items() if name not in own}
    list_again(handoff, handoff_files=papers, golden_requests={"requests": 0, "rest": 0, "grpc": 0})
    with pytest.raises(VerifyError, match="nothing to verify"):
        check(model)


def test_fewer_golden_requests_than_the_manifest_says(model):
    list_again(model / "handoff" / "2", golden_requests={"requests": 6, "rest": 12, "grpc": 9})
    with pytest.raises(VerifyError, match="5 golden requests found, but the manifest says 6"):
        check(model)


def test_a_shortened_list_of_hashes(model):
    path = model / "handoff" / "2" / "SHA256SUMS"
    path.write_text("".join(path.read_text().splitlines(keepends=True)[1:]))
    with pytest.raises(VerifyError, match="list of hashes has changed"):
        check(model)


def test_a_right_model_with_the_right_key_whose_server_somebody_adapted(model, tmp_path):
    done = verify(model / "1", public_key=tmp_path / "key.pub", latency_seconds=None)
    assert signature_of(done) == ("pass", "counts, version 1")
    (model / "serving" / "encoder" / "file").write_text("adapted")
    (model / "serving" / "mine.yaml").write_text("")
    done = verify(model, public_key=tmp_path / "key.pub", latency_seconds=None)
    assert signature_of(done) == ("pass", "counts, version 2")
    serving = next(check for check in done.checks if check.name == "serving")
    assert serving.status == "differs"
    assert "encoder/file (changed), mine.yaml (added)" in serving.detail


def signature_of(done):
    (check,) = [check for check in done.checks if check.name == "signature"]
    return check.status, check.detail.rpartition(": ")[2]
