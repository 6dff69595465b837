import builtins
import json
import pathlib
import subprocess
import sys

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from bert_tf.errors import ExportError, VerifyError
from bert_tf.export.signing import check_private_key, check_signature, sign_files, subject

PEM = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def keys(folder, name):
    """A private key and its public one, in PEM."""
    private = ec.generate_private_key(ec.SECP256R1())
    (folder / f"{name}.pem").write_bytes(private.private_bytes(*PEM))
    (folder / f"{name}.pub").write_bytes(
        private.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    return folder / f"{name}.pem", folder / f"{name}.pub"


@pytest.fixture
def signed(tmp_path):
    """A folder with files of which two are signed, their paths, the signature, and the public key."""
    folder = tmp_path / "model"
    for name in ("1/variables/data", "1/saved_model.pb", "hub/file", "2/saved_model.pb"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(name.encode())
    private, public = keys(tmp_path, "own")
    paths = ["1/variables/data", "1/saved_model.pb"]
    sign_files({path: folder / path for path in paths}, subject("a", 1), tmp_path / "model.sig", private_key=private)
    return folder, paths, tmp_path / "model.sig", public


def test_what_was_signed_is_as_it_was(signed):
    folder, paths, signature, public = signed
    check_signature(folder, paths, "a@1", signature, public_key=public)
    assert "dsseEnvelope" in json.loads(signature.read_text())


def test_the_library_s_own_command_agrees(signed):
    folder, _, signature, public = signed
    command = [sys.executable, "-m", "model_signing", "verify", "key", str(folder), "--ignore_unsigned_files"]
    command += ["--signature", str(signature), "--public_key", str(public)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_changed_or_missing_file_is_seen(signed):
    folder, paths, signature, public = signed
    (folder / paths[0]).write_bytes(b"other")
    with pytest.raises(VerifyError, match="is not what was signed with this key"):
        check_signature(folder, paths, "a@1", signature, public_key=public)
    (folder / paths[0]).unlink()
    with pytest.raises(VerifyError, match="is not what was signed with this key"):
        check_signature(folder, paths, "a@1", signature, public_key=public)


@pytest.mark.parametrize("name", ["a@2", "b@1", "1"])
def test_a_signature_is_of_one_model_and_version(signed, name):
    folder, paths, signature, public = signed
    with pytest.raises(VerifyError, match=f"the signature is for a@1, but this is {name}"):
        check_signature(folder, paths, name, signature, public_key=public)


@pytest.mark.parametrize("more", [True, False])
def test_other_files_than_those_that_were_signed_are_seen(signed, more):
    folder, paths, signature, public = signed
    paths = [*paths, "hub/file"] if more else paths[:1]
    with pytest.raises(VerifyError, match="hub/file is not signed" if more else "saved_model.pb is not signed"):
        check_signature(folder, paths, "a@1", signature, public_key=public)


def test_another_key_is_seen(signed, tmp_path):
    folder, paths, signature, _ = signed
    _, other = keys(tmp_path, "other")
    with pytest.raises(VerifyError, match="is not what was signed with this key"):
        check_signature(folder, paths, "a@1", signature, public_key=other)


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"\xff", b'{"dsseEnvelope": {"payload": 7}}', b"[" * 100_000])
def test_a_damaged_signature(signed, content):
    folder, paths, signature, public = signed
    signature.write_bytes(content)
    with pytest.raises(VerifyError, match="is not what was signed with this key"):
        check_signature(folder, paths, "a@1", signature, public_key=public)


def test_no_signature(signed, tmp_path):
    folder, paths, _, public = signed
    with pytest.raises(VerifyError, match=r"is not signed(.|\n)*--sign-key"):
        check_signature(folder, paths, "a@1", tmp_path / "none.sig", public_key=public)


def test_what_is_no_key(tmp_path):
    (tmp_path / "key.pem").write_text("no key")
    with pytest.raises(ExportError, match=r"can't be signed with this key(.|\n)*key\.pem"):
        sign_files({}, "a@1", tmp_path / "model.sig", private_key=tmp_path / "key.pem")


def test_a_key_is_checked_beforehand(tmp_path):
    path = tmp_path / "key.pem"
    for key in (ec.generate_private_key(ec.SECP256R1()), rsa.generate_private_key(65537, 2048)):
        path.write_bytes(key.private_bytes(*PEM))
        if isinstance(key, ec.EllipticCurvePrivateKey):
            check_private_key(path)
        else:
            with pytest.raises(ExportError, match="not an elliptic-curve key"):
                check_private_key(path)
    path.write_text("no key")
    with pytest.raises(ExportError, match=r"can't be signed with this key(.|\n)*key\.pem"):
        check_private_key(path)


def test_without_the_library_it_is_told_how_to_get_it(monkeypatch):
    real = builtins.__import__

    def without(name, *arguments, **others):
        if name.startswith("model_signing"):
            raise ImportError(name)
        return real(name, *arguments, **others)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ExportError, match=r"not installed(.|\n)*pip install 'bert_tf\[signing\]'"):
        check_private_key(pathlib.Path("key.pem"))
