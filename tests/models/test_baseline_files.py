import json
import shutil

import pytest

from bert_tf.errors import ModelError
from bert_tf.models.baseline_files import TOKENIZER_FILES, baseline_folder, baseline_source
from bert_tf.models.known_encoders import ENCODERS
from bert_tf.text.loading import load_tokenizer

BOW = {"model_type": "bow", "hidden_size": 8}


def test_it_has_the_tokenizer_and_sizes_that_go_with_it(minilm, cache, tmp_path):
    folder = baseline_folder(BOW, tokenizer_folder=minilm, folder=tmp_path)
    config = json.loads((folder / "config.json").read_text())
    assert {key: config[key] for key in ("model_type", "hidden_size", "vocab_size", "pad_token_id")} == {
        **BOW, "vocab_size": 30522, "pad_token_id": 0,
    }  # fmt: skip
    assert (
        load_tokenizer(folder, cache_folder=cache).fingerprint == load_tokenizer(minilm, cache_folder=cache).fingerprint
    )
    assert {path.name for path in folder.iterdir()} <= {"config.json", *TOKENIZER_FILES}


@pytest.mark.parametrize("said", [{}, {"tokenizer_class": None}])
def test_the_tokenizer_keeps_its_class(said, tmp_path, minilm):
    other = tmp_path / "roberta"
    other.mkdir()
    shutil.copy(minilm / "tokenizer.json", other)
    (other / "config.json").write_text(
        json.dumps({"model_type": "roberta", "vocab_size": 50, "pad_token_id": 7, **said})
    )
    config = json.loads((baseline_folder(BOW, tokenizer_folder=other, folder=tmp_path) / "config.json").read_text())
    assert (config["vocab_size"], config["pad_token_id"]) == (50, 7)
    assert config["tokenizer_class"] == "RobertaTokenizer"


def test_one_folder_for_equal_content_and_another_for_other(minilm, tmp_path):
    first, again, other = (
        baseline_folder({**BOW, "hidden_size": size}, tokenizer_folder=minilm, folder=tmp_path) for size in (8, 8, 9)
    )
    assert first == again != other


def test_what_was_changed_is_written_again(minilm, tmp_path):
    folder = baseline_folder(BOW, tokenizer_folder=minilm, folder=tmp_path)
    (folder / "config.json").write_text("{}")
    (folder / "tokenizer.json").unlink()
    assert baseline_folder(BOW, tokenizer_folder=minilm, folder=tmp_path) == folder
    assert json.loads((folder / "config.json").read_text())["model_type"] == "bow"
    assert (folder / "tokenizer.json").read_bytes() == (minilm / "tokenizer.json").read_bytes()


def test_another_that_cannot_be_read(tmp_path):
    (tmp_path / "config.json").write_text('{"model_type": "gpt2"}')
    with pytest.raises(ModelError, match="doesn't support encoders of the family 'gpt2'"):
        baseline_folder(BOW, tokenizer_folder=tmp_path, folder=tmp_path)


def test_a_folder_is_a_baseline_like_a_name(minilm, tmp_path):
    folder = baseline_folder(BOW, tokenizer_folder=minilm, folder=tmp_path)
    assert baseline_source(str(folder)) is baseline_source("bow:minilm-l6") is ENCODERS["bow"]
    (folder / "config.json").write_text('{"model_type": "bilstm"}')
    assert baseline_source(str(folder)) is ENCODERS["bilstm"]
    damaged = tmp_path / "damaged"
    damaged.mkdir()
    for other in ("minilm-l6", str(minilm), "owner/bow", str(damaged), "~nobody-of-this-name/bow", "x" * 5000):
        assert baseline_source(other) is None
