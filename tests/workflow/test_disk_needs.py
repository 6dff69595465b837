"""What is asked for is at least what is written, held against a real run, and not a multiple of it."""

import tempfile
from pathlib import Path

import pytest
import tf_keras as keras

from bert_tf.models.encoder import make_encoder
from bert_tf.models.encoders.encoder_config import encoder_config
from bert_tf.models.text_model import TextModel
from bert_tf.tasks.classify.network import ClassifyNetwork
from bert_tf.tasks.recipes import load_recipe
from bert_tf.workflow.disk_needs import export_needs, training_needs, weights_bytes

SMALL_FILES = 32 << 20


@pytest.fixture(scope="module")
def models():
    """Small models of random weights, by family."""
    small = {"vocab_size": 64, "hidden_size": 8, "pairs": 4, "num_attention_heads": 2, "intermediate_size": 8}
    found = {}
    for family in ("bert", "bow"):
        encoder = make_encoder(encoder_config({"model_type": family, "num_hidden_layers": 1, **small}, where=""))
        network = ClassifyNetwork(["a", "b"])
        found[family] = TextModel(
            encoder=encoder,
            network=network,
            head=network.head(dropout=0.0, initializer_range=0.02),
            pooling="only" if family == "bow" else "first",
            compute_dtype=None,
            seed=0,
        )
    return found


@pytest.fixture(scope="module")
def model(models):
    return models["bert"]


def export_keys(**export):
    return load_recipe("bbc-news", {f"export.{name}": value for name, value in export.items()}).export


def sizes(needs, model):
    """In quarters of the model's weights."""
    weights = weights_bytes(model)
    bytes_asked = [need.size - SMALL_FILES * (need.purpose != "the same model in float32") for need in needs]
    return [4 * size / weights for size in bytes_asked]


def test_bytes_of_weights():
    model = keras.Sequential([keras.layers.Dense(2048)])
    model.build([None, 1023])
    # (1,023 + 1) × 2,048 × 4 bytes.
    assert weights_bytes(model) == 8 << 20


@pytest.mark.parametrize(
    "export, version, scratch",
    [
        ({"hub": False}, 4, []),
        ({"hub": True}, 4 + 8, []),
        ({"hub": False, "precision": "bfloat16"}, 2, [4]),
        ({"hub": True, "quantize": "int8-weights"}, 1 + 8, [4]),
    ],
)
def test_an_export(model, export, version, scratch):
    needs = export_needs(export_keys(**export), model, folder=Path("models"))
    assert sizes(needs, model) == [version, *scratch]
    assert [need.folder for need in needs] == [Path("models"), *[Path(tempfile.gettempdir())] * len(scratch)]


@pytest.mark.parametrize(
    "epochs, exports, expected",
    [
        # Two points to go on from, each with two moments of each weight, are there beside the checkpoints.
        (1, False, 4 + 24),
        (2, False, 8 + 24),
        (9, False, 12 + 24),
        (9, True, 12 + 24),  # two that are kept and the export are less
    ],
)
def test_a_training(model, epochs, exports, expected):
    needs = training_needs(
        model, folder=Path("runs"), epochs=epochs, export=export_keys(hub=False) if exports else None
    )
    assert sizes(needs, model) == [expected]


def test_a_training_that_is_gone_on_with(model):
    """What it has written is room that it has taken."""
    asked = {"folder": Path("runs"), "epochs": 9, "there": 5 * weights_bytes(model)}
    assert sizes(training_needs(model, export=None, **asked), model) == [12 + 24 - 20]
    asked["there"] *= 9
    needs = [training_needs(model, export=export, **asked) for export in (None, export_keys(hub=False))]
    assert [sizes(need, model) for need in needs] == [[0], [0]]


def test_an_export_without_modules_for_others_to_train(models):
    needs = export_needs(export_keys(hub=True), models["bow"], folder=Path("models"))
    assert sizes(needs, models["bow"]) == [4]


def test_a_real_run_needs_no_more(trained):
    from safetensors.numpy import load_file

    checkpoints = sorted((trained.run / "checkpoints").iterdir())
    weights = sum(array.nbytes for array in load_file(checkpoints[0] / "model.safetensors").values())
    # As it is asked for: what is kept, a version in float32 and its hub modules.
    asked = weights * (len(checkpoints) + 1 + 2) + SMALL_FILES
    written = sum(path.stat().st_size for path in trained.run.rglob("*") if path.is_file())
    assert 0.8 * asked < written <= asked
