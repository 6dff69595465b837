"""A small served model: the real tokenizer, and a head that counts tokens. Fast to write and to load."""

import pathlib
import shutil
import sys

import numpy as np
import pytest
import tensorflow as tf

from bert_tf.export.golden import golden_lines
from bert_tf.export.signatures import ServingModule
from bert_tf.export.write_version import Papers, write_export
from bert_tf.tasks.classify.network import ClassifyNetwork
from bert_tf.tasks.classify.serving import ClassifyServing
from bert_tf.text.loading import load_tokenizer
from bert_tf.text.tokenizer import WordpieceTokenizer

# The tests are imported by path; serving_messages.py stands beside them.
sys.path.insert(0, str(pathlib.Path(__file__).parent))

TEXTS = ["", "one", "two words", "three words here", "long " * 50]
# Tokens with [CLS] and [SEP], at most 8.
LENGTHS = np.array([2, 3, 4, 5, 8])


@pytest.fixture(scope="session")
def tokenizer(minilm: pathlib.Path, cache: pathlib.Path) -> WordpieceTokenizer:
    return load_tokenizer(minilm, cache_folder=cache)


@pytest.fixture(scope="session")
def counting(tokenizer: WordpieceTokenizer) -> ServingModule:
    """Logits (0, log n) for n tokens, so that probabilities are 1 / (1 + n) and n / (1 + n)."""
    scale = tf.Variable(1.0)

    def outputs(inputs: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        count = tf.cast(tf.reduce_sum(inputs["attention_mask"], 1), tf.float32)
        return {"logits": tf.stack([0 * count, scale * tf.math.log(count)], 1)}

    return ServingModule(
        outputs=outputs,
        variables=[scale],
        network=ClassifyNetwork(("few", "many")),
        example_signatures=ClassifyServing(("few", "many")).example_signatures,
        tokenizer=tokenizer,
        max_tokens=8,
        pairs=False,
    )


@pytest.fixture(scope="session")
def manifest() -> dict[str, object]:
    return {"name": "counts", "task": "classify", "labels": ["few", "many"], "tolerance": 1e-6}


@pytest.fixture(scope="session")
def golden() -> list[dict]:
    """Requests with answers by hand."""
    outputs = {
        "label": np.array([b"many"] * 5, dtype=object),
        "probabilities": np.stack([1 / (1 + LENGTHS), LENGTHS / (1 + LENGTHS)], 1),
        "score": LENGTHS / (1 + LENGTHS),
        "truncated": np.array([False] * 4 + [True]),
    }
    return list(golden_lines([{"text": text} for text in TEXTS], outputs))


@pytest.fixture(scope="session")
def written(
    counting: ServingModule, manifest: dict, golden: list[dict], tmp_path_factory: pytest.TempPathFactory
) -> pathlib.Path:
    """A version that no test changes."""
    folder = tmp_path_factory.mktemp("written") / "counts"
    return write_export(counting, Papers(manifest, golden), model_folder=folder)


@pytest.fixture
def exported(written: pathlib.Path, tmp_path: pathlib.Path) -> pathlib.Path:
    """The same, for one test alone."""
    shutil.copytree(written.parent, tmp_path / "counts")
    return tmp_path / "counts" / written.name


@pytest.fixture(scope="module")
def served(trained):
    """A real model as TensorFlow Serving loads it: from a signature's name and inputs to its outputs."""
    graph = tf.Graph()
    # Not entered for as long as the tests run: what they compute themselves would go into its graph.
    session = tf.compat.v1.Session(graph=graph)
    with graph.as_default():
        signatures = tf.compat.v1.saved_model.load(session, ["serve"], str(trained.model)).signature_def

    def call(name, **inputs):
        outputs = {key: info.name for key, info in signatures[name].outputs.items()}
        return session.run(outputs, {signatures[name].inputs[key].name: value for key, value in inputs.items()})

    yield call
    session.close()
