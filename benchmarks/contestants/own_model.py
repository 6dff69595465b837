"""bert_tf's model as a benchmark wants it: with the head that all contestants have."""

import pathlib
import tempfile
from collections.abc import Mapping, Sequence
from typing import Any

import tensorflow as tf

from benchmarks.contestants.inputs import head_weights
from bert_tf.export.signatures import ServingModule
from bert_tf.export.task_serving import ExampleSignature
from bert_tf.models.compute import choose_compute
from bert_tf.models.encoder import load_encoder, make_encoder
from bert_tf.models.encoders.encoder_config import EncoderConfig, load_config
from bert_tf.models.frozen.frozen_model import InferenceGraph, frozen_graph, native_graph, plain_graph
from bert_tf.models.task_network import TaskNetwork
from bert_tf.models.text_model import TextModel
from bert_tf.native.library import native_library
from bert_tf.tasks.classify.network import ClassifyNetwork
from bert_tf.tasks.classify.serving import ClassifyServing
from bert_tf.tasks.embed.network import EmbedNetwork
from bert_tf.tasks.tag.network import TagNetwork
from bert_tf.text.huggingface import HuggingFaceTokenizer
from bert_tf.text.loading import load_tokenizer
from bert_tf.text.tokenizer import WordpieceTokenizer


def own_network(options: Mapping[str, Any]) -> TaskNetwork:
    """Options: labels (2), task (embed, tag, or classify), crf."""
    labels = options.get("labels", 2)
    if options.get("task") == "embed":
        return EmbedNetwork()
    if options.get("task") == "tag":
        return TagNetwork(tuple(map(str, range((labels - 1) // 2))), crf=options.get("crf", False))
    return ClassifyNetwork(tuple(map(str, range(labels))))


def _example_signatures(options: Mapping[str, Any]) -> Sequence[ExampleSignature]:
    network = own_network(options)
    return ClassifyServing(network.label_names).example_signatures if isinstance(network, ClassifyNetwork) else ()


def own_model(options: Mapping[str, Any]) -> TextModel:
    """Options: encoder, random (weights of its configuration), labels (2), task, crf, kernels (auto, native,
    fused or reference), precision.

    In bfloat16, reference kernels run in TensorFlow's own graph rewrite, which is on from here to the process' end.
    """
    folder = pathlib.Path(options["encoder"])
    encoder = make_encoder(load_config(folder)) if options.get("random") else load_encoder(folder)[0]
    fused = options["kernels"] != "reference"
    model = TextModel(
        encoder=encoder,
        network=own_network(options),
        head=own_network(options).head(dropout=0.1, initializer_range=0.02),
        pooling=_pooling(options),
        compute_dtype=tf.as_dtype(options["precision"]) if fused else None,
        layer_operations=_layer_operations(options, encoder.config),
    )
    head = {variable.name.split("/")[-1]: variable for variable in model.head.weights}
    for name, values in zip(("kernel:0", "bias:0"), head_weights(options), strict=True):
        if head:  # vectors have none
            head[name].assign(values)
    if not fused and options["precision"] == "bfloat16":
        tf.config.optimizer.set_experimental_options({"auto_mixed_precision_onednn_bfloat16": True})
    return model


def _layer_operations(options: Mapping[str, Any], config: EncoderConfig) -> Any | None:
    """Those of a run with the same kernels and precision on this machine."""
    if options["kernels"] not in ("auto", "native"):
        return None
    settings = {"kernels": options["kernels"], "precision": options["precision"], "native": native_library()}
    return choose_compute(config, bfloat16_is_native=True, **settings).layer_operations


def _pooling(options: Mapping[str, Any]) -> str:
    if options.get("task") == "embed":
        return "mean"
    return "first" if options.get("random") else "pooler"


def own_graph(options: Mapping[str, Any]) -> InferenceGraph:
    """What evaluates a run: native where it has native layers, frozen where the kernels are the fused ones; options as
    of `own_model`."""
    model = own_model(options)
    if (operations := _layer_operations(options, model.encoder.config)) is not None:
        return native_graph(model, operations)
    if options["kernels"] != "reference":
        return frozen_graph(model, dtype=tf.as_dtype(options["precision"]))
    return plain_graph(model)


def exported_signature(options: Mapping[str, Any]) -> Any:
    """The signature that takes raw text, of what is exported, saved and loaded again.

    Options: as of `own_export`.

    Raises:
        ValueError: the encoder's tokenizer has no form in the graph.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        tokenizer = load_tokenizer(pathlib.Path(options["encoder"]), cache_folder=folder / "cache")
        if isinstance(tokenizer, HuggingFaceTokenizer):
            raise ValueError("The encoder's tokenizer has no form in the graph.")
        return own_export(options, folder / "model", tokenizer).signatures["serving_default"]


def own_export(options: Mapping[str, Any], folder: pathlib.Path, tokenizer: WordpieceTokenizer | None) -> Any:
    """What is exported, saved in a folder and loaded again.

    Options: encoder, labels (2), max_tokens (512), precision (float32).
    """
    graph = own_graph({"precision": "float32", **options, "kernels": "fused"})
    module = ServingModule(
        outputs=graph.outputs,
        variables=graph.variables,
        network=own_network(options),
        example_signatures=_example_signatures(options),
        tokenizer=tokenizer,
        max_tokens=options.get("max_tokens", 512),
        pairs=False,
    )
    tf.saved_model.save(module, str(folder), signatures=module.signatures())
    return tf.saved_model.load(str(folder))
