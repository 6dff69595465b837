"""Encoders' folders that would make transformers run code, that lead elsewhere, or that are damaged."""

import ast
import json
import os
import pathlib
import shutil
import subprocess
import sys

import pytest
from huggingface_hub.utils import filter_repo_objects

from bert_tf.errors import BertTfError, ModelError
from bert_tf.models.encoder_sources import _HUB_FILES, HUB_MODULE_FILES, locate_encoder
from bert_tf.pretrained import (
    check_encoder_folder,
    check_tokenizer_files,
    read_config,
    trained_vector,
    write_trained_vector,
)

ROOT = pathlib.Path(__file__).parent.parent
CODE = """
import pathlib
pathlib.Path({marker!r}).write_text("ran")
from transformers import PretrainedConfig, PreTrainedTokenizerFast
class Hostile(PretrainedConfig):
    model_type = "superpoint"
class HostileTokenizer(PreTrainedTokenizerFast):
    pass
"""
LOAD = """
import pathlib, sys
from bert_tf.errors import BertTfError
from bert_tf.models.encoder import blank_encoder, load_encoder
from bert_tf.models.encoder_sources import locate_encoder
from bert_tf.models.encoders.encoder_config import load_config
from bert_tf.text.loading import load_reference
for load in (load_config, load_encoder, blank_encoder, load_reference, lambda folder: locate_encoder(str(folder))):
    try:
        load(pathlib.Path(sys.argv[1]))
        print("loaded")
    except BertTfError as problem:
        print("refused")
"""


@pytest.fixture
def encoder(minilm, tmp_path):
    """A copy of the real encoder's folder with a Python file in it that leaves a mark when it runs."""
    folder = tmp_path / "encoder"
    shutil.copytree(minilm, folder)
    (folder / "hostile.py").write_text(CODE.format(marker=str(tmp_path / "mark")))
    return folder


def change(folder, name, **values):
    path = folder / name
    content = json.loads(path.read_text()) if path.exists() else {}
    path.write_text(json.dumps({**content, **values}))


def lightglue(folder):
    """CVE-2026-5241: the configuration inside of it names the folder, whose own configuration names the code."""
    nested = folder / "detector"
    nested.mkdir()
    shutil.copy(folder / "hostile.py", nested)
    (nested / "config.json").write_text(
        json.dumps({"model_type": "hostile", "auto_map": {"AutoConfig": "hostile.Hostile"}})
    )
    change(
        folder,
        "config.json",
        model_type="lightglue",
        num_attention_heads=4,
        trust_remote_code=True,
        keypoint_detector_config={"model_type": "hostile", "_name_or_path": str(nested)},
    )
    (folder / "tokenizer_config.json").write_text("{}")


def auto_map_of_config(folder):
    change(folder, "config.json", auto_map={"AutoConfig": "hostile.Hostile"}, model_type="hostile")
    (folder / "tokenizer_config.json").write_text("{}")


def auto_map_of_tokenizer(folder):
    change(folder, "tokenizer_config.json", auto_map={"AutoTokenizer": [None, "hostile.HostileTokenizer"]})
    change(folder, "config.json", auto_map={"AutoTokenizer": [None, "hostile.HostileTokenizer"]})


@pytest.mark.parametrize("attack", [lightglue, auto_map_of_config, auto_map_of_tokenizer])
def test_no_code_of_a_folder_runs(encoder, tmp_path, attack):
    attack(encoder)
    environment = {**os.environ, "HF_HOME": str(tmp_path / "hub"), "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run(
        [sys.executable, "-c", LOAD, str(encoder)],
        input="y\n" * 20,
        capture_output=True,
        text=True,
        check=True,
        env=environment,
    )
    assert done.stdout.split() == ["refused"] * 5
    assert not (tmp_path / "mark").exists()


