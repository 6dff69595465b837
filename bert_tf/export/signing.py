"""Signing a folder and checking its signature, with OpenSSF's `model-signing` and a key on disk.

https://github.com/sigstore/model-transparency. The signature names every file of the folder and its SHA-256; a client
without bert_tf checks it with `model_signing verify key`.
"""

import pathlib
import shutil
import tempfile
from types import ModuleType

from bert_tf.atomic import link_or_copy
from bert_tf.errors import BertTfError, ExportError, VerifyError


def sign_folder(folder: pathlib.Path, name: str, signature: pathlib.Path, *, private_key: pathlib.Path) -> None:
    """Sign every file of a folder.

    Args:
        folder: What is signed.
        name: The folder's name in the signature.
        signature: The file that is written, a sigstore bundle in JSON.
        private_key: An unencrypted key of an elliptic curve (P-256, P-384, P-521) in PEM.

    Raises:
        ExportError: `model-signing` is not installed, or the key can't be used.
    """
    model_signing = _library(ExportError)
    # Under the name that it will have; the library follows no symbolic links.
    with tempfile.TemporaryDirectory(dir=signature.parent) as scratch:
        named = pathlib.Path(scratch) / name
        shutil.copytree(folder, named, copy_function=link_or_copy)
        try:
            model_signing.signing.Config().use_elliptic_key_signer(private_key=private_key).sign(named, signature)
        except (OSError, TypeError, ValueError) as problem:
            raise _no_key(private_key, str(problem)) from problem


def check_signature(folder: pathlib.Path, signature: pathlib.Path, *, public_key: pathlib.Path) -> None:
    """Hold every file of a folder against its signature.

    Args:
        folder: What was signed.
        signature: What `sign_folder` wrote.
        public_key: In PEM.

    Raises:
        VerifyError: no signature, one of another key, or a file that was changed, added or removed since; or
            `model-signing` is not installed.
    """
    model_signing = _library(VerifyError)
    if not signature.is_file():
        raise VerifyError(
            "The exported model is not signed.", where=str(signature), hint="bert-tf export RUN --sign-key KEY"
        )
    try:
        model_signing.verifying.Config().use_elliptic_key_verifier(public_key=public_key).verify(folder, signature)
    except Exception as problem:
        # The library raises whatever its parts raise: ValueError, cryptography's InvalidSignature, KeyError.
        reason = str(problem) or type(problem).__name__
        raise VerifyError(
            f"The exported model is not what was signed with this key: {reason}",
            where=str(folder),
            hint="don't serve this model",
        ) from problem


def check_private_key(path: pathlib.Path) -> None:
    """Raises ExportError when `model-signing` is not installed, or the file is no key that it signs with."""
    _library(ExportError)
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, TypeError, ValueError) as problem:
        raise _no_key(path, str(problem)) from problem
    if not isinstance(key, EllipticCurvePrivateKey):
        raise _no_key(path, "it is not a key of an elliptic curve")


def _no_key(path: pathlib.Path, reason: str) -> ExportError:
    return ExportError(
        f"The model can't be signed with this key: {reason}",
        where=str(path),
        hint="openssl ecparam -name prime256v1 -genkey -noout -out key.pem",
    )


def _library(error: type[BertTfError]) -> ModuleType:
    try:
        import model_signing
        import model_signing.signing
        import model_signing.verifying
    except ImportError as problem:
        raise error(
            "Signatures need the package model-signing, which is not installed.",
            hint="pip install 'bert_tf[signing]'",
            kind="machine",
        ) from problem
    return model_signing
