"""What an encoder's folder says of itself.

transformers, which others may read a run's or an export's copy of it with, runs Python files that a configuration
names: by `auto_map`, and in some releases by what stands in a configuration inside of it, whatever the caller says
(CVE-2026-5241). So the families are a table, and a folder whose files could lead transformers anywhere but to its own
classes and to this folder is refused.
"""

import json
import pathlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from bert_tf.documents import check_table, parse_json
from bert_tf.errors import ModelError
from bert_tf.nearest_name import did_you_mean

_Checked = TypeVar("_Checked")

_LARGEST_BYTES = 16 << 20
# What makes transformers run code, or read another place, wherever it stands.
_RUNS_CODE = {"auto_map", "custom_pipelines", "trust_remote_code", "_attn_implementation_internal"}
# What names kernels of the hub's where it has the form of a repository (CVE-2026-4372).
_KERNELS = {"attn_implementation", "_attn_implementation"}
# What does so in a configuration inside another. At the top the first two only tell where the model comes from.
_LEADS_AWAY = {"_name_or_path", "name_or_path", "model_type", "base_model_name_or_path"}
# What a tokenizer's configuration must not choose: positional arguments, and files instead of the folder's own.
_CHOOSES_FILES = {"init_inputs", "tokenizer_object", "__slow_tokenizer"}
# Old configurations name these, and transformers takes the folder's own all the same.
_HARMLESS_FILES = {"added_tokens_file", "special_tokens_map_file", "tokenizer_config_file"}
# sentence-transformers' class, whose module depends on the release, and what its configuration calls the way.
_POOLING, _MODE = ".Pooling", "pooling_mode"
_MODULES = "modules.json"


# What `model_type` may be, with the name of the tokenizer's class in transformers, without "Fast".
FAMILIES: Mapping[str, str] = {
    "bert": "BertTokenizer",
    "bilstm": "BertTokenizer",
    "bow": "BertTokenizer",
    "camembert": "CamembertTokenizer",
    "distilbert": "DistilBertTokenizer",
    "electra": "ElectraTokenizer",
    "mpnet": "MPNetTokenizer",
    "roberta": "RobertaTokenizer",
    "xlm-roberta": "XLMRobertaTokenizer",
}
_TOKENIZERS = {"PreTrainedTokenizerFast", "TokenizersBackend"} | {
    name + suffix for name in FAMILIES.values() for suffix in ("", "Fast")
}


def read_config(folder: pathlib.Path) -> dict[str, Any]:
    """An encoder's config.json, of a family of the table and with nothing in it that leads to code.

    Raises:
        ModelError: it is missing, damaged, of another family, or names code to run.
    """
    path = folder / "config.json"
    values = _read(path)
    _check_names_no_code(values, path)
    family = values.get("model_type")
    if not isinstance(family, str):
        raise ModelError(
            "The encoder's config.json doesn't say its family.",
            where=str(path),
            hint=f'it needs "model_type" with one of: {", ".join(FAMILIES)}',
        )
    if family not in FAMILIES:
        meant = did_you_mean(family[:60], FAMILIES)
        raise ModelError(
            f"bert_tf doesn't support encoders of the family {family[:60]!r}.",
            where=f"{path}: model_type",
            hint=(f"{meant} " if meant else "") + f"supported: {', '.join(FAMILIES)}",
        )
    _check_tokenizer_class(values, path)
    return values


def check_tokenizer_files(folder: pathlib.Path) -> None:
    """Hold what transformers reads beside a tokenizer's vocabulary against the table, as `read_config` does.

    A folder without a config.json may have a tokenizer all the same.

    Raises:
        ModelError: a file is damaged, names code to run or files of another place, or a tokenizer that isn't known.
    """
    if (folder / "config.json").exists():
        read_config(folder)
    for name in ("tokenizer_config.json", "special_tokens_map.json"):
        path = folder / name
        if not path.exists():
            continue
        values = _read(path)
        _check_names_no_code(values, path)
        _check_tokenizer_class(values, path)
        chosen = [key for key in values if _chooses_files(key) and values[key]]
        if chosen:
            raise ModelError(
                f"The tokenizer's {name} names files to read; only files in its own folder are allowed.",
                where=f"{path}: {chosen[0]}",
                hint=f"remove {', '.join(chosen)} from it",
            )


def check_encoder_folder(folder: pathlib.Path) -> None:
    """All that `read_config`, `check_tokenizer_files` and `trained_vector` check; raises ModelError."""
    read_config(folder)
    check_tokenizer_files(folder)
    trained_vector(folder)


