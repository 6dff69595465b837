"""Places of words as an exported model serves them, against Hugging Face's offset mapping.

    python -m benchmarks.offsets [--encoder FOLDER] [--imdb-folder FOLDER] [--chinese FILE …] [--fuzz COUNT]

A SavedModel of the task `tag` is written and loaded again whose head calls every word an entity, so that the entities
that it answers with are all words of a text, in characters and in bytes. Corpora are those of `benchmarks.tokenizer`;
texts with combining marks that Unicode's canonical order moves are left out, as Hugging Face counts those where they
have moved to. Exits with status 1 on any difference.
"""

import argparse
import os
import pathlib
import sys
import tempfile
from collections.abc import Sequence
from typing import Any

os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import tensorflow as tf

from benchmarks.tokenizer import add_corpora, batches, corpora_of, moves_marks, words_of
from bert_tf.export.signatures import ServingModule, save
from bert_tf.models.task_network import Outputs
from bert_tf.tasks.tag.network import TagNetwork
from bert_tf.text.fast_tokenizer import FastTokenizer
from bert_tf.text.huggingface import HuggingFaceTokenizer
from bert_tf.text.loading import load_reference, load_tokenizer
from bert_tf.text.tokenizer import WordpieceTokenizer

_MOST_TOKENS = 1 << 20
_BEGINS_WORD = (0.0, 9.0, 0.0)  # logits of O, B and I


def main() -> int:
    """Prints the table; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.offsets", description=__doc__.split("\n")[0])
    add_corpora(parser)
    options = parser.parse_args()
    reference, differ = load_reference(options.encoder), 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        tokenizer = load_tokenizer(options.encoder, cache_folder=folder / "cache")
        if isinstance(tokenizer, HuggingFaceTokenizer):
            sys.exit(f"{options.encoder} holds no WordPiece tokenizer.")
        models = [exported_words(tokenizer, folder / str(unit), counts_bytes=unit) for unit in (False, True)]
        for corpus, texts in corpora_of(options).items():
            settled = [text for text in texts() if not moves_marks(text.decode("utf-8", "replace"))]
            found = [sum(_differ(models, reference, batch)) for batch in batches(settled)]
            differ += sum(found)
            print(f"{corpus:10} {len(settled):8,} texts {sum(found):6} differ in places of words", flush=True)
    return int(differ > 0)


def exported_words(tokenizer: WordpieceTokenizer, folder: pathlib.Path, *, counts_bytes: bool) -> Any:
    """A signature from texts to all their words as entities, out of a SavedModel in an empty folder."""

    def outputs(inputs: dict[str, tf.Tensor]) -> Outputs:
        shape = tf.concat([tf.shape(inputs["input_ids"]), [len(_BEGINS_WORD)]], 0)
        return {"logits": tf.broadcast_to(tf.constant(_BEGINS_WORD), shape)}

    module = ServingModule(
        outputs=outputs,
        variables=[],
        network=TagNetwork(("word",), counts_bytes=counts_bytes),
        example_signatures=(),
        tokenizer=tokenizer,
        max_tokens=_MOST_TOKENS,
        pairs=False,
    )
    save(module, folder)
    return tf.saved_model.load(str(folder)).signatures["serving_default"]


def _differ(models: Sequence[Any], reference: FastTokenizer, texts: Sequence[bytes]) -> list[bool]:
    """Whether each text has a word at another place, by either model."""
    in_characters, in_bytes = (_spans(model, texts) for model in models)
    decoded = [text.decode("utf-8", "replace") for text in texts]
    reference.backend.no_truncation()
    encodings = reference.backend.encode_batch(decoded, add_special_tokens=False)
    found = []
    for text, of_bytes, own, encoding in zip(texts, in_bytes, in_characters, encodings, strict=True):
        words = [text[start:end].decode("utf-8", "replace") for start, end in of_bytes]
        same_bytes = words == [text.decode("utf-8", "replace")[start:end] for start, end in own]
        found.append(own != words_of(encoding) or not same_bytes)
    return found


def _spans(model: Any, texts: Sequence[bytes]) -> list[list[tuple[int, int]]]:
    answers = model(text=tf.constant(list(texts), tf.string))
    columns = [answers[name].numpy().tolist() for name in ("starts", "ends", "count")]
    return [list(zip(starts[:count], ends[:count], strict=True)) for starts, ends, count in zip(*columns, strict=True)]


if __name__ == "__main__":
    sys.exit(main())
