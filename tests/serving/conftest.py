"""Small models with signatures that BERT has not, and real `bert-tf serve` processes."""

import pathlib
import shutil
import sys
from collections.abc import Iterator

import pytest
import tensorflow as tf

from benchmarks.serving.process import ServerProcess, running_server
from bert_tf.serving.servable import Servable

# The tests are imported by path; event_loop.py stands beside them.
sys.path.insert(0, str(pathlib.Path(__file__).parent))


class _Odd(tf.Module):
    """Signatures by which the rules of JSON and batching can be told apart."""

    def __init__(self) -> None:
        super().__init__()
        self.offset = tf.Variable(0.0)
        floats = tf.TensorSpec([None], tf.float32, name="x")
        strings = tf.TensorSpec([None], tf.string, name="inputs")
        ids = tf.TensorSpec([None, None], tf.int32, name="ids")

        def same(x: tf.Tensor) -> dict[str, tf.Tensor]:
            return {"y": x + self.offset}

        def echo(inputs: tf.Tensor) -> dict[str, tf.Tensor]:
            return {"raw_bytes": inputs, "length": tf.strings.length(inputs)}

        def scores(inputs: tf.Tensor) -> dict[str, tf.Tensor]:
            length = tf.cast(tf.strings.length(inputs), tf.float32)
            return {"scores": tf.stack([length, 0.2 * length], 1)}

        def total(x: tf.Tensor) -> dict[str, tf.Tensor]:
            return {"sum": tf.reduce_sum(x)}

        def half_plus_three(inputs: tf.Tensor) -> dict[str, tf.Tensor]:
            feature = tf.io.FixedLenFeature([], tf.float32)
            return {"outputs": tf.io.parse_example(inputs, {"x": feature})["x"] / 2.0 + 3.0}

        def column(inputs: tf.Tensor) -> dict[str, tf.Tensor]:
            return {"outputs": half_plus_three(inputs)["outputs"][:, tf.newaxis]}

        def wide(inputs: tf.Tensor) -> dict[str, tf.Tensor]:
            return {"outputs": tf.tile(column(inputs)["outputs"], [1, 2])}

        # Who shares a batch with others sees their rows.
        def company(ids: tf.Tensor) -> dict[str, tf.Tensor]:
            rows = tf.shape(ids)[0]
            with tf.control_dependencies([tf.debugging.assert_non_negative(ids)]):
                return {"rows": tf.fill([rows], rows), "sums": tf.reduce_sum(ids, 1)}

        self.functions = {
            "serving_default": tf.function(same, input_signature=[floats]),
            "echo": tf.function(echo, input_signature=[strings]),
            "scores": tf.function(scores, input_signature=[strings]),
            "total": tf.function(total, input_signature=[floats]),
            "regress": tf.function(half_plus_three, input_signature=[strings]),
            "column": tf.function(column, input_signature=[strings]),
            "wide": tf.function(wide, input_signature=[strings]),
            "company": tf.function(company, input_signature=[ids]),
        }


@pytest.fixture(scope="session")
def odd_model(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """`odd/1`: `serving_default` x → y, the same; echo, scores, total, company; regress, x/2 + 3, column, wide."""
    folder = tmp_path_factory.mktemp("models") / "odd" / "1"
    module = _Odd()
    signatures = {name: function.get_concrete_function() for name, function in module.functions.items()}
    tf.saved_model.save(module, str(folder), signatures=signatures)
    updater = tf.compat.v1.saved_model.signature_def_utils.MethodNameUpdater(str(folder))
    updater.replace_method_name("regress", tf.compat.v1.saved_model.REGRESS_METHOD_NAME)
    updater.save()
    return folder


@pytest.fixture
def model_folder(odd_model: pathlib.Path, tmp_path: pathlib.Path) -> pathlib.Path:
    """A copy of `odd` that a test may change."""
    shutil.copytree(odd_model, tmp_path / "odd" / "1")
    return tmp_path / "odd"


@pytest.fixture(scope="session")
def odd(odd_model: pathlib.Path) -> Servable:
    """`odd/1`, loaded."""
    return Servable(odd_model)


@pytest.fixture(scope="session")
def odd_server(odd_model: pathlib.Path) -> Iterator[ServerProcess]:
    """A real process that serves `odd`."""
    with running_server(odd_model.parent) as server:
        yield server
