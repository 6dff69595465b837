"""Whether an encoder can do what a recipe asks of it: told from its configuration, before its weights are read."""

import pathlib

from bert_tf.errors import ModelError, RecipeError
from bert_tf.models.compute import check_for_training
from bert_tf.models.encoder_sources import EncoderFiles, locate_encoder
from bert_tf.models.encoders.encoder_config import EncoderConfig, load_config
from bert_tf.models.kernels.fused_encoder import supports
from bert_tf.models.pooling import choose_pooling
from bert_tf.recipe.export_keys import Export
from bert_tf.recipe.schema import Recipe
from bert_tf.tasks.table import task_of
from bert_tf.workflow.assemble import choose


def fitting_encoder(recipe: Recipe) -> EncoderFiles:
    """The files of a recipe's encoder, which can do what the recipe asks of it; told before rows are read.

    Raises:
        ModelError: as `locate_encoder`, `load_config` and `check_encoder`.
        RecipeError: as `check_encoder`.
    """
    files = locate_encoder(recipe.model.encoder)
    check_encoder(recipe, load_config(files.folder))
    return files


def check_encoder(recipe: Recipe, config: EncoderConfig) -> None:
    """Hold all that a recipe asks of its encoder against what that and this machine can do.

    Raises:
        RecipeError: as `check_length` and `check_words_have_vectors`.
        ModelError: as `check_export`, `choose_compute`, `check_for_training` and `choose_pooling`.
    """
    check_length(recipe.text.max_tokens, config)
    check_words_have_vectors(recipe, config)
    check_export(recipe.export, config)
    training = recipe.training
    check_for_training(
        choose(recipe, config),
        kernels=recipe.model.kernels,
        precision=training.precision,
        gradient_checkpointing=training.gradient_checkpointing,
    )
    choose_pooling(recipe.model.pooling, config)


def check_length(max_tokens: int, config: EncoderConfig) -> None:
    """Raises RecipeError when rows would be longer than the encoder has positions for."""
    longest = config.longest_input
    if max_tokens > longest:
        raise RecipeError(
            f"text.max_tokens is {max_tokens}, but this encoder takes {longest} at most.",
            where="text.max_tokens",
            hint=f"set it to {longest} or less",
        )


def check_words_have_vectors(recipe: Recipe, config: EncoderConfig) -> None:
    """Raises RecipeError when the recipe's task reads words and its encoder has one vector for a whole text."""
    if config.gives_one_vector and task_of(recipe).align is not None:
        raise RecipeError(
            f"The encoder {config.family} gives one vector for a text, but the task {recipe.task} reads words.",
            where="model.encoder",
            hint="use another encoder; of those that are trained from nothing, bilstm",
        )


def check_vocabulary(largest_id: int, config: EncoderConfig, folder: pathlib.Path) -> None:
    """Raises ModelError when the tokenizer of a folder gives ids that the encoder's word table has no row for.

    On a CPU such a row ends the run with an index out of range; on a GPU it is read as zeros, in silence.
    """
    if largest_id >= config.vocabulary_size:
        raise ModelError(
            f"The encoder's tokenizer gives ids up to {largest_id}, but its word table ends with "
            f"{config.vocabulary_size - 1}.",
            where=f"{folder}: vocab_size in config.json, and the tokenizer's files",
            hint="where tokens were added, save both again with transformers after "
            "model.resize_token_embeddings(len(tokenizer)); else put the encoder's own tokenizer into the folder",
        )


def check_export(export: Export, config: EncoderConfig) -> None:
    """Raises ModelError where an export is in fewer bits and the encoder has no graph for that."""
    missing = supports(config)
    if export.is_reduced and missing:
        raise ModelError(
            "This encoder can be exported in float32 only.",
            where=f"export.precision, quantize: {missing}",
            hint="remove them",
        )
