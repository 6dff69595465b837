"""Export of real runs: refused where ids differ or data has changed, from ids only without WordPiece, and pairs."""

import csv
import dataclasses
import itertools
import json
import pathlib
import shutil

import pytest
from tokenizers import ByteLevelBPETokenizer
from transformers import RobertaTokenizerFast

from bert_tf import api, training_api
from bert_tf.errors import ExportError, RunError
from bert_tf.export.golden import read_golden
from bert_tf.export.serving_releases import release_table
from bert_tf.export.verify import verify
from bert_tf.handoff import export_run as exporting
from bert_tf.handoff.export_run import export_run
from bert_tf.models.encoder import make_encoder, save_weights
from bert_tf.models.encoders.encoder_config import load_config
from bert_tf.models.frozen.frozen_model import InferenceGraph
from bert_tf.runs.run import open_run
from bert_tf.text import loading
from bert_tf.text.tokenizer import WordpieceTokenizer
from bert_tf.workflow import opened_run

SENTENCES = [("the match was won in extra time", "sport"), ("shares fell on the news", "business")] * 12


@pytest.fixture(autouse=True)
def environment(cache, tmp_path, monkeypatch):
    monkeypatch.setenv("BERT_TF_CACHE", str(cache))
    monkeypatch.chdir(tmp_path)


def write_rows(path: pathlib.Path, rows, header):
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows])


def recipe(folder: pathlib.Path, *, encoder: str, data: str = "", kernels: str = "reference", hub: bool = True) -> str:
    text = f"""
task = "classify"
[data]
source = "files"
train = "rows.csv"
test = 0.25
duplicates = "as they are"
{data}
[text]
max_tokens = 16
[model]
encoder = "{encoder}"
kernels = "{kernels}"
[training]
epochs = 1
batch_size = 8
[export]
golden_requests = 8
hub = {str(hub).lower()}
"""
    (folder / "mine.toml").write_text(text)
    return str(folder / "mine.toml")


def test_ids_that_differ_are_refused(trained, cache, tmp_path, monkeypatch):
    exact = WordpieceTokenizer.tokenize

    def off_by_one(self, texts, max_tokens=None):
        return exact(self, texts, max_tokens) + 1

    monkeypatch.setattr(WordpieceTokenizer, "tokenize", off_by_one)
    # Not one whose graph is there already.
    monkeypatch.setattr(loading, "_in_graph", WordpieceTokenizer)
    with pytest.raises(ExportError, match="Not exported: The tokenizer in the graph differs(.|\n)*token 0"):
        export_run(open_run(trained.run), tmp_path / "models", cache_folder=cache)
    assert not (tmp_path / "models").exists()


def test_a_target_that_lacks_an_operation_is_refused_before_the_rows_are_read(trained, cache, tmp_path, monkeypatch):
    known = release_table()
    linked = {**known.linked, "_fast_wordpiece_tokenizer.so": "2.20.0"}
    monkeypatch.setattr(exporting, "release_table", lambda: dataclasses.replace(known, linked=linked))
    monkeypatch.setattr(exporting, "prepare", None)
    with pytest.raises(
        ExportError, match=r"2\.19\.1 lacks FastWordpieceTokenizeWithOffsets(.|\n)*--target-serving 2\.20\.0"
    ):
        export_run(open_run(trained.run), tmp_path / "models", cache_folder=cache, target="2.19.1")
    assert not (tmp_path / "models").exists()


def test_a_model_other_than_the_measured_one_is_refused(trained, cache, tmp_path, monkeypatch):
    measured = opened_run.measured_graph

    def other(model, compute):
        graph = measured(model, compute)
        return InferenceGraph(
            lambda inputs: {name: -values for name, values in graph.outputs(inputs).items()},
            graph.pooled,
            graph.variables,
        )

    monkeypatch.setattr(opened_run, "measured_graph", other)
    with pytest.raises(ExportError, match="Not exported: a served probability differs by 0.[1-9]"):
        export_run(open_run(trained.run), tmp_path / "models", cache_folder=cache)
    assert not (tmp_path / "models").exists()


def test_pairs(one_layer, tmp_path):
    rows = [(text, other, label) for (text, label), (other, _) in itertools.pairwise(SENTENCES)]
    write_rows(tmp_path / "rows.csv", rows, ["text", "second", "label"])
    run = training_api.train(
        recipe(tmp_path, encoder=str(one_layer), data='text_pair = "second"', hub=False), export=False
    )
    version = run.export("models")
    assert version == pathlib.Path("models", "mine", "1")
    assert verify(version, latency_seconds=None).requests > 6
    answer = api.load("models").predict(["a goal"], ["a loss"])[0]
    assert set(answer["probabilities"]) == set(run.metrics["test"]["per_class"]) == {"sport", "business"}
    with pytest.raises(ExportError, match="takes a second text for each text"):
        api.load(version).predict(["a goal"])