@pytest.mark.parametrize(
    "name, values, told",
    [
        ("config.json", {"auto_map": {"AutoModel": "x.Y"}}, "auto_map"),
        ("config.json", {"trust_remote_code": True}, "trust_remote_code"),
        (
            "config.json",
            {"inner": [{"deeper": {"_name_or_path": "someone/model"}}]},
            r"inner\.0\.deeper\._name_or_path",
        ),
        ("config.json", {"_attn_implementation_internal": "someone/kernels"}, "_attn_implementation_internal"),
        ("config.json", {"attn_implementation": "someone/kernels"}, "attn_implementation"),
        ("config.json", {"inner": {"model_type": "bert"}}, r"inner\.model_type"),
        ("config.json", {"tokenizer_class": "RagTokenizer"}, "RagTokenizer"),
        ("config.json", {"tokenizer_class": ["BertTokenizer"]}, "tokenizer_class"),
        ("config.json", {"model_type": "lightglue"}, "'lightglue'"),
        ("config.json", {"model_type": 7}, "doesn't say its family"),
        ("tokenizer_config.json", {"auto_map": ["x.Y", None]}, "auto_map"),
        ("tokenizer_config.json", {"tokenizer_class": "TransfoXLTokenizer"}, "TransfoXLTokenizer"),
        ("tokenizer_config.json", {"tokenizer_file": "/etc/passwd"}, "tokenizer_file"),
        ("tokenizer_config.json", {"init_inputs": ["/etc/passwd"]}, "init_inputs"),
        ("special_tokens_map.json", {"vocab_file": "/etc/passwd"}, "vocab_file"),
    ],
)
def test_what_leads_elsewhere_is_refused(encoder, name, values, told):
    change(encoder, name, **values)
    with pytest.raises(ModelError, match=told):
        locate_encoder(str(encoder))
    with pytest.raises(ModelError, match=told):
        check_tokenizer_files(encoder)


def test_where_a_model_comes_from_may_be_told(encoder):
    change(encoder, "config.json", _name_or_path="someone/model", auto_map=None, _attn_implementation="eager")
    change(encoder, "tokenizer_config.json", name_or_path="someone/model", special_tokens_map_file="/old/map.json")
    assert read_config(encoder)["_name_or_path"] == "someone/model"
    check_tokenizer_files(encoder)


def test_an_exported_module_is_read_as_suspiciously(encoder, tmp_path):
    files = tmp_path / "module" / HUB_MODULE_FILES
    shutil.copytree(encoder, files)
    change(files, "config.json", auto_map={"AutoConfig": "hostile.Hostile"})
    with pytest.raises(ModelError, match="never runs code"):
        locate_encoder(str(tmp_path / "module"))


