"""Ids in the graph against Hugging Face's: every setting, any bytes, every codepoint, and in a SavedModel."""

import itertools
import json
import pathlib
import subprocess
import sys
import unicodedata
from collections.abc import Callable

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from tensorflow.core.protobuf.saved_model_pb2 import SavedModel
from tokenizers import BertWordPieceTokenizer
from transformers import PreTrainedTokenizerFast

from bert_tf.errors import TextError
from bert_tf.text.characters import is_noncharacter
from bert_tf.text.fuzz import fuzz_texts
from bert_tf.text.loading import load_reference, load_tokenizer
from bert_tf.text.parity import first_difference
from bert_tf.text.tokenizer import WordpieceTokenizer

TEXTS = st.one_of(
    st.text(max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.binary(max_size=40),
    st.text(st.characters(max_codepoint=0x7F), max_size=60).map(str.encode),
)
LOAD_AND_RUN = """
import json, sys
import tensorflow as tf
import tensorflow_text
model = tf.saved_model.load(sys.argv[1])
texts = tf.constant([bytes(text) for text in json.load(open(sys.argv[2]))])
single, pair = model.signatures["single"], model.signatures["pair"]
answers = {
    "single": single(text=texts)["input_ids"].numpy().tolist(),
    "alone": [single(text=texts[i:i + 1])["input_ids"].numpy().tolist()[0] for i in range(20)],
    "empty": single(text=texts[:0])["input_ids"].shape.as_list(),
    "pair": {k: v.numpy().tolist() for k, v in pair(text=texts, text_pair=texts[::-1]).items()},
    "foreign": [name for name in ("transformers", "tokenizers", "bert_tf") if name in sys.modules],
}
json.dump(answers, open(sys.argv[3], "w"))
"""


def decode(texts: list[bytes]) -> list[str]:
    return [text.decode("utf-8", "replace") for text in texts]


@pytest.mark.parametrize(
    ("lowercase", "strip_accents", "split_cjk"), itertools.product((True, False), (None, True, False), (True, False))
)
def test_ids_are_those_of_hugging_face_for_every_setting(
    vocabulary_folder: Callable[..., pathlib.Path],
    cache_folder: pathlib.Path,
    real_texts: list[bytes],
    lowercase: bool,
    strip_accents: bool | None,
    split_cjk: bool,
) -> None:
    folder = vocabulary_folder(do_lower_case=lowercase, strip_accents=strip_accents, tokenize_chinese_chars=split_cjk)
    tokenizer = load_tokenizer(folder, cache_folder=cache_folder)
    assert isinstance(tokenizer, WordpieceTokenizer)
    found = tokenizer.settings
    assert (found["lowercase"], found["strip_accents"], found["split_cjk"]) == (lowercase, strip_accents, split_cjk)
    assert first_difference(tokenizer, load_reference(folder), real_texts) is None


@settings(max_examples=150)
@given(texts=st.lists(TEXTS, max_size=5), max_tokens=st.integers(3, 40))
def test_any_bytes_at_any_length(
    tokenizer: WordpieceTokenizer, reference: PreTrainedTokenizerFast, texts: list[bytes], max_tokens: int
) -> None:
    found = tokenizer.encode_batch(texts, max_tokens=max_tokens)
    expected = reference(decode(texts), truncation=True, max_length=max_tokens)["input_ids"] if texts else []
    assert found.ids.tolist() == list(itertools.chain(*expected))
    assert found.lengths.tolist() == [len(row) for row in expected]


def test_every_codepoint(tmp_path: pathlib.Path, cache_folder: pathlib.Path) -> None:
    """With a vocabulary that knows every assigned character, so that no [UNK] hides a difference."""
    vocabulary = {token: place for place, token in enumerate(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"])}
    known = itertools.chain(range(1, 0x20), range(0x21, 0xD800), range(0xE001, 0x20000), range(0x2F800, 0x2FA20))
    for codepoint in known:
        # Marks that change places are left out: a vocabulary with several classes of them is refused.
        if not is_noncharacter(codepoint) and not unicodedata.combining(chr(codepoint)):
            vocabulary[chr(codepoint)] = len(vocabulary)
            vocabulary["##" + chr(codepoint)] = len(vocabulary)
    BertWordPieceTokenizer(vocab=vocabulary).save(str(tmp_path / "tokenizer.json"))
    (tmp_path / "tokenizer_config.json").write_text(
        json.dumps({"tokenizer_class": "BertTokenizer", "do_lower_case": True, "tokenize_chinese_chars": True})
    )
    tokenizer = load_tokenizer(tmp_path, cache_folder=cache_folder)
    assert isinstance(tokenizer, WordpieceTokenizer)
    characters = [chr(codepoint) for codepoint in range(0x110000) if not 0xD800 <= codepoint < 0xE000]
    blocks = ["".join(f"a{c}a {c} " for c in characters[start : start + 128]) for start in range(0, 0x110000, 128)]
    texts = [block.encode() for block in (*blocks, *(f"a{c}a {c}" for c in characters[:128]))]
    assert first_difference(tokenizer, load_reference(tmp_path), texts) is None


@pytest.mark.parametrize(
    "tokens",
    [
        # No text gives these: control characters, nothing, NUL, a space.
        ["a", "", "##", "b\0", "\x11", "##\x11", "c d", "##b", "[unused7]", "."],
        ["中", "文", "。"],
    ],
)
def test_odd_vocabularies(tmp_path: pathlib.Path, cache_folder: pathlib.Path, tokens: list[str]) -> None:
    known = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *tokens]
    # An id in two is missing.
    BertWordPieceTokenizer(vocab={token: 2 * place for place, token in enumerate(known)}).save(
        str(tmp_path / "tokenizer.json")
    )
    (tmp_path / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "BertTokenizer"}))
    tokenizer = load_tokenizer(tmp_path, cache_folder=cache_folder)
    assert isinstance(tokenizer, WordpieceTokenizer)
    texts = [b"ab a.b \x11 c d [unused7] zzz", b"a b\0", "中a文。".encode(), *fuzz_texts(200, seed=5)]
    assert first_difference(tokenizer, load_reference(tmp_path), texts) is None


