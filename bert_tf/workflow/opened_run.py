"""A finished run whose model answers: each of its files is read and checked once, and its weights are loaded once."""

import functools
import pathlib
from collections.abc import Iterable, Sequence
from typing import Any, cast

import numpy as np
import tensorflow as tf

from bert_tf.evaluation.compute_outputs import Arrays, Predictor
from bert_tf.models.compute import Compute
from bert_tf.models.frozen.frozen_model import InferenceGraph, plain_graph
from bert_tf.models.task_network import TaskNetwork, TokenNetwork
from bert_tf.models.text_model import TextModel
from bert_tf.models.word_outputs import word_reader
from bert_tf.ragged_rows import RaggedRows
from bert_tf.recipe.schema import Recipe
from bert_tf.runs.run import RunFolder
from bert_tf.tasks.recipes import run_recipe
from bert_tf.tasks.table import task_of
from bert_tf.text.byte_places import byte_places
from bert_tf.text.loading import load_tokenizer
from bert_tf.text.tokenizer import WordpieceTokenizer
from bert_tf.text.window_words import taken_words
from bert_tf.text.word_places import WordPlaces
from bert_tf.workflow.assemble import choose, measured_graph, restore, served_graph
from bert_tf.workflow.expected_words import Tokenizer, word_tokenizer
from bert_tf.workflow.long_texts import chosen_windows
from bert_tf.workflow.prepare import Prepared, check_same_data, check_same_tokenizer
from bert_tf.workflow.text_outputs import WindowRows, text_outputs


class OpenedRun:
    """A run with a checkpoint. What takes time is done when it is first asked for.

    Args:
        folder: The run.
        cache_folder: Keeps character tables.
        recipe: Takes the place of the run's own, for an export in other numbers.

    Attributes:
        folder: As given.
        recipe: Resolved.
        facts: What run.json says.
        task: The recipe's.
        serving: What is served of the task.
        network: The task's part of the model.
        windows: Where long texts are split instead of cut.
        takes_pairs: Whether an example is two texts.

    Raises:
        RunError: a file of the run is missing or damaged; also from what is first asked for later.
    """

    def __init__(self, folder: RunFolder, *, cache_folder: pathlib.Path, recipe: Recipe | None = None) -> None:
        self.folder, self._cache_folder = folder, cache_folder
        self.recipe = run_recipe(folder) if recipe is None else recipe
        self.facts: dict[str, Any] = folder.facts
        self.task = task_of(self.recipe)
        self.serving = self.task.serving(self.facts)
        self.network: TaskNetwork = self.task.network(self.recipe, self.facts)
        self.windows = chosen_windows(self.recipe.text.model_dump())
        self.takes_pairs = self.recipe.data.text_pair is not None

    @functools.cached_property
    def encoder(self) -> pathlib.Path:
        """Folder of the encoder's config and tokenizer."""
        return self.folder.encoder

    @functools.cached_property
    def tokenizer(self) -> Tokenizer:
        """The one that made the training ids; RunError where its files give other ids today."""
        tokenizer = load_tokenizer(self.encoder, cache_folder=self._cache_folder)
        check_same_tokenizer(self.folder, tokenizer)
        return tokenizer

    @functools.cached_property
    def model(self) -> TextModel:
        """The best checkpoint, on the reference graph in float32; RunError where no epoch is done."""
        return restore(self.folder)

    @functools.cached_property
    def compute(self) -> Compute:
        """The kernels and the precision that the run is measured with on this machine."""
        return choose(self.recipe, self.model.encoder.config)

    @functools.cached_property
    def plain(self) -> InferenceGraph:
        """The reference graph in float32, which an export is held against."""
        return plain_graph(self.model)

    @functools.cached_property
    def measured(self) -> InferenceGraph:
        """What the run is measured with; runs within `matmuls_in(compute.graph_precision)`."""
        return measured_graph(self.model, self.compute)

    @functools.cached_property
    def served(self) -> InferenceGraph:
        """What is exported in float32."""
        return served_graph(self.model, kernels=self.recipe.model.kernels)

    @functools.cached_property
    def words(self) -> WordpieceTokenizer | None:
        """What tells the words of texts, where the task reads tokens; else None."""
        return word_tokenizer(self.recipe, self.tokenizer) if self.network.reads == "tokens" else None

    def predictor(self, graph: InferenceGraph) -> Predictor:
        """Runs one of the run's graphs; what it gives is of texts, or of words where the task reads tokens."""
        words = None if self.words is None else word_reader(self.network, self.words.begins_word)
        return Predictor(graph.outputs, words)

    def places(self, texts: Sequence[bytes]) -> WordPlaces | None:
        """Where the words of texts stand, as it is served, where the task reads tokens; else None."""
        if self.words is None:
            return None
        places = self.words.word_places(texts)
        return byte_places(texts, places) if cast(TokenNetwork, self.network).counts_bytes else places

    def taken(self, rows: Iterable[np.ndarray], text_of: np.ndarray) -> RaggedRows | None:
        """Which words of windows are taken, where the task reads tokens and texts are windows; else None.

        Args:
            rows: Ids of each window.
            text_of: The text that each is of.
        """
        if self.words is None or self.windows is None:
            return None
        return taken_words(self.windows, rows, text_of, begins_word=self.words.begins_word)

    def check_prepared(self, prepared: Prepared) -> None:
        """Raises RunError where the data or the tokenizer are not those of the training."""
        check_same_data(self.folder, prepared)
        check_same_tokenizer(self.folder, prepared.tokenizer)


def answered_rows(
    network: TaskNetwork, outputs: Arrays, windows: WindowRows | None = None, *, places: WordPlaces | None
) -> Arrays:
    """What is served for the outputs of rows, as of `Predictor`; see `text_outputs` and `answered`."""
    joined_to = None if places is None else places.joined_to
    return answered(network, text_outputs(network, outputs, windows, joined_to=joined_to), places=places)


def answered(network: TaskNetwork, outputs: Arrays, *, places: WordPlaces | None = None) -> Arrays:
    """What is served for the outputs of texts, by name.

    Args:
        network: Of the model.
        outputs: As of `text_outputs`.
        places: Where the words of the texts stand, of outputs of words; those that were read are the first of each.
    """
    if places is None:
        return {name: value.numpy() for name, value in network.decode(outputs).items()}
    read = next(iter(outputs.values())).lengths
    of_read = (each.heads(read) for each in (places.starts, places.ends))
    starts, ends = (tf.RaggedTensor.from_row_splits(each.values, each.splits) for each in of_read)
    padded = {name: tf.constant(values.padded()) for name, values in outputs.items()}
    found = cast(TokenNetwork, network).decode_words(padded, starts=starts, ends=ends)
    return {name: value.numpy() for name, value in found.items()}