@pytest.mark.parametrize(
    "content",
    [
        b"[1, 2]",
        b"7",
        b"null",
        b"{",
        b"\xff\xfe",
        b'{"model_type": "bert", "vocab_size": ' + b"9" * 5000 + b"}",
        b'{"model_type": "bert", "x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    ],
)
@pytest.mark.parametrize("name", ["config.json", "tokenizer_config.json", "special_tokens_map.json"])
def test_damaged_files_are_told(encoder, name, content):
    (encoder / name).write_bytes(content)
    with pytest.raises(ModelError, match=f"{name} can't be read"):
        check_tokenizer_files(encoder)


@pytest.mark.parametrize("name", ["config.json", "tokenizer_config.json"])
def test_a_pipe_is_no_file(encoder, name):
    (encoder / name).unlink()
    os.mkfifo(encoder / name)
    with pytest.raises(ModelError, match="not a file"):
        check_tokenizer_files(encoder)


@pytest.mark.parametrize(
    "pooling, vector",
    [
        ({"pooling_mode_cls_token": False, "pooling_mode_mean_tokens": True, "pooling_mode_max_tokens": False}, "mean"),
        ({"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": False}, "first"),
        ({"pooling_mode_max_tokens": True}, "max"),
        ({"pooling_mode_mean_tokens": True, "pooling_mode_max_tokens": True}, None),
        ({"pooling_mode_lasttoken": True}, None),
        ({"embedding_dimension": 384, "pooling_mode": "cls"}, "first"),
        ({"pooling_mode": "mean"}, "mean"),
        ({"pooling_mode": ["mean", "max"]}, None),
        ({}, None),
    ],
)
def test_the_vector_that_sentence_transformers_wrote(encoder, pooling, vector):
    (encoder / "modules.json").unlink()
    shutil.rmtree(encoder / "1_Pooling")
    assert trained_vector(encoder) is None
    modules = [{"path": "", "type": "sentence_transformers.base.modules.transformer.Transformer"},
               {"path": "1_Pooling", "type": "sentence_transformers.sentence_transformer.modules.pooling.Pooling"},
               {"path": "2_Normalize", "type": "sentence_transformers.models.Normalize"}]  # fmt: skip
    (encoder / "modules.json").write_text(json.dumps(modules))
    assert trained_vector(encoder) is None  # a copy without folders
    (encoder / "1_Pooling").mkdir()
    (encoder / "1_Pooling" / "config.json").write_text(json.dumps(pooling))
    assert trained_vector(encoder) == vector


@pytest.mark.parametrize("vector", ["first", "mean", "max", None])
def test_a_vector_that_was_written_is_read(encoder, vector):
    write_trained_vector(encoder, "max", size=8)
    write_trained_vector(encoder, vector, size=8)
    assert trained_vector(encoder) == vector


@pytest.mark.parametrize(
    "content, told",
    [
        (b"{}", "modules.json can't be read: it is not a list"),
        (b"[1]", "modules.json can't be read: it is not a table"),
        (b"[", "modules.json can't be read"),
        (b'[{"type": "a.Pooling", "path": "../other"}]', "leads to another folder"),
        (b'[{"type": "a.Pooling", "path": "/etc"}]', "leads to another folder"),
        (b'[{"type": "a.Pooling", "path": ""}]', "leads to another folder"),
    ],
)
def test_damaged_modules_are_told(encoder, content, told):
    (encoder / "modules.json").write_bytes(content)
    with pytest.raises(ModelError, match=told):
        check_encoder_folder(encoder)


def test_the_hub_is_asked_for_no_code():
    names = ["config.json", "vocab.txt", "model.safetensors", "modeling_x.py", "a/b.py", "x.json.py", "custom.pyc",
             "pytorch_model.bin", "x.pkl", "tf_model.h5", "model-00001-of-00002.safetensors",
             "model.safetensors.index.json"]  # fmt: skip
    asked = list(filter_repo_objects(names, allow_patterns=_HUB_FILES))
    assert asked == ["config.json", "vocab.txt", "model.safetensors", *names[-2:]]


def calls_without_the_setting(source):
    """Lines of calls that load something with transformers and don't say that its code is not trusted."""
    lines = []
    for node in ast.walk(ast.parse(source)):
        loads = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        if not loads or node.func.attr not in {"from_pretrained", "from_config"}:
            continue
        named = {keyword.arg: keyword.value for keyword in node.keywords}
        value = named.get("trust_remote_code")
        if not (isinstance(value, ast.Constant) and value.value is False):
            lines.append(node.lineno)
    return lines


def test_every_call_of_transformers_says_that_code_is_not_trusted():
    sources = [*(ROOT / "bert_tf").rglob("*.py"), *(ROOT / "benchmarks").rglob("*.py")]
    found = {path.relative_to(ROOT): calls_without_the_setting(path.read_text()) for path in sources}
    assert {path: lines for path, lines in found.items() if lines} == {}


def test_a_call_without_the_setting_is_seen():
    assert calls_without_the_setting("A.from_pretrained(x)\nB.from_config(y, trust_remote_code=True)") == [1, 2]


def test_a_refusal_is_an_error_of_ours(tmp_path):
    with pytest.raises(BertTfError, match="it is missing"):
        read_config(tmp_path)