@pytest.mark.parametrize("max_tokens", [5, 8, 13, 64])
def test_pairs_are_truncated_and_padded_as_hugging_face_does(
    tokenizer: WordpieceTokenizer, reference: PreTrainedTokenizerFast, real_texts: list[bytes], max_tokens: int
) -> None:
    # Cut, because Hugging Face makes a row of every piece that it leaves out.
    texts, pairs = ([text[:400] for text in side] for side in (real_texts[::7], real_texts[::-7]))
    expected = reference(
        decode(texts), decode(pairs), truncation="longest_first", max_length=max_tokens, padding="max_length"
    )
    found = tokenizer.encode(tf.constant(texts), tf.constant(pairs), max_tokens=max_tokens, pad_to=max_tokens)
    assert set(found) == {"input_ids", "token_type_ids", "attention_mask"}
    for name, tensor in found.items():
        np.testing.assert_array_equal(tensor, expected[name], err_msg=name)
    whole = reference(decode(texts), decode(pairs))["input_ids"]
    batch = tokenizer.encode_batch(texts, pairs, max_tokens=max_tokens)
    assert batch.ids.tolist() == [token for row in found["input_ids"].numpy() for token in row if token]
    assert batch.lengths.tolist() == np.sum(expected["attention_mask"], 1).tolist()
    segments = np.array(expected["token_type_ids"])
    assert batch.first_lengths.tolist() == (batch.lengths - segments.sum(1)).tolist()
    assert batch.truncated.tolist() == [len(row) > max_tokens for row in whole]


@pytest.mark.parametrize("max_tokens", [6, 9, 64])
def test_two_separators_part_the_texts_of_a_pair(
    mpnet: pathlib.Path,
    hugging_face: Callable[[pathlib.Path], PreTrainedTokenizerFast],
    cache_folder: pathlib.Path,
    real_texts: list[bytes],
    max_tokens: int,
) -> None:
    tokenizer, reference = load_tokenizer(mpnet, cache_folder=cache_folder), hugging_face(mpnet)
    assert not tokenizer.uses_segments
    texts, pairs = ([text[:400] for text in side] for side in (real_texts[::17], real_texts[::-17]))
    expected = reference(decode(texts), decode(pairs), truncation="longest_first", max_length=max_tokens)["input_ids"]
    batch = tokenizer.encode_batch(texts, pairs, max_tokens=max_tokens)
    assert batch.ids.tolist() == list(itertools.chain(*expected))
    with pytest.raises(TextError, match="5 tokens can't hold 4 special tokens"):
        tokenizer.encode_batch([b"a"], [b"b"], max_tokens=5)


