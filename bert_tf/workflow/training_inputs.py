"""What a training starts from: an encoder at hand, rows with token ids, and the point where it goes on."""

import dataclasses
import pathlib

from rich.console import Console

from bert_tf.models.encoder_sources import EncoderFiles
from bert_tf.recipe.schema import Recipe
from bert_tf.stage import Stage
from bert_tf.workflow.encoder_checks import fitting_encoder
from bert_tf.workflow.prepare import Prepared, prepare
from bert_tf.workflow.resume import Resumed, resumed_training
from bert_tf.workflow.training_scope import TrainingScope


@dataclasses.dataclass(frozen=True)
class TrainingInputs:
    """What a training starts from.

    Attributes:
        files: Of the encoder.
        prepared: The data, tokenized by the encoder's tokenizer.
        resumed: Where training goes on; None where it begins.
    """

    files: EncoderFiles
    prepared: Prepared
    resumed: Resumed | None


def read_inputs(
    recipe: Recipe, scope: TrainingScope, *, cache_folder: pathlib.Path, console: Console
) -> TrainingInputs:
    """Find the encoder, hold it against the recipe, and read, check and tokenize the rows.

    Args:
        recipe: Resolved.
        scope: Which rows are read, and what training goes on from.
        cache_folder: As of `prepare`.
        console: Where progress is shown.

    Raises:
        BertTfError: as of `fitting_encoder`, `resumed_training` and `prepare`.
    """
    with Stage(console, f"finding the encoder {recipe.model.encoder}") as stage:
        files = fitting_encoder(recipe)
        resumed = resumed_training(recipe, scope)
        prepared = prepare(
            recipe,
            encoder_folder=files.folder,
            cache_folder=cache_folder,
            with_test=scope.measure_test,
            notice=stage.rename,
        )
    return TrainingInputs(files, prepared, resumed)
