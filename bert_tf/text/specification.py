"""What makes a WordPiece tokenizer, read from Hugging Face's; and which ones the graph can't reproduce."""

import dataclasses
from itertools import permutations
from typing import Any, NamedTuple

from tokenizers.normalizers import Normalizer

from bert_tf.errors import TextError
from bert_tf.text.characters import is_noncharacter
from bert_tf.text.encoded import PAIR_SPECIALS
from bert_tf.text.fast_tokenizer import FastTokenizer

_TYPES = ("BertNormalizer", "BertPreTokenizer", "WordPiece")


@dataclasses.dataclass(frozen=True)
class Specification:
    """A WordPiece tokenizer without its character table.

    Attributes:
        vocabulary: Token of each id; None where no token of the WordPiece model has that id.
        size: Ids, those of added tokens included: rows that an embedding needs.
        lowercase: Whether text is lowercased.
        strip_accents: Whether accents are dropped; None means as `lowercase`.
        split_cjk: Whether each CJK ideograph is a word.
        max_characters: Longer words become the unknown token.
        unknown_token: Stands for words that can't be made of pieces.
        cls_id: Id in front of the first text.
        sep_id: Id behind each text.
        pad_id: Id behind the last token of a row.
        uses_segments: Whether the encoder takes `token_type_ids`.
        separators: Of `sep_id` between the two texts of a pair: 1, or 2 as for MPNet.
    """

    vocabulary: tuple[str | None, ...]
    size: int
    lowercase: bool
    strip_accents: bool | None
    split_cjk: bool
    max_characters: int
    unknown_token: str
    cls_id: int
    sep_id: int
    pad_id: int
    uses_segments: bool
    separators: int = 1

    @property
    def pair_specials(self) -> int:
        """Tokens around two texts."""
        return PAIR_SPECIALS - 1 + self.separators

    @property
    def alphabet(self) -> set[str]:
        """Every character of the vocabulary."""
        return set("".join(token for token in self.vocabulary if token is not None))


def is_wordpiece(reference: FastTokenizer) -> bool:
    """True of BERT's kind of tokenizer, the only one that the graph knows."""
    parts = reference.parts
    return tuple((parts[name] or {}).get("type") for name in ("normalizer", "pre_tokenizer", "model")) == _TYPES


def read_specification(reference: FastTokenizer, *, where: str) -> Specification:
    """Reads a tokenizer for which `is_wordpiece` is true.

    Args:
        reference: From `loading.load_reference`.
        where: Folder of the tokenizer, for messages.

    Raises:
        TextError: Hugging Face's ids couldn't be reproduced in the graph. `unsupported` lists the reasons.
    """
    parts = reference.parts
    packing, reason = _packing(reference), unsupported(reference, parts)
    if packing is None or reason:
        raise TextError(
            f"This WordPiece tokenizer can't be built into the graph: {reason}.",
            where=where,
            hint="change it in tokenizer.json (and tokenizer_config.json) if the weights allow that, or use another "
            "encoder",
        )
    token_ids: dict[str, int] = parts["model"]["vocab"]
    tokens = {token_id: token for token, token_id in token_ids.items()}
    return Specification(
        vocabulary=tuple(tokens.get(token_id) for token_id in range(max(tokens) + 1)),
        size=reference.vocabulary_size,
        lowercase=parts["normalizer"]["lowercase"],
        strip_accents=parts["normalizer"]["strip_accents"],
        split_cjk=parts["normalizer"]["handle_chinese_chars"],
        max_characters=parts["model"]["max_input_chars_per_word"],
        unknown_token=parts["model"]["unk_token"],
        uses_segments=reference.uses_segments,
        **packing._asdict(),
    )


def unsupported(reference: FastTokenizer, parts: dict[str, Any]) -> str | None:
    """Why the graph can't give the ids of a WordPiece tokenizer; None when it can.

    Args:
        reference: The tokenizer.
        parts: Its tokenizer.json.
    """
    model = parts["model"]
    added = [token["content"] for token in parts["added_tokens"] if not token["special"]]
    # Malformed bytes become U+FFFD, which only clean_text drops.
    if not parts["normalizer"]["clean_text"]:
        return "clean_text is false"
    if model["continuing_subword_prefix"] != "##":
        return f"pieces inside a word begin with {model['continuing_subword_prefix']!r}, not with '##'"
    if model["unk_token"] not in model["vocab"]:
        return f"its unknown token {model['unk_token']!r} isn't in the vocabulary"
    if added:
        return f"{added[0]!r} is an added token that isn't special, so it is matched before words are split"
    if None in reference.special_ids[:3]:
        return "it has no [CLS], [SEP] or [PAD]"
    if _packing(reference) is None:
        return "it doesn't pack texts as [CLS] a [SEP] and [CLS] a [SEP] b [SEP], or with two [SEP] between them"
    if reference.truncation_side != "right":
        return "it truncates on the left"
    return _unsupported_character(reference.backend.normalizer, set("".join(model["vocab"])))


class _Packing(NamedTuple):
    cls_id: int
    sep_id: int
    pad_id: int
    separators: int


def _packing(reference: FastTokenizer) -> _Packing | None:
    """How texts are packed, as empty ones show it; None where it isn't as the graph does it."""
    cls_id, sep_id, pad_id, _ = reference.special_ids
    if cls_id is None or sep_id is None or pad_id is None:
        return None
    (single,), (pair,) = reference.encode([""]), reference.encode([""], [""])
    separators = len(pair.ids) - 2
    rows = [cls_id, sep_id], [cls_id, *[sep_id] * separators, sep_id]
    if (single.ids, pair.ids) != rows or separators not in (1, 2):
        return None
    if reference.uses_segments and pair.type_ids != [0, 0, 1]:
        return None
    return _Packing(cls_id, sep_id, pad_id, separators)


def _unsupported_character(normalizer: Normalizer, alphabet: set[str]) -> str | None:
    if any(is_noncharacter(ord(character)) for character in alphabet):
        return "its vocabulary holds a Unicode noncharacter, which TensorFlow can't encode"
    marks = _moving_marks(normalizer, alphabet)
    if any(normalizer.normalize_str(first + second) != first + second for first, second in permutations(marks, 2)):
        names = ", ".join(f"U+{ord(mark):04X}" for mark in marks[:5])
        return f"its vocabulary has combining marks that normalization reorders, among them {names}"
    return None


def _moving_marks(normalizer: Normalizer, alphabet: set[str]) -> list[str]:
    """The combining marks of an alphabet that the normalizer keeps, and puts in canonical order.

    A table of single characters can't put them in order. Stripping accents drops nearly all marks, and the order of the
    rest changes no id as long as the vocabulary knows only marks that stay as they are. The normalizer is asked: a mark
    between one of class 224 and one of class 216, neither of which is stripped, lets them meet and change places.
    """

    def moves(character: str) -> bool:
        between = "\u302e" + character + "\U0001d165"
        return normalizer.normalize_str(character) == character and normalizer.normalize_str(between) != between

    return [character for character in sorted(alphabet) if moves(character)]
