"""What every version of a run's model is written with: the module, its warm-up, what stands beside it, equal ids."""

import functools
import pathlib
from collections.abc import Callable, Iterable, Sequence
from typing import cast

from bert_tf.errors import ExportError, TextError
from bert_tf.export.answer_search import AnswerSearch
from bert_tf.export.batch_sizes import batch_sizes
from bert_tf.export.beside import FactsWriter
from bert_tf.export.deployment import write_deployment
from bert_tf.export.hub.write_hub import write_hub
from bert_tf.export.signatures import ServingModule
from bert_tf.export.task_serving import TaskServing
from bert_tf.export.warmup_requests import write_warmup
from bert_tf.models.frozen.frozen_model import InferenceGraph
from bert_tf.models.task_network import HistoryNetwork
from bert_tf.text.huggingface import HuggingFaceTokenizer
from bert_tf.text.loading import load_reference
from bert_tf.text.parity import check_parity, check_rows
from bert_tf.text.tokenizer import WordpieceTokenizer
from bert_tf.text.torture import TORTURE_TEXTS
from bert_tf.workflow.disk_needs import writes_hub
from bert_tf.workflow.expected_words import Tokenizer
from bert_tf.workflow.long_texts import longest_measured
from bert_tf.workflow.opened_run import OpenedRun

# Some texts, or pairs, and what says where they are of.
Rows = tuple[str, Sequence[bytes], Sequence[bytes] | None]


def in_graph(tokenizer: Tokenizer) -> WordpieceTokenizer | None:
    """The tokenizer where it can be built into the graph."""
    return None if isinstance(tokenizer, HuggingFaceTokenizer) else tokenizer


def serving_module(opened: OpenedRun, graph: InferenceGraph, *, search: AnswerSearch | None = None) -> ServingModule:
    """What is served of a run's graph, and with `search` of the answers it finds."""
    return ServingModule(
        outputs=graph.outputs,
        variables=graph.variables,
        network=opened.network,
        example_signatures=opened.serving.example_signatures,
        tokenizer=in_graph(opened.tokenizer),
        max_tokens=opened.recipe.text.max_tokens,
        pairs=opened.takes_pairs,
        windows=opened.windows,
        text_signatures=opened.serving.text_signatures,
        search=search,
        ranks=opened.task.events is not None,
    )


def warmup_writer(opened: OpenedRun, *, signatures: Sequence[str] = ()) -> Callable[[pathlib.Path], None]:
    """Writes the warm-up requests into a version's folder; `signatures` are those of texts beside the task's own."""
    recipe = opened.recipe
    return functools.partial(
        write_warmup,
        name=recipe.name,
        tokenizer=in_graph(opened.tokenizer),
        max_tokens=recipe.text.max_tokens,
        pairs=opened.takes_pairs,
        windows=opened.windows,
        sizes=batch_sizes(recipe.export.max_batch_size),
        text_signatures=[*opened.serving.text_signatures, *signatures],
        histories=cast(HistoryNetwork, opened.network) if opened.task.events else None,
        example_apis=[signature.api for signature in opened.serving.example_signatures],
    )


def deployment_writer(opened: OpenedRun, serving: TaskServing) -> FactsWriter:
    """Writes `serving/`."""
    return functools.partial(write_deployment, serving=serving, sizes=batch_sizes(opened.recipe.export.max_batch_size))


def beside_writers(opened: OpenedRun) -> dict[str, FactsWriter]:
    """What writes the folders beside a version: `serving/`, and `hub/` where the recipe wants it."""
    recipe = opened.recipe
    hub = functools.partial(
        write_hub,
        model=opened.model,
        pooling=opened.facts["pooling"],
        encoder_folder=opened.encoder,
        tokenizer=in_graph(opened.tokenizer),
        max_tokens=recipe.text.max_tokens,
    )
    has_hub = writes_hub(recipe.export, opened.model.encoder.config)
    serving = deployment_writer(opened, opened.serving)
    return {"serving": serving, **({"hub": lambda folder, _: hub(folder)} if has_hub else {})}


def rows_with_equal_ids(opened: OpenedRun, tokenizer: Tokenizer, blocks: Iterable[Rows]) -> int | None:
    """How many rows have equal ids in the graph and in Hugging Face's tokenizer; None without the graph's.

    The built-in texts are compared whole, and the rows as they are trained on and served: with special tokens, cut, and
    packed in pairs.

    Raises:
        ExportError: the ids of a row differ.
    """
    if isinstance(tokenizer, HuggingFaceTokenizer):
        return None
    reference = load_reference(opened.encoder)
    longest, compared = longest_measured(opened.recipe.text.model_dump()), len(TORTURE_TEXTS)
    try:
        check_parity(tokenizer, reference, TORTURE_TEXTS, where="the built-in texts")
        for where, texts, pairs in blocks:
            check_rows(tokenizer, reference, texts, pairs, max_tokens=longest, where=where)
            compared += len(texts)
    except TextError as problem:
        raise ExportError(
            f"Not exported: {problem.what}", where=f"{opened.folder.path}: {problem.where}", hint=problem.hint
        ) from problem
    return compared
