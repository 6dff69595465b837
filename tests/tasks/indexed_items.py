"""The run of `rank`'s specimen with its items as a catalogue: indexed once for all that look at it."""

import pathlib

import filelock
from conformance import finish
from specimens import TEXTS

from bert_tf.data.corpus import make_corpus
from bert_tf.handoff.index_rows import IndexRows
from bert_tf.handoff.index_run import index_run

TOP = 4


def index_items(*, cache: pathlib.Path, encoder: str) -> pathlib.Path:
    """The version's folder. Whoever comes second gets what is there.

    Args:
        cache: As of `finish`.
        encoder: Of the recipe.
    """
    finished = finish("rank", cache=cache, encoder=encoder)
    models = cache.parent / "conformance" / "items"
    with filelock.FileLock(f"{models}.lock"):
        if not models.exists():
            names = [f"item {number}" for number in range(len(TEXTS))]
            corpus = make_corpus(names, [text.encode() for text in TEXTS], None)
            rows = IndexRows(corpus, questions=None, top=TOP, before=None, where="items.csv")
            index_run(finished.run, rows, models, cache_folder=cache)
    return models / finished.recipe.name / "1"