def trained_vector(folder: pathlib.Path) -> str | None:
    """Which vector of a text an encoder was trained to give, by what sentence-transformers writes beside it.

    Returns:
        "first", "mean" or "max"; None where nothing says so, or another one.

    Raises:
        ModelError: what says so is damaged, or is in another folder.
    """
    path = folder / _MODULES
    if not path.exists():
        return None
    modules = [module for module in _read_json(path, check=_as_tables) if str(module.get("type")).endswith(_POOLING)]
    place = pathlib.PurePath(str(modules[0].get("path"))) if len(modules) == 1 else None
    if place is None:
        return None
    if place.is_absolute() or len(place.parts) != 1 or ".." in place.parts:
        raise ModelError(
            "The encoder's modules.json leads to another folder.",
            where=f"{path}: {str(place)[:60]}",
            hint="download the encoder's folder again",
        )
    # Copies of an encoder, such as in a run, have its files without its folders.
    path = folder / place / "config.json"
    return _vector_of(_read(path)) if path.exists() else None


def write_trained_vector(folder: pathlib.Path, vector: str | None, *, size: int) -> None:
    """What `trained_vector` and sentence-transformers read; in place of what the folder says so far.

    Args:
        folder: Of an encoder.
        vector: As of `trained_vector`.
        size: Numbers of the vector.
    """
    (folder / _MODULES).unlink(missing_ok=True)
    if vector is None:
        return
    types = {"": "Transformer", "1_Pooling": "Pooling"}
    modules = [
        {"idx": index, "name": str(index), "path": path, "type": f"sentence_transformers.models.{name}"}
        for index, (path, name) in enumerate(types.items())
    ]
    named = {"first": "cls_token", "mean": "mean_tokens", "max": "max_tokens"}
    modes = {f"{_MODE}_{name}": which == vector for which, name in named.items()}
    (folder / "1_Pooling").mkdir(exist_ok=True)
    for place, values in {
        _MODULES: modules, "1_Pooling/config.json": {"word_embedding_dimension": size, **modes}
    }.items():  # fmt: skip
        (folder / place).write_text(json.dumps(values, indent=2) + "\n", encoding="utf-8")


def _vector_of(pooling: Mapping[str, Any]) -> str | None:
    """Of its configuration, which has one key for each way, or since release 6 one for all of them."""
    before = [key for key, value in pooling.items() if key.startswith(f"{_MODE}_") and value is True]
    mode = pooling.get(_MODE, before[0].removeprefix(f"{_MODE}_").removesuffix("_tokens") if len(before) == 1 else None)
    return {"cls": "first", "cls_token": "first", "mean": "mean", "max": "max"}.get(str(mode))


def _as_tables(value: object) -> list[dict[str, Any]]:
    if not isinstance(value, list):
        raise ValueError("it is not a list")
    return [check_table(entry, {}) for entry in value]


def _read(path: pathlib.Path) -> dict[str, Any]:
    return _read_json(path, check=lambda value: check_table(value, {}))


def _read_json(path: pathlib.Path, *, check: Callable[[object], _Checked]) -> _Checked:
    try:
        # A pipe would never end.
        if not path.is_file():
            raise ValueError("it is missing" if not path.exists() else "it is not a file")
        if path.stat().st_size > _LARGEST_BYTES:
            raise ValueError(f"it is larger than {_LARGEST_BYTES >> 20} MiB")
        return check(parse_json(path.read_bytes()))
    except (OSError, ValueError) as problem:
        raise ModelError(
            f"The encoder's {path.name} can't be read: {str(problem)[:300]}.",
            where=str(path),
            hint="download the encoder's folder again",
        ) from problem


def _check_names_no_code(values: Mapping[str, Any], path: pathlib.Path) -> None:
    for place, key, value in _entries(values, ""):
        leads_away = ("." in place and key in _LEADS_AWAY) or (key in _KERNELS and "/" in str(value))
        if value and (key in _RUNS_CODE or leads_away):
            raise ModelError(
                f"The encoder's {path.name} asks to load code or another model; bert_tf never runs code that comes "
                "with an encoder.",
                where=f"{path}: {place}",
                hint="use an encoder that needs no code of its own; only its weights and tokenizer are read",
            )


def _entries(value: Any, place: str) -> Iterator[tuple[str, str, Any]]:
    """Dotted place, key and value of every entry of a table, and of the tables and lists in it."""
    named = value.items() if isinstance(value, dict) else ((str(index), inner) for index, inner in enumerate(value))
    for key, inner in named:
        here = f"{place}.{key}" if place else key
        if isinstance(value, dict):
            yield here, key, inner
        if isinstance(inner, (dict, list)):
            yield from _entries(inner, here)


def _check_tokenizer_class(values: Mapping[str, Any], path: pathlib.Path) -> None:
    name = values.get("tokenizer_class")
    if name is not None and not (isinstance(name, str) and name in _TOKENIZERS):
        raise ModelError(
            f"bert_tf doesn't support the tokenizer {str(name)[:60]!r}.",
            where=f"{path}: tokenizer_class",
            hint=f"supported: {', '.join(sorted(_TOKENIZERS))}",
        )


def _chooses_files(key: str) -> bool:
    return key in _CHOOSES_FILES or (key.endswith("_file") and key not in _HARMLESS_FILES)