@pytest.mark.parametrize("max_tokens", [3, 16, 64, 256])
def test_single_texts_are_truncated_and_padded_as_hugging_face_does(
    tokenizer: WordpieceTokenizer, reference: PreTrainedTokenizerFast, real_texts: list[bytes], max_tokens: int
) -> None:
    expected = reference(decode(real_texts), truncation=True, max_length=max_tokens, padding="longest")
    found = tokenizer.encode(tf.constant(real_texts), max_tokens=max_tokens)
    for name, tensor in found.items():
        np.testing.assert_array_equal(tensor, expected[name], err_msg=name)
    whole = reference(decode(real_texts))["input_ids"]
    batch = tokenizer.encode_batch(real_texts, max_tokens=max_tokens)
    assert batch.lengths.tolist() == batch.first_lengths.tolist() == [min(len(row), max_tokens) for row in whole]
    assert batch.truncated.tolist() == [len(row) > max_tokens for row in whole]
    assert {batch.ids.dtype, batch.lengths.dtype, batch.first_lengths.dtype} == {np.dtype(np.int32)}


@pytest.mark.parametrize(
    ("text", "truncated"),
    [
        (b"one two three", False),
        (b"one two three four", True),
        # Whatever is left unread behind the third token gives none.
        (b"one two three" + b" " * 500, False),
        (b" " * 500 + b"one two three", False),
        (b" " * 500 + b"one two three four", True),
    ],
)
def test_truncation_is_told_also_when_the_text_was_cut(
    tokenizer: WordpieceTokenizer, text: bytes, truncated: bool
) -> None:
    batch = tokenizer.encode_batch([text], max_tokens=5)
    assert batch.ids.tolist() == [101, 2028, 2048, 2093, 102]
    assert batch.truncated.tolist() == [truncated]


def test_special_tokens_in_text_are_text(tokenizer: WordpieceTokenizer, reference: PreTrainedTokenizerFast) -> None:
    found = tokenizer.encode_batch([b"good [SEP] bad"], max_tokens=16)
    tokens = reference.convert_ids_to_tokens(found.ids.tolist())
    assert tokens == ["[CLS]", "good", "[", "sep", "]", "bad", "[SEP]"]


def test_empty_batches_and_empty_texts(tokenizer: WordpieceTokenizer) -> None:
    nothing = tf.constant([], tf.string)
    assert tokenizer.tokenize(nothing).to_list() == []
    assert [tensor.to_list() for tensor in tokenizer.tokenize_with_offsets(nothing)] == [[], [], []]
    assert tokenizer.encode(nothing, max_tokens=8, pad_to=8)["input_ids"].shape == (0, 8)
    assert tokenizer.encode(nothing, nothing, max_tokens=8)["attention_mask"].shape[0] == 0
    assert tokenizer.encode_batch([], max_tokens=8).lengths.shape == (0,)
    assert tokenizer.encode_batch([], [], max_tokens=8).truncated.shape == (0,)
    assert tokenizer.tokenize(tf.constant([b"", b"\0", b" "])).to_list() == [[], [], []]
    assert tokenizer.encode_batch([b""], [b""], max_tokens=8).ids.tolist() == [101, 102, 102]


def test_in_tf_data(tokenizer: WordpieceTokenizer, real_texts: list[bytes]) -> None:
    texts = real_texts[:64]
    batches = (
        tf.data.Dataset.from_tensor_slices(texts).batch(16).map(lambda t: tokenizer.encode(t, max_tokens=32, pad_to=32))
    )
    found = np.concatenate([batch["input_ids"] for batch in batches])
    np.testing.assert_array_equal(found, tokenizer.encode(tf.constant(texts), max_tokens=32, pad_to=32)["input_ids"])


def test_no_room_for_text_is_refused(tokenizer: WordpieceTokenizer) -> None:
    for encode in (tokenizer.encode, tokenizer.encode_batch):
        with pytest.raises(TextError, match="2 tokens can't hold 2 special tokens"):
            encode([b"a"], max_tokens=2)
        with pytest.raises(TextError, match="use 5 or more"):
            encode([b"a"], [b"b"], max_tokens=4)
    with pytest.raises(TextError, match="Rows of 8 tokens can't be padded to 7"):
        tokenizer.encode([b"a"], max_tokens=8, pad_to=7)


