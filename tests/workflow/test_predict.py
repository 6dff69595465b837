import json
import pathlib
import shutil

import numpy as np
import pytest
from transformers import BertTokenizerFast

from bert_tf.errors import RunError
from bert_tf.runs.run import open_run
from bert_tf.text.loading import load_tokenizer
from bert_tf.text.windows import Windows
from bert_tf.workflow.predict import RunPredictor, input_rows


def test_rows_are_not_padded_and_have_segments(minilm, cache):
    tokenizer = load_tokenizer(minilm, cache_folder=cache)
    found = input_rows(tokenizer, [b"one", b"two more words"], [b"a pair", b""], max_tokens=8)
    reference = BertTokenizerFast.from_pretrained(minilm)
    for (row, *_), pair in zip(found, [("one", "a pair"), ("two more words", "")], strict=True):
        expected = reference([pair[0]], [pair[1]], truncation="longest_first", max_length=8)
        for name in ("input_ids", "attention_mask", "token_type_ids"):
            np.testing.assert_array_equal(row[name], expected[name])


def test_windows_of_a_long_text(minilm, cache):
    tokenizer = load_tokenizer(minilm, cache_folder=cache)
    windows = Windows(max_tokens=8, overlap=2, most=3)
    texts = [b"one two three", b"one two three four five six seven eight", b"one " * 20]
    short, long, overlong = input_rows(tokenizer, texts, None, max_tokens=8, windows=windows)
    expected = BertTokenizerFast.from_pretrained(minilm)(
        texts[1].decode(), truncation=True, max_length=8, stride=2, return_overflowing_tokens=True, padding=True
    )
    for name in ("input_ids", "attention_mask", "token_type_ids"):
        np.testing.assert_array_equal(long.inputs[name], expected[name])
    assert short.inputs["input_ids"].shape == (1, 5)
    assert overlong.inputs["input_ids"].shape == (3, 8)
    assert [short.truncated, long.truncated, overlong.truncated] == [False, False, True]


@pytest.fixture
def run(trained, tmp_path):
    """A copy of the real run that may be damaged."""
    left_out = shutil.ignore_patterns("export", "tensorboard")
    return open_run(pathlib.Path(shutil.copytree(trained.run, tmp_path / "run", ignore=left_out)))


def test_entries_that_changed_places_in_the_tokenizer_are_told(run, cache):
    path = run.encoder / "tokenizer.json"
    content = json.loads(path.read_text())
    words = content["model"]["vocab"]
    words["good"], words["bad"] = words["bad"], words["good"]
    path.write_text(json.dumps(content))
    with pytest.raises(RunError, match=r"encoder can't be read: its tokenizer\.json has changed since it was written"):
        RunPredictor(run, cache_folder=cache)(["a good film"])


def test_a_tokenizer_that_reads_the_same_files_otherwise_is_told(run, cache):
    run.add_facts(tokenizer={**run.facts["tokenizer"], "fingerprint": "of another version"})
    with pytest.raises(RunError, match=r"tokenizer behaves differently from training(.|\n)*run\.json"):
        RunPredictor(run, cache_folder=cache)(["a good film"])
