"""Our reading of a tokenizer's files against that of transformers: tokens, offsets, segments, special tokens."""

import json
import pathlib
import shutil
from collections.abc import Callable

import pytest
from tokenizers import ByteLevelBPETokenizer, SentencePieceUnigramTokenizer
from tokenizers.pre_tokenizers import Metaspace, Sequence, WhitespaceSplit
from tokenizers.processors import RobertaProcessing
from transformers import PreTrainedTokenizerFast

from bert_tf.pretrained import FAMILIES
from bert_tf.text.tokenizer_files import read_fast_tokenizer

ROBERTA = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
TRAINED_ON = ["The café isn't far: don't walk, naïve 中文字符 words lower lowest newer </s> <mask> it."] * 50


def roberta(folder: pathlib.Path) -> None:
    tokenizer = ByteLevelBPETokenizer(add_prefix_space=True, trim_offsets=False)
    tokenizer.train_from_iterator(TRAINED_ON, vocab_size=400, special_tokens=ROBERTA)
    tokenizer.post_processor = RobertaProcessing(("</s>", 2), ("<s>", 0), trim_offsets=False)
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "RobertaTokenizer"}))


def roberta_with_prefix(folder: pathlib.Path) -> None:
    roberta(folder)
    settings = {"tokenizer_class": "RobertaTokenizerFast", "add_prefix_space": True, "model_input_names": ["input_ids"]}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))


def roberta_of_a_vocabulary(folder: pathlib.Path) -> None:
    tokenizer = ByteLevelBPETokenizer()
    tokenizer.train_from_iterator(TRAINED_ON, vocab_size=400, special_tokens=ROBERTA)
    tokenizer.save_model(str(folder))
    (folder / "config.json").write_text(json.dumps({"model_type": "roberta"}))


def xlm_roberta(folder: pathlib.Path) -> None:
    tokenizer = SentencePieceUnigramTokenizer()
    tokenizer.train_from_iterator(TRAINED_ON, vocab_size=120, special_tokens=ROBERTA, unk_token="<unk>")
    tokenizer.post_processor = RobertaProcessing(("</s>", 2), ("<s>", 0))
    # As XLM-RoBERTa has it; transformers 5 takes its own parts, whatever the file has.
    tokenizer._tokenizer.normalizer = None
    tokenizer._tokenizer.pre_tokenizer = Sequence([WhitespaceSplit(), Metaspace()])
    tokenizer.save(str(folder / "tokenizer.json"))
    # As multilingual-e5-small has it: BERT's encoder with XLM-RoBERTa's tokenizer.
    (folder / "config.json").write_text(json.dumps({"model_type": "bert", "tokenizer_class": "XLMRobertaTokenizer"}))


def bert(**settings: object) -> Callable[[pathlib.Path, pathlib.Path], None]:
    def make(folder: pathlib.Path, minilm: pathlib.Path) -> None:
        shutil.copy(minilm / "tokenizer.json", folder)
        (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "BertTokenizer", **settings}))

    return make


def vocabulary(family: str, **settings: object) -> Callable[[pathlib.Path, pathlib.Path], None]:
    def make(folder: pathlib.Path, minilm: pathlib.Path) -> None:
        shutil.copy(minilm / "vocab.txt", folder)
        (folder / "config.json").write_text(json.dumps({"model_type": family}))
        (folder / "tokenizer_config.json").write_text(json.dumps(settings))

    return make


def special_tokens_map(folder: pathlib.Path, minilm: pathlib.Path) -> None:
    """As transformers wrote it before tokenizer_config.json had `added_tokens_decoder`."""
    shutil.copy(minilm / "vocab.txt", folder)
    shutil.copy(minilm / "config.json", folder)
    (folder / "special_tokens_map.json").write_text(
        json.dumps({"cls_token": "[unused1]", "sep_token": {"content": "[unused2]", "lstrip": False}})
    )
    (folder / "tokenizer_config.json").write_text(json.dumps({"do_lower_case": False}))


@pytest.mark.parametrize(
    "make",
    [
        bert(),
        bert(do_lower_case=False),
        bert(strip_accents=False, tokenize_chinese_chars=False, truncation_side="left"),
        bert(additional_special_tokens=["[NEW]", "[unused5]"]),
        bert(added_tokens_decoder={"30522": {"content": "<user>", "special": True}}, pad_token="[unused3]"),
        vocabulary("bert"),
        vocabulary("distilbert", tokenizer_class="DistilBertTokenizer", do_lower_case=False),
        vocabulary("electra", strip_accents=True),
        vocabulary("mpnet"),
        special_tokens_map,
        roberta,
        roberta_with_prefix,
        roberta_of_a_vocabulary,
        xlm_roberta,
    ],
)
def test_as_transformers_reads_them(
    make: Callable[..., None],
    minilm: pathlib.Path,
    tmp_path: pathlib.Path,
    hugging_face: Callable[[pathlib.Path], PreTrainedTokenizerFast],
    real_texts: list[bytes],
) -> None:
    make(*(tmp_path, minilm)[: make.__code__.co_argcount])
    own, expected = read_fast_tokenizer(tmp_path), hugging_face(tmp_path)
    names = ("cls", "sep", "pad", "mask")
    assert tuple(own.special_tokens) == tuple(getattr(expected, f"{name}_token") for name in names)
    assert tuple(own.special_ids) == tuple(getattr(expected, f"{name}_token_id") for name in names)
    assert own.vocabulary_size == max(expected.get_vocab().values()) + 1
    assert own.uses_segments == ("token_type_ids" in expected.model_input_names)
    assert own.truncation_side == expected.truncation_side
    texts = [text.decode("utf-8", "replace")[:500] for text in real_texts[::3]]
    pairs = texts[::-1]
    for columns in ((texts,), (texts, pairs)):
        rows = own.encode(*columns, max_tokens=24)
        other = expected(*columns, truncation="longest_first", max_length=24, return_offsets_mapping=True)
        assert [row.ids for row in rows] == other["input_ids"]
        assert [row.offsets for row in rows] == other["offset_mapping"]
        assert [row.special_tokens_mask for row in rows] == [row.special_tokens_mask for row in other.encodings]
    assert own.tokenize(texts) == expected(texts, add_special_tokens=False, truncation=False)["input_ids"]


def test_every_family_has_a_class(tmp_path: pathlib.Path, minilm: pathlib.Path) -> None:
    shutil.copy(minilm / "tokenizer.json", tmp_path)
    for family in FAMILIES:
        (tmp_path / "config.json").write_text(json.dumps({"model_type": family}))
        assert read_fast_tokenizer(tmp_path).class_name == f"{FAMILIES[family]}Fast"


def test_what_transformers_5_calls_a_tokenizer_without_a_family(minilm: pathlib.Path, tmp_path: pathlib.Path) -> None:
    shutil.copy(minilm / "tokenizer.json", tmp_path)
    for name in ("PreTrainedTokenizerFast", "TokenizersBackend"):
        (tmp_path / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": name, "cls_token": "[CLS]"}))
        read = read_fast_tokenizer(tmp_path)
        assert (read.class_name, read.special_tokens.cls) == ("PreTrainedTokenizerFast", "[CLS]")
        # tokenizer.json pads with it.
        assert read.special_tokens.pad == "[PAD]"
