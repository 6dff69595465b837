"""A tokenizer out of its folder's files, with the ids that transformers' AutoTokenizer gives.

transformers isn't imported for it: that costs every start of a process seconds and memory, and what its classes do for
the families of `bert_tf.pretrained` is little. It is what the tests hold this against.
"""

import json
import pathlib
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from tokenizers import AddedToken, Tokenizer, decoders, normalizers, pre_tokenizers, processors
from tokenizers.models import BPE, WordPiece

from bert_tf.pretrained import FAMILIES
from bert_tf.text.fast_tokenizer import FastTokenizer, SpecialTokens

_EXTRA = "additional_special_tokens"
_SEGMENTS = "token_type_ids"
_SPACES = {"add_prefix_space": False, "trim_offsets": True}
_ROLES = ("bos", "eos", "unk", "sep", "pad", "cls", "mask")
_BERT_TOKENS = {"unk": "[UNK]", "sep": "[SEP]", "pad": "[PAD]", "cls": "[CLS]", "mask": "[MASK]"}
_ROBERTA_TOKENS = {
    "bos": "<s>", "eos": "</s>", "unk": "<unk>", "sep": "</s>", "pad": "<pad>", "cls": "<s>", "mask": "<mask>"
}  # fmt: skip


class _TokenizerClass(NamedTuple):
    """What a class of transformers takes for granted where the files don't say.

    Attributes:
        roles: Special token of each role.
        extra: Special tokens without one.
        mask_takes_space: Whether the mask token takes the space in front of it.
        uses_segments: Whether the encoder takes `token_type_ids`.
        normalizes: Whether lowercasing and the like are the class's settings, whatever tokenizer.json has.
        spaces: Whether `add_prefix_space` and `trim_offsets` are so.
    """

    roles: Mapping[str, str]
    extra: tuple[str, ...] = ()
    mask_takes_space: bool = False
    uses_segments: bool = False
    normalizes: bool = False
    spaces: bool = False


_BERT = _TokenizerClass(_BERT_TOKENS, uses_segments=True, normalizes=True)
_SENTENCE_PIECES = _TokenizerClass(_ROBERTA_TOKENS, mask_takes_space=True)
_CLASSES = {
    "BertTokenizer": _BERT,
    "ElectraTokenizer": _BERT,
    "DistilBertTokenizer": _BERT._replace(uses_segments=False),
    "MPNetTokenizer": _TokenizerClass({**_ROBERTA_TOKENS, "unk": "[UNK]"}, mask_takes_space=True, normalizes=True),
    "RobertaTokenizer": _TokenizerClass(_ROBERTA_TOKENS, mask_takes_space=True, spaces=True),
    "XLMRobertaTokenizer": _SENTENCE_PIECES,
    "CamembertTokenizer": _SENTENCE_PIECES._replace(extra=("<s>NOTUSED", "</s>NOTUSED", "<unk>NOTUSED")),
    # It has no family of its own, so it takes nothing for granted. transformers 5 writes the second name.
    "PreTrainedTokenizerFast": _TokenizerClass({}, uses_segments=True),
    "TokenizersBackend": _TokenizerClass({}, uses_segments=True),
}


def read_fast_tokenizer(folder: pathlib.Path) -> FastTokenizer:
    """The tokenizer of a folder that `check_tokenizer_files` found nothing wrong with.

    Raises:
        OSError: a file that is needed is missing.
        Exception: one is broken; `tokenizers` has no type of its own for it.
    """
    settings = _settings(folder)
    name = _class_name(settings, folder)
    known = _CLASSES[name]
    roles = _roles(settings, known)
    backend = _read_backend(folder, name, roles)
    # What the file says of them holds for a call that doesn't, and here every call does.
    truncation, padding = backend.truncation or {}, backend.padding or {}
    if roles["pad"] is None and "pad_token" not in settings and padding:
        roles["pad"] = _token(padding["pad_token"])
    _add_tokens(
        backend, _own_tokens(folder, settings), [*filter(None, roles.values()), *_extra_tokens(settings, known)]
    )
    if known.normalizes and isinstance(backend.normalizer, normalizers.BertNormalizer):
        _set_normalizer(backend, settings)
    if known.spaces:
        _set_spaces(backend, settings)
    if backend.post_processor is None and known.roles:
        backend.post_processor = _packing(backend, roles, is_bert=known.roles is _BERT_TOKENS)
    return FastTokenizer(
        backend,
        class_name=f"{name}Fast" if known.roles else "PreTrainedTokenizerFast",
        special_tokens=SpecialTokens(*(token and token.content for token in map(roles.get, SpecialTokens._fields))),
        uses_segments=_SEGMENTS in settings.get("model_input_names", [_SEGMENTS] if known.uses_segments else []),
        truncation_side=settings.get("truncation_side", truncation.get("direction", "right")),
    )


def _settings(folder: pathlib.Path) -> dict[str, Any]:
    """tokenizer_config.json, with special_tokens_map.json where the first is of the time when the second counted."""
    settings = _read(folder / "tokenizer_config.json")
    if "added_tokens_decoder" in settings:
        return settings
    named = _read(folder / "special_tokens_map.json")
    extra = [*(settings.get(_EXTRA) or []), *(named.get(_EXTRA) or [])]
    return {**settings, **named, **({_EXTRA: extra} if extra else {})}


def _class_name(settings: Mapping[str, Any], folder: pathlib.Path) -> str:
    """The class that the tokenizer's settings name, or else the encoder's configuration, or its family's."""
    config = _read(folder / "config.json")
    of_family = FAMILIES.get(config.get("model_type", ""))
    name = settings.get("tokenizer_class") or config.get("tokenizer_class") or of_family
    if name is None:
        raise OSError("no file says of which class the tokenizer is")
    return name if name in _CLASSES else name.removesuffix("Fast")