def test_a_bag_of_words_is_handed_over_as_any_other(tmp_path):
    write_rows(tmp_path / "rows.csv", SENTENCES, ["text", "label"])
    run = training_api.train(recipe(tmp_path, encoder="bow", kernels="auto"), {"training.epochs": 4}, export=False)
    version = run.export("models")
    # What it counted in the training rows is in the checkpoint and in the exported model.
    assert verify(version, latency_seconds=None).largest_difference < 2e-5
    sport, business = (answer["label"] for answer in api.load(version).predict(["the match", "shares fell"]))
    assert (sport, business) == ("sport", "business")
    manifest = json.loads((version.parent / "handoff" / "1" / "manifest.json").read_text())
    assert manifest["encoder"]["weights_sha256"] is None
    assert set(manifest["signatures"]["serving_default"]["inputs"]) == {"text"}
    assert "trained with the encoder bow" in (version.parent / "handoff" / "1" / "MODEL_CARD.md").read_text()
    assert not (version.parent / "hub").exists()


def test_an_lstm_answers_as_its_run(tmp_path):
    write_rows(tmp_path / "rows.csv", SENTENCES, ["text", "label"])
    run = training_api.train(recipe(tmp_path, encoder="bilstm", kernels="auto", hub=False), export=False)
    texts = ["the match was won", "", "shares fell on the news " * 9]
    own, served = (source.predict(texts) for source in (run, api.load(run.export("models"))))
    for one, other in zip(own, served, strict=True):
        assert one["probabilities"] == pytest.approx(other["probabilities"], abs=2e-5)


@pytest.fixture(scope="module")
def roberta(tmp_path_factory) -> pathlib.Path:
    """A small RoBERTa with a byte-level BPE tokenizer, as transformers saves them."""
    folder = tmp_path_factory.mktemp("roberta")
    bpe = ByteLevelBPETokenizer()
    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    bpe.train_from_iterator([text for text, _ in SENTENCES], vocab_size=300, special_tokens=special)
    bpe.save_model(str(folder))
    RobertaTokenizerFast(str(folder / "vocab.json"), str(folder / "merges.txt")).save_pretrained(folder)
    values = {
        "model_type": "roberta", "vocab_size": 300, "hidden_size": 12, "num_hidden_layers": 1,
        "num_attention_heads": 2, "intermediate_size": 16, "max_position_embeddings": 66, "type_vocab_size": 1,
    }  # fmt: skip
    (folder / "config.json").write_text(json.dumps(values))
    save_weights(make_encoder(load_config(folder)), folder / "model.safetensors", with_pooler=True)
    return folder


def test_without_wordpiece_ids_only(roberta, tmp_path, invoke):
    write_rows(tmp_path / "rows.csv", SENTENCES, ["text", "label"])
    done = invoke("train", recipe(tmp_path, encoder=str(roberta)))
    assert done.returncode == 0, done.stderr
    assert "exported model will take token ids, not text" in done.stdout
    version = next(tmp_path.glob("runs/mine/*/export/mine/1"))
    manifest = json.loads((version.parent / "handoff" / "1" / "manifest.json").read_text())
    assert set(manifest["signatures"]["serving_default"]["inputs"]) == {"input_ids", "attention_mask", "token_type_ids"}
    assert manifest["tokenizer"]["rows_equal_to_hugging_face"] is None
    assert set(read_golden(version.parent / "handoff" / "1" / "golden" / "requests.jsonl")[0]["request"]) == {
        "input_ids", "attention_mask", "token_type_ids",
    }  # fmt: skip
    with pytest.raises(ExportError, match="takes token ids, not text"):
        api.load(version).predict(["a goal"])


def test_a_run_stands_by_itself_but_for_its_data(roberta, tmp_path):
    copy = tmp_path / "encoder"
    shutil.copytree(roberta, copy)
    write_rows(tmp_path / "rows.csv", SENTENCES, ["text", "label"])
    run = training_api.train(recipe(tmp_path, encoder=str(copy)), export=False)
    shutil.rmtree(copy)
    run.export()
    write_rows(tmp_path / "rows.csv", [*SENTENCES, ("one more row", "sport")], ["text", "label"])
    with pytest.raises(RunError, match="data has changed since the run was trained: train"):
        run.export()
