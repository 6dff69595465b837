"""What a training and an export will write, from the table `export` of the recipe and the size of the weights."""

import pathlib
import tempfile

import tf_keras as keras

from bert_tf.models.encoders.encoder_config import EncoderConfig
from bert_tf.models.text_model import TextModel
from bert_tf.recipe.export_keys import Export
from bert_tf.room import Need

# The best, the last, and the one that is being written before one of those goes.
_CHECKPOINTS_AT_ONCE, _CHECKPOINTS_KEPT = 3, 2
_POINTS_AT_ONCE = 2  # that training goes on from: the last, and the one that is being written
_MOMENTS = 2  # of the optimizer, each as large as the weights
_HUB_COPIES = 2  # as variables and as safetensors
_BYTES_OF_A_WEIGHT = 4
# Event files, predictions, papers, the tokenizer's tables.
_SMALL_FILES = 32 << 20


def training_needs(
    model: TextModel, *, folder: pathlib.Path, epochs: int, export: Export | None, there: int = 0
) -> list[Need]:
    """What is written from the first step to the end.

    Args:
        model: What is trained.
        folder: Of the run, or above it.
        epochs: That are trained, those that are carried over included.
        export: Of an export into the run that follows; None where none does.
        there: Bytes of checkpoints that a run holds already that is gone on with.
    """
    checkpoint = weights_bytes(model)
    training, afterwards = (checkpoint * min(epochs, count) for count in (_CHECKPOINTS_AT_ONCE, _CHECKPOINTS_KEPT))
    training += _POINTS_AT_ONCE * checkpoint * (1 + _MOMENTS)
    elsewhere = "--runs FOLDER"
    if export is None:
        return [Need(folder, max(0, training - there) + _SMALL_FILES, "checkpoints", elsewhere)]
    version, *others = export_needs(export, model, folder=folder)
    most = max(training + _SMALL_FILES, afterwards + version.size)
    return [Need(folder, max(_SMALL_FILES, most - there), "checkpoints and an export", elsewhere), *others]


def export_needs(export: Export, model: TextModel, *, folder: pathlib.Path) -> list[Need]:
    """What an export into a folder writes, and with fewer bits what it is measured beside."""
    weights = weights_bytes(model)
    hub = _HUB_COPIES * weights if writes_hub(export, model.encoder.config) else 0
    width = 1 if export.quantize == "int8-weights" else 2 if export.precision == "bfloat16" else _BYTES_OF_A_WEIGHT
    version = weights * width // _BYTES_OF_A_WEIGHT
    needs = [Need(folder, version + hub + _SMALL_FILES, "an export", "--to FOLDER")]
    if export.is_reduced:
        scratch = pathlib.Path(tempfile.gettempdir())
        needs.append(Need(scratch, weights, "the same model in float32", "TMPDIR in the environment"))
    return needs


def writes_hub(export: Export, config: EncoderConfig) -> bool:
    """Whether an export has TF-Hub modules: of a baseline, nobody would start from the weights."""
    return export.hub and config.is_pretrained


def weights_bytes(model: keras.Model) -> int:
    """Bytes of all variables of a model."""
    return sum(variable.shape.num_elements() * variable.dtype.size for variable in model.weights)
