"""What is asked for is at least what is written, held against a real run, and not a multiple of it."""

import tempfile
from pathlib import Path

import pytest
import tf_keras as keras

from bert_tf.tasks.recipes import load_recipe
from bert_tf.workflow.disk_needs import export_needs, training_needs, weights_bytes

MEBIBYTE = 1 << 20
SMALL_FILES = 32 * MEBIBYTE


@pytest.fixture(scope="module")
def model():
    """Weights of exactly 8 MiB: (1,023 + 1) × 2,048 × 4 bytes."""
    model = keras.Sequential([keras.layers.Dense(2048)])
    model.build([None, 1023])
    return model


def recipe(**export):
    return load_recipe("bbc-news", {f"export.{name}": value for name, value in export.items()})


def sizes(needs):
    return [
        round((need.size - SMALL_FILES * (need.purpose != "the same model in float32")) / MEBIBYTE) for need in needs
    ]


def test_bytes_of_weights(model):
    assert weights_bytes(model) == 8 * MEBIBYTE


@pytest.mark.parametrize(
    "export, version, scratch",
    [
        ({"hub": False}, 8, []),
        ({"hub": True}, 8 + 16, []),
        ({"hub": False, "precision": "bfloat16"}, 4, [8]),
        ({"hub": True, "quantize": "int8-weights"}, 2 + 16, [8]),
    ],
)
def test_an_export(model, export, version, scratch):
    needs = export_needs(recipe(**export), model, folder=Path("models"))
    assert sizes(needs) == [version, *scratch]
    assert [need.folder for need in needs] == [Path("models"), *[Path(tempfile.gettempdir())] * len(scratch)]


@pytest.mark.parametrize(
    "epochs, exports, expected",
    [
        # Two points to go on from, each with two moments of each weight, are there beside the checkpoints.
        (1, False, 8 + 48),
        (2, False, 16 + 48),
        (9, False, 24 + 48),
        (9, True, 24 + 48),  # two that are kept and the export are less
    ],
)
def test_a_training(model, epochs, exports, expected):
    needs = training_needs(recipe(hub=False), model, folder=Path("runs"), epochs=epochs, exports=exports)
    assert sizes(needs) == [expected]


def test_a_real_run_needs_no_more(trained):
    from safetensors.numpy import load_file

    checkpoints = sorted((trained.run / "checkpoints").iterdir())
    weights = sum(array.nbytes for array in load_file(checkpoints[0] / "model.safetensors").values())
    # As it is asked for: what is kept, a version in float32 and its hub modules.
    asked = weights * (len(checkpoints) + 1 + 2) + SMALL_FILES
    written = sum(path.stat().st_size for path in trained.run.rglob("*") if path.is_file())
    assert 0.8 * asked < written <= asked
