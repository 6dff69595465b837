"""What tests of encoders share: PyTorch's numbers, and what this machine's CPU has of bfloat16."""

import dataclasses
import pathlib
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from safetensors.numpy import load_file

from bert_tf.machine import describe
from bert_tf.models.encoders.transformer_encoder import TransformerEncoder
from bert_tf.models.encoders.weight_names import weight_places
from bert_tf.native.library import native_library

REFERENCE = pathlib.Path(__file__).parent / "encoders" / "reference"
FAMILIES = ("bert", "camembert", "distilbert", "electra", "mpnet", "roberta", "xlm-roberta")


@dataclasses.dataclass(frozen=True)
class Batch:
    """What transformers on PyTorch computes of some rows; `python -m benchmarks.references` makes it.

    Attributes:
        inputs: `input_ids`, `attention_mask` and `token_type_ids`, int32 [B, L].
        real: bool [B, L], False for padding.
        states: float32 [B, L, H] each, from what goes into the first layer to what comes out of the last.
        pooled: float32 [B, H], or None without a pooler.
        direction: float32 [B, L, H]: the gradients are of the real tokens' last states times it, plus the pooled
            vectors times its first token's.
        gradients: By PyTorch's name.
    """

    inputs: dict[str, np.ndarray]
    real: np.ndarray
    states: dict[int, np.ndarray]
    pooled: np.ndarray | None
    direction: np.ndarray
    gradients: dict[str, np.ndarray]

    def loss(self, encoder: TransformerEncoder, states: tf.Tensor) -> tf.Tensor:
        """What the gradients are of, as computed from an encoder's last states."""
        loss = tf.reduce_sum(tf.boolean_mask(states * self.direction, self.real))
        return loss if self.pooled is None else loss + tf.reduce_sum(encoder.pooled(states) * self.direction[:, 0])

    def compared(self, encoder: TransformerEncoder) -> dict[str, np.ndarray]:
        """The gradients by the paths of the encoder's variables, and as these lie."""
        places = {place.name: (path, place) for path, place in weight_places(encoder.config).items()}
        found = {}
        for name, gradient in self.gradients.items():
            path, place = places[name]
            found[path] = gradient.T if place.transposed else gradient
        return found


def read_batch(path: pathlib.Path, name: str = "") -> Batch:
    """A batch of a file, whose tensors are named `name/…`."""
    found = {key.removeprefix(name): value for key, value in load_file(path).items() if key.startswith(name)}

    def below(folder: str) -> dict[str, np.ndarray]:
        return {key.removeprefix(folder): value for key, value in found.items() if key.startswith(folder)}

    inputs = {key: found[key].astype(np.int32) for key in ("input_ids", "attention_mask", "token_type_ids")}
    states = {int(index): value for index, value in below("states/").items()}
    real, pooled = inputs["attention_mask"] == 1, found.get("pooled")
    return Batch(inputs, real, states, pooled, found["direction"], below("gradients/"))


@dataclasses.dataclass(frozen=True)
class Reference:
    """A small random model of a family, and what two batches give: padded rows, and rows of all positions."""

    folder: pathlib.Path

    def batches(self) -> list[Batch]:
        return [read_batch(self.folder / "expected.safetensors", f"{name}/") for name in ("padded", "whole")]


@pytest.fixture(scope="session")
def layer_operations() -> Any:
    """Native operations that compute a layer, where this machine has them."""
    library = native_library()
    if library.operations is None or library.without_tiles:
        pytest.skip(f"there are no native layers here: {library.missing or library.without_tiles}")
    return library.operations


@pytest.fixture(scope="session")
def reference_folder() -> pathlib.Path:
    """A folder for each family's small random model: config.json and model.safetensors of transformers."""
    return REFERENCE


@pytest.fixture(scope="session", params=FAMILIES)
def reference(request: pytest.FixtureRequest) -> Reference:
    return Reference(REFERENCE / request.param)


@pytest.fixture(scope="session")
def mpnet_reference() -> Reference:
    return Reference(REFERENCE / "mpnet")


@pytest.fixture(scope="session")
def minilm_batch() -> Batch:
    """Two texts through MiniLM, with the states of some layers and the gradients of some weights."""
    return read_batch(REFERENCE / "minilm" / "expected.safetensors")


@pytest.fixture(scope="session")
def onednn_has_bfloat16() -> bool:
    """Whether TensorFlow multiplies bfloat16 in oneDNN: elsewhere Eigen does, slowly, and rounds the sums as well."""
    return "avx512f" in describe()["features"]


@pytest.fixture(scope="session")
def rounding(onednn_has_bfloat16: bool) -> float:
    """How many times farther from float32 bfloat16 may be on this CPU than in oneDNN."""
    return 1.0 if onednn_has_bfloat16 else 2.0


@pytest.fixture
def in_onednn(dtype, onednn_has_bfloat16: bool) -> None:
    """Skip a test of what oneDNN makes of a graph in a type that it doesn't have on this CPU."""
    if dtype.name == "bfloat16" and not onednn_has_bfloat16:
        pytest.skip("oneDNN has bfloat16 on CPUs with AVX-512 only")
