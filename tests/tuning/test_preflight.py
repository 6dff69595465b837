"""Mistakes that no recipe shows by itself, found before the first trial: on real rows and the real encoder."""

import pytest

from bert_tf.errors import DataError, ModelError, RecipeError
from bert_tf.recipe.space import search_space
from bert_tf.tasks.recipes import load_recipe, make_recipe
from bert_tf.tuning.preflight import check_encoders, check_rows, find_encoders


@pytest.fixture
def rows(tmp_path, monkeypatch):
    """Two columns of texts, and rows to test on."""
    monkeypatch.chdir(tmp_path)
    lines = [f"{kind} {number},{kind} title {number},{kind}" for number in range(20) for kind in ("good", "bad")]
    (tmp_path / "train.csv").write_text("\n".join(["text,title,label", *lines]))
    (tmp_path / "test.csv").write_text("\n".join(["text,title,label", *lines[:4]]))


def recipe(space, *, objective="validation.accuracy", test="test.csv"):
    data = {"source": "files", "train": "train.csv", "validation": 0.2, "test": test}
    tuning = {"space": {"training.epochs": {"choice": [1, 2]}, **space}, "objective": objective}
    return make_recipe({"name": "mine", "task": "classify", "data": data, "tuning": tuning})


def check(found, tmp_path):
    check_rows(found, search_space(found), cache_folder=tmp_path / "cache")


def test_rows_that_all_trials_can_read(rows, tmp_path):
    space = {"data.text": {"choice": ["text", "title"]}}
    check(recipe(space, objective="validation.per_class.good.f1"), tmp_path)


def test_a_column_of_a_later_trial_that_is_not_there(rows, tmp_path):
    with pytest.raises(DataError, match="heading"):
        check(recipe({"data.text": {"choice": ["text", "heading"]}}), tmp_path)


def test_test_rows_that_only_the_final_runs_would_miss(rows, tmp_path):
    with pytest.raises(DataError, match=r"tst\.csv"):
        check(recipe({}, test="tst.csv"), tmp_path)


def test_the_score_of_a_label_that_is_not_there(rows, tmp_path):
    with pytest.raises(RecipeError, match="which no row has") as caught:
        check(recipe({}, objective="validation.per_class.godo.f1"), tmp_path)
    assert caught.value.where == "tuning.objective"
    assert caught.value.hint == "did you mean 'good'?"


def checked(space, *, recipe="bbc-news", **overrides):
    space = {"training.epochs": {"choice": [1, 2]}, **space}
    found = load_recipe(recipe, {"tuning.space": space, **overrides})
    parameters = search_space(found)
    check_encoders(found, parameters, find_encoders(found, parameters))


def test_rows_too_long_for_the_encoder_of_a_later_trial():
    # The encoder has 512 positions.
    checked({"text.max_tokens": {"choice": [64, 512]}})
    with pytest.raises(RecipeError, match=r"text\.max_tokens is 513, but this encoder takes 512 at most"):
        checked({"text.max_tokens": {"integer": [64, 513]}})


def test_an_encoder_of_a_later_trial_that_is_not_there():
    with pytest.raises(ModelError, match="no encoder or folder named 'minilm-l7'") as caught:
        checked({"model.encoder": {"choice": ["minilm-l6", "minilm-l7"]}})
    assert "did you mean 'minilm-l6'?" in caught.value.hint


def test_an_encoder_of_a_later_trial_that_gives_words_no_vectors(tmp_path, monkeypatch):
    monkeypatch.setenv("BERT_TF_CACHE", str(tmp_path))
    with pytest.raises(RecipeError, match="bow gives one vector for a text, but the task tag reads words"):
        checked({"model.encoder": {"choice": ["minilm-l6", "bow"]}}, recipe="ner-wnut")


@pytest.mark.parametrize(
    "space, overrides, said",
    [
        ({}, {"model.pooling": "mean"}, 'one vector for a text, so "mean" has nothing to pool'),
        ({"model.pooling": {"choice": ["auto", "max"]}}, {}, 'so "max" has nothing to pool'),
        ({}, {"model.kernels": "fused"}, "fused kernels can't be used"),
        ({}, {"training.gradient_checkpointing": True}, "Gradient checkpointing needs the fused kernels"),
        ({}, {"export.precision": "bfloat16"}, "can be exported in float32 only"),
    ],
)
def test_what_the_encoder_of_a_later_trial_cannot_do(space, overrides, said, tmp_path, monkeypatch):
    monkeypatch.setenv("BERT_TF_CACHE", str(tmp_path))
    checked(space, **overrides)
    with pytest.raises(ModelError, match=said):
        checked({"model.encoder": {"choice": ["minilm-l6", "bow"]}, **space}, **overrides)


def test_a_tokenizer_of_a_later_trial_with_more_ids_than_its_encoder(minilm, tmp_path):
    for name in ("tokenizer.json", "vocab.txt", "model.safetensors"):
        (tmp_path / name).symlink_to(minilm / name)
    config = (minilm / "config.json").read_text()
    (tmp_path / "config.json").write_text(config.replace('"vocab_size": 30522', '"vocab_size": 30000'))
    with pytest.raises(ModelError, match="ids up to 30521, but its word table ends with 29999"):
        checked({"model.encoder": {"choice": ["minilm-l6", str(tmp_path)]}})


def test_lengths_that_a_condition_keeps_from_an_encoder(minilm, tmp_path):
    """A copy of the encoder that says it takes 128 tokens."""
    short = tmp_path / "short"
    short.mkdir()
    for name in ("tokenizer.json", "vocab.txt", "model.safetensors"):
        (short / name).symlink_to(minilm / name)
    config = (minilm / "config.json").read_text()
    (short / "config.json").write_text(
        config.replace('"max_position_embeddings": 512', '"max_position_embeddings": 128')
    )
    encoders = {"model.encoder": {"choice": ["minilm-l6", str(short)]}}
    own = {"text.max_tokens": 64}
    lengths = {"choice": [64, 256]}
    with pytest.raises(RecipeError, match="256, but this encoder takes 128"):
        checked({**encoders, "text.max_tokens": lengths}, **own)
    checked({**encoders, "text.max_tokens": {**lengths, "when": {"model.encoder": "minilm-l6"}}}, **own)
