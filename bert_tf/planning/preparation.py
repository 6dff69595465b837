"""A recipe's data made ready for training, and what that came to."""

import pathlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bert_tf.data.data_report import DataReport
from bert_tf.data.load_data import Splits
from bert_tf.recipe.schema import Recipe
from bert_tf.stage import Notice
from bert_tf.workflow.encoder_checks import fitting_encoder
from bert_tf.workflow.prepare import read_splits, tokenized


@dataclass(frozen=True)
class Preparation:
    """What there is now; `as_json` makes it JSON.

    Attributes:
        report: Rows and labels by split, leakage, duplicates, bad rows with their places.
        tokens: By split, special tokens included, of texts as they are cut.
        truncated: Texts that are cut, by split.
        cache: Holds the token ids.
    """

    report: DataReport
    tokens: dict[str, int]
    truncated: dict[str, int]
    cache: pathlib.Path

    def as_json(self) -> dict[str, Any]:
        """What a program reads."""
        return {
            "report": self.report.facts(),
            "tokens": self.tokens,
            "truncated": self.truncated,
            "cache": str(self.cache),
        }


def prepare_recipe(
    recipe: Recipe,
    *,
    cache_folder: pathlib.Path,
    notice: Notice = lambda _: None,
    ahead: Callable[[Splits, pathlib.Path], None] = lambda splits, encoder_folder: None,
) -> Preparation:
    """Read, check and tokenize what `bert-tf train` would; token ids that are there already are kept.

    Args:
        recipe: Resolved.
        cache_folder: As of `train_recipe`.
        notice: Is told what is done.
        ahead: Is given the splits and the encoder's folder, and may make token ids elsewhere; what it leaves out is
            made here.

    Raises:
        BertTfError: as of `fitting_encoder` and `prepare`.
    """
    notice(f"finding the encoder {recipe.model.encoder}")
    files = fitting_encoder(recipe)
    notice("reading and checking the data")
    splits = read_splits(recipe, cache_folder=cache_folder)
    notice("tokenizing the texts")
    ahead(splits, files.folder)
    prepared = tokenized(recipe, splits, encoder_folder=files.folder, cache_folder=cache_folder)
    return Preparation(
        report=prepared.splits.report,
        tokens={split: int(ids.lengths.sum()) for split, ids in prepared.tokens.items()},
        truncated={split: int(prepared.truncated(split).sum()) for split in prepared.tokens},
        cache=cache_folder / "tokens",
    )
