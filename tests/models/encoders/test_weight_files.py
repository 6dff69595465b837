"""Weights in one file and in shards, in three types, and what is wrong with a folder of them."""

import json

import ml_dtypes
import numpy as np
import pytest
from safetensors.numpy import save_file

from bert_tf.errors import ModelError
from bert_tf.models.encoders.weight_files import INDEX, WEIGHTS, open_weights, weight_paths

TENSORS = {"a": np.float32([[1, 2.5], [-3, 4]]), "b": np.float32([0.5]), "c": np.float32([7, 8, 9])}


def shard(folder, **files):
    """A folder of shards; each argument is a file's name without its end, and the names of its tensors."""
    for name, tensors in files.items():
        save_file({each: TENSORS[each] for each in tensors}, folder / f"{name}.safetensors")
    weight_map = {each: f"{name}.safetensors" for name, tensors in files.items() for each in tensors}
    (folder / INDEX).write_text(json.dumps({"metadata": {}, "weight_map": weight_map}))


def read(folder):
    with open_weights(folder) as weights:
        return {name: weights.read(name) for name in weights.shapes}


def test_one_file(tmp_path):
    save_file(TENSORS, tmp_path / WEIGHTS)
    found = read(tmp_path)
    assert set(found) == set(TENSORS)
    for name, values in TENSORS.items():
        np.testing.assert_array_equal(found[name], values)


def test_shards(tmp_path):
    shard(tmp_path, first=["a", "c"], second=["b"])
    assert [path.name for path in weight_paths(tmp_path)] == ["first.safetensors", "second.safetensors"]
    found = read(tmp_path)
    for name, values in TENSORS.items():
        np.testing.assert_array_equal(found[name], values)


@pytest.mark.parametrize("dtype", [np.float16, np.float64, ml_dtypes.bfloat16])
def test_other_floats_are_read_as_float32(tmp_path, dtype):
    save_file({"a": TENSORS["a"].astype(dtype)}, tmp_path / WEIGHTS)
    found = read(tmp_path)["a"]
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, TENSORS["a"])


def test_whole_numbers_are_no_weights(tmp_path):
    save_file({"a": np.int8([1])}, tmp_path / WEIGHTS)
    with pytest.raises(ModelError, match="weight a is of the type I8, but must be floating-point"):
        read(tmp_path)


@pytest.mark.parametrize("other", ["pytorch_model.bin", "tf_model.h5"])
def test_another_format_only(tmp_path, other):
    (tmp_path / other).touch()
    with pytest.raises(ModelError, match=f"no {WEIGHTS} in the encoder's folder, only {other}(.|\n)*save_pretrained"):
        weight_paths(tmp_path)


def test_a_shard_that_is_missing(tmp_path):
    shard(tmp_path, first=["a"], second=["b"], third=["c"])
    (tmp_path / "second.safetensors").unlink()
    with pytest.raises(ModelError, match="names 3 files, but second.safetensors is missing"):
        weight_paths(tmp_path)


def test_a_shard_that_is_cut_off(tmp_path):
    shard(tmp_path, first=["a", "c"], second=["b"])
    path = tmp_path / "first.safetensors"
    path.write_bytes(path.read_bytes()[:-4])
    with pytest.raises(ModelError, match="first.safetensors is damaged or cut off(.|\n)*download"):
        read(tmp_path)


@pytest.mark.parametrize("content", [b"", b"abc", b"\xff" * 64])
def test_a_file_of_something_else(tmp_path, content):
    (tmp_path / WEIGHTS).write_bytes(content)
    with pytest.raises(ModelError, match="damaged or cut off"):
        read(tmp_path)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("{", "can't be read"),
        ("[]", "can't be read"),
        ("{}", "weight_map"),
        ('{"weight_map": {}}', "names no file"),
        ('{"weight_map": {"a": "../outside.safetensors"}}', "outside.safetensors is no file in its folder"),
        ('{"weight_map": {"a": 7}}', "7 is no file"),
    ],
)
def test_an_index_that_cannot_be(tmp_path, content, told):
    (tmp_path / INDEX).write_text(content)
    with pytest.raises(ModelError, match=told):
        weight_paths(tmp_path)


def test_tensorflows_files_are_told(tmp_path):
    save_file({"a": TENSORS["a"]}, tmp_path / WEIGHTS, metadata={"format": "tf"})
    with open_weights(tmp_path) as weights:
        assert weights.of_tensorflow


def test_nothing_is_held_when_it_is_closed(tmp_path):
    save_file(TENSORS, tmp_path / WEIGHTS)
    found = read(tmp_path)
    (tmp_path / WEIGHTS).write_bytes(b"\0" * (tmp_path / WEIGHTS).stat().st_size)
    np.testing.assert_array_equal(found["a"], TENSORS["a"])


def test_a_weight_in_two_shards(tmp_path):
    shard(tmp_path, first=["a", "c"], second=["b", "c"])
    with pytest.raises(ModelError, match=r"weight c is in two files, first\.safetensors and second\.safetensors"):
        read(tmp_path)