def _roles(settings: Mapping[str, Any], known: _TokenizerClass) -> dict[str, AddedToken | None]:
    """The special token of each role: the files', or else the class's."""
    named = {role: settings.get(f"{role}_token", known.roles.get(role)) for role in _ROLES}
    if known.mask_takes_space and isinstance(named["mask"], str):
        named["mask"] = {"content": named["mask"], "lstrip": True, "special": True}
    return {role: _token(token) for role, token in named.items()}


def _extra_tokens(settings: Mapping[str, Any], known: _TokenizerClass) -> Iterable[AddedToken]:
    """Special tokens without a role; transformers 5 has another name for them, and may name each."""
    named = settings.get("extra_special_tokens") or []
    for token in (*settings.get(_EXTRA, known.extra), *(named.values() if isinstance(named, dict) else named)):
        if (special := _token(token)) is not None:
            yield special


def _own_tokens(folder: pathlib.Path, settings: Mapping[str, Any]) -> list[AddedToken]:
    """Tokens that the files put beside the vocabulary, in the order of their ids."""
    if "added_tokens_decoder" in settings:
        listed = {int(token_id): _token(token) for token_id, token in settings["added_tokens_decoder"].items()}
    else:
        listed = {token_id: AddedToken(token) for token, token_id in _read(folder / "added_tokens.json").items()}
    return [token for _, token in sorted(listed.items()) if token is not None]


def _token(described: Any) -> AddedToken | None:
    """A special token of a string, or of a table with `content`."""
    if described is None:
        return None
    if isinstance(described, str):
        return AddedToken(described, special=True)
    return AddedToken(**{key: value for key, value in described.items() if key != "__type"})


def _add_tokens(backend: Tokenizer, own: list[AddedToken], special: list[AddedToken]) -> None:
    """Makes a tokenizer know tokens beside its vocabulary; those with a use are special, however they are listed."""
    listed = {token.content: token for token in [*backend.get_added_tokens_decoder().values(), *own]}
    for token in special:
        known = listed.get(token.content, token)
        if token.content not in listed or not known.special or token.lstrip > known.lstrip:
            listed[token.content] = AddedToken(
                known.content,
                single_word=known.single_word,
                lstrip=known.lstrip or token.lstrip,
                rstrip=known.rstrip,
                normalized=known.normalized,
                special=True,
            )
    backend.add_tokens(list(listed.values()))


def _read_backend(folder: pathlib.Path, name: str, roles: Mapping[str, AddedToken | None]) -> Tokenizer:
    """tokenizer.json, or a tokenizer of the vocabulary alone, which doesn't pack yet."""
    if (folder / "tokenizer.json").exists():
        return Tokenizer.from_file(str(folder / "tokenizer.json"))
    if name == "RobertaTokenizer":
        no_affixes = {"continuing_subword_prefix": "", "end_of_word_suffix": ""}
        backend = Tokenizer(BPE.from_file(str(folder / "vocab.json"), str(folder / "merges.txt"), **no_affixes))
        backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        backend.decoder = decoders.ByteLevel()
        # As transformers 4 made them: fingerprints of runs hold it.
        named = [token for role, token in roles.items() if token and role != "mask"]
        backend.add_tokens([AddedToken(token.content, normalized=True, special=True) for token in named])
        return backend
    if not _CLASSES[name].normalizes:
        raise OSError("there is no tokenizer.json")
    unknown = roles["unk"]
    lines = (folder / "vocab.txt").read_text(encoding="utf-8").removesuffix("\n").split("\n")
    vocabulary = {token: token_id for token_id, token in enumerate(lines)}
    backend = Tokenizer(WordPiece(vocabulary, unk_token=unknown.content if unknown else ""))
    backend.normalizer = normalizers.BertNormalizer()
    backend.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    backend.decoder = decoders.WordPiece(prefix="##")
    return backend


def _set_normalizer(backend: Tokenizer, settings: Mapping[str, Any]) -> None:
    """What the settings of a class say that normalizes as BERT's does, whatever tokenizer.json has."""
    backend.normalizer = normalizers.BertNormalizer(
        clean_text=backend.normalizer.clean_text,
        handle_chinese_chars=settings.get("tokenize_chinese_chars", True),
        strip_accents=settings.get("strip_accents"),
        lowercase=settings.get("do_lower_case", True),
    )


def _set_spaces(backend: Tokenizer, settings: Mapping[str, Any]) -> None:
    """RoBERTa's settings of the space in front of a text and of offsets, whatever tokenizer.json has."""
    wanted = {name: settings.get(name, default) for name, default in _SPACES.items()}
    if isinstance(backend.pre_tokenizer, pre_tokenizers.ByteLevel):
        backend.pre_tokenizer.add_prefix_space = wanted["add_prefix_space"]
    packing = backend.post_processor
    if isinstance(packing, processors.RobertaProcessing):
        for name, value in wanted.items():
            setattr(packing, name, value)


def _packing(backend: Tokenizer, roles: Mapping[str, AddedToken | None], *, is_bert: bool) -> processors.PostProcessor:
    """How special tokens stand around a text, or two, where no file says it."""
    sep, cls = _with_id(backend, roles["sep"]), _with_id(backend, roles["cls"])
    return processors.BertProcessing(sep, cls) if is_bert else processors.RobertaProcessing(sep, cls, **_SPACES)


def _with_id(backend: Tokenizer, token: AddedToken | None) -> tuple[str, int]:
    token_id = None if token is None else backend.token_to_id(token.content)
    if token is None or token_id is None:
        raise OSError("a token to pack texts with is missing")
    return token.content, token_id


def _read(path: pathlib.Path) -> dict[str, Any]:
    """A table, empty where there is none."""
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