def test_what_the_other_floors_ask_of_it(tokenizer: WordpieceTokenizer) -> None:
    assert tokenizer.in_graph
    assert tokenizer.uses_segments
    assert (tokenizer.pad_id, tokenizer.vocabulary_size) == (0, 30522)
    json.dumps(tokenizer.settings)


def test_fingerprint_changes_with_what_changes_ids(
    tokenizer: WordpieceTokenizer, minilm: pathlib.Path, tmp_path: pathlib.Path, cache_folder: pathlib.Path
) -> None:
    def fingerprint(name: str, change: Callable[[dict], None]) -> str:
        parts = json.loads((minilm / "tokenizer.json").read_text(encoding="utf-8"))
        change(parts)
        config = json.loads((minilm / "tokenizer_config.json").read_text()) | {
            "tokenizer_class": "PreTrainedTokenizerFast"
        }
        (tmp_path / name).mkdir()
        (tmp_path / name / "tokenizer.json").write_text(json.dumps(parts))
        (tmp_path / name / "tokenizer_config.json").write_text(json.dumps(config))
        return load_tokenizer(tmp_path / name, cache_folder=cache_folder).fingerprint

    def swap(parts: dict) -> None:
        vocabulary = parts["model"]["vocab"]
        vocabulary["the"], vocabulary["of"] = vocabulary["of"], vocabulary["the"]

    found = [
        fingerprint("same", lambda parts: None),
        fingerprint("cased", lambda parts: parts["normalizer"].update(lowercase=False)),
        fingerprint("accents", lambda parts: parts["normalizer"].update(strip_accents=False)),
        fingerprint("shorter", lambda parts: parts["model"].update(max_input_chars_per_word=50)),
        fingerprint("swapped", swap),
    ]
    assert len(set(found)) == len(found)
    assert all(len(one) == 64 for one in found)
    again = fingerprint("again", lambda parts: parts.update(padding=None, truncation=None))
    assert again == found[0]


def test_saved_model_needs_tensorflow_and_tensorflow_text_only(
    tokenizer: WordpieceTokenizer, reference: PreTrainedTokenizerFast, real_texts: list[bytes], tmp_path: pathlib.Path
) -> None:
    module = tf.Module()
    module.tokenizer = tokenizer
    text, second = tf.TensorSpec([None], tf.string, name="text"), tf.TensorSpec([None], tf.string, name="text_pair")
    module.single = tf.function(lambda text: tokenizer.encode(text, max_tokens=48, pad_to=48), input_signature=[text])
    module.pair = tf.function(
        lambda text, text_pair: tokenizer.encode(text, text_pair, max_tokens=33, pad_to=33),
        input_signature=[text, second],
    )
    tf.saved_model.save(module, str(tmp_path / "model"), signatures={"single": module.single, "pair": module.pair})
    texts = [*real_texts[::6], *fuzz_texts(200, seed=2)]
    (tmp_path / "texts.json").write_text(json.dumps([list(text) for text in texts]))
    (tmp_path / "load.py").write_text(LOAD_AND_RUN)
    command = [sys.executable, "load.py", "model", "texts.json", "answers.json"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    answers = json.loads((tmp_path / "answers.json").read_text())

    assert answers["foreign"] == []
    single = reference(decode(texts), truncation=True, max_length=48, padding="max_length")
    assert answers["single"] == single["input_ids"]
    assert answers["alone"] == single["input_ids"][:20]
    assert answers["empty"] == [0, 48]
    pair = reference(
        decode(texts), decode(texts[::-1]), truncation="longest_first", max_length=33, padding="max_length"
    )
    assert answers["pair"] == {name: pair[name] for name in answers["pair"]}

    # What TF Serving must link beyond TensorFlow's own ops: in it from 2.11 on.
    saved = SavedModel.FromString((tmp_path / "model" / "saved_model.pb").read_bytes())
    functions = [function for graph in saved.meta_graphs for function in graph.graph_def.library.function]
    ops = {node.op for function in functions for node in function.node_def}
    assert {op for op in ops if "Wordpiece" in op or "Bert" in op or "Text" in op or ">" in op} == {
        "FastWordpieceTokenizeWithOffsets"
    }
    assert not ops & {"PyFunc", "EagerPyFunc", "NormalizeUTF8", "RoundRobinTrim", "Utf8Binarize"}


def test_training_with_ids_at_hand_needs_no_tensorflow_text():
    script = "import sys, bert_tf.workflow.train; sys.exit('tensorflow_text' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
