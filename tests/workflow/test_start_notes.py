import types

import pytest
import tensorflow as tf

from bert_tf.models.compute import Compute
from bert_tf.models.encoders.encoder_config import EncoderConfig
from bert_tf.tasks.recipes import load_recipe
from bert_tf.workflow.assemble import choose
from bert_tf.workflow.start_notes import start_notes


@pytest.mark.parametrize("remark", ["", "bfloat16 is slower than float32 on this machine."])
def test_what_computes_a_run_comes_first_and_what_is_slow_in_it_next(remark):
    compute = Compute(tf.bfloat16, "bfloat16", "fused kernels, matmuls in bfloat16", remark)
    encoder = types.SimpleNamespace(config=EncoderConfig())
    tokenizer = types.SimpleNamespace(in_graph=True)
    prepared = types.SimpleNamespace(examples={"validation": ()}, texts={}, interactions={}, tokenizer=tokenizer)
    notes = start_notes(
        load_recipe("bbc-news"),
        types.SimpleNamespace(path="runs/bbc-news/1"),
        types.SimpleNamespace(prepared=prepared, resumed=None, files=types.SimpleNamespace(origin="a package")),
        types.SimpleNamespace(compute=compute, model=types.SimpleNamespace(encoder=encoder)),
    )
    first = "runs/bbc-news/1: minilm-l6 from a package, fused kernels, matmuls in bfloat16"
    assert list(notes) == [first, *([remark] if remark else [])]


def test_a_run_in_a_tensorflow_without_onednn_is_told_so(monkeypatch):
    recipe = load_recipe("bbc-news", {"training.precision": "float32"})
    for leaves_out in (True, False):
        monkeypatch.setattr("bert_tf.models.compute.leaves_out_onednn", lambda leaves_out=leaves_out: leaves_out)
        assert ("without oneDNN" in choose(recipe, EncoderConfig()).remark) == leaves_out
