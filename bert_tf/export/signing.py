"""Signing an exported model and checking its signature, with OpenSSF's `model-signing` and a key on disk.

https://github.com/sigstore/model-transparency. The signature names the model and its version, and every file of the
version and of its handoff with its SHA-256; the manifest, which is one of them, has those of `hub/`. A client without
bert_tf checks it with `model_signing verify key --ignore_unsigned_files`, in the model's folder.
"""

import base64
import pathlib
import tempfile
from collections.abc import Callable, Collection, Mapping
from types import ModuleType
from typing import Any

from bert_tf.atomic import link_or_copy
from bert_tf.documents import parse_json
from bert_tf.errors import BertTfError, ExportError, VerifyError

# Signs files, by their path in the model's folder, under a name, into a file.
Signer = Callable[[Mapping[str, pathlib.Path], str, pathlib.Path], None]


def subject(name: str, version: int) -> str:
    """What a signature says that it is of."""
    return f"{name}@{version}"


def sign_files(
    files: Mapping[str, pathlib.Path], name: str, signature: pathlib.Path, *, private_key: pathlib.Path
) -> None:
    """Sign files.

    Args:
        files: What is signed, by the path that it is signed under.
        name: As of `subject`.
        signature: The file that is written, a sigstore bundle in JSON.
        private_key: An unencrypted key of an elliptic curve (P-256, P-384, P-521) in PEM.

    Raises:
        ExportError: `model-signing` is not installed, or the key can't be used.
    """
    model_signing = _library(ExportError)
    # Under the names that they will have; the library follows no symbolic links.
    with tempfile.TemporaryDirectory(dir=signature.parent) as scratch:
        named = pathlib.Path(scratch) / name
        for path, source in files.items():
            (named / path).parent.mkdir(parents=True, exist_ok=True)
            link_or_copy(str(source), str(named / path))
        try:
            model_signing.signing.Config().use_elliptic_key_signer(private_key=private_key).sign(named, signature)
        except (OSError, TypeError, ValueError) as problem:
            raise _no_key(private_key, str(problem)) from problem


def check_signature(
    model_folder: pathlib.Path,
    files: Collection[str],
    name: str,
    signature: pathlib.Path,
    *,
    public_key: pathlib.Path,
) -> None:
    """Hold files against their signature.

    Args:
        model_folder: What the paths of the files are relative to.
        files: All that has to be signed.
        name: Of what it has to be the signature, as of `subject`.
        signature: What `sign_files` wrote.
        public_key: In PEM.

    Raises:
        VerifyError: no signature, one of another key, of another model or version, or of other files; or
            `model-signing` is not installed.
    """
    model_signing = _library(VerifyError)
    if not signature.is_file():
        raise VerifyError(
            "The exported model is not signed.", where=str(signature), hint="bert-tf export RUN --sign-key KEY"
        )
    verifying = model_signing.verifying.Config().use_elliptic_key_verifier(public_key=public_key)
    try:
        # Which files there have to be is known better than by what is there: other versions lie beside this one.
        verifying.set_ignore_unsigned_files(True).verify(model_folder, signature)
        statement = _statement(signature)
        signed_name = statement["subject"][0]["name"]
        signed_files = [file["name"] for file in statement["predicate"]["resources"]]
    except Exception as problem:
        # The library raises whatever its parts raise: ValueError, cryptography's InvalidSignature, KeyError.
        raise _not_signed(str(problem) or type(problem).__name__, signature) from problem
    if signed_name != name:
        raise _not_signed(f"the signature is for {signed_name}, but this is {name}", signature)
    if missing := sorted(set(files) ^ set(signed_files)):
        raise _not_signed(f"{missing[0]} is not signed or missing", signature)


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
        raise _no_key(path, "it is not an elliptic-curve key")


def _statement(signature: pathlib.Path) -> Any:
    """What was signed (in-toto's Statement), in a bundle whose signature holds."""
    return parse_json(base64.b64decode(parse_json(signature.read_bytes())["dsseEnvelope"]["payload"]))


def _not_signed(reason: str, signature: pathlib.Path) -> VerifyError:
    return VerifyError(
        f"The exported model is not what was signed with this key: {reason}",
        where=str(signature),
        hint="don't serve this model",
    )


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
            "Signing needs the package model-signing, which is not installed.",
            hint="pip install 'bert_tf[signing]'",
            kind="machine",
        ) from problem
    return model_signing
