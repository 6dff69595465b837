"""What a recipe would train on, before an hour is spent: counts, lengths, samples."""

import dataclasses
import pathlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from bert_tf.data.data_report import DataReport
from bert_tf.data.examples import Examples
from bert_tf.models.languages import language_mismatch
from bert_tf.recipe.schema import Recipe
from bert_tf.stage import Notice
from bert_tf.workflow.encoder_checks import fitting_encoder
from bert_tf.workflow.prepare import prepare

_PERCENTILES = (50, 90, 95, 99)


@dataclass(frozen=True)
class Lengths:
    """Tokens of a split's texts, special tokens included, before they are cut.

    Attributes:
        percentiles: Tokens by percentile: so many have this share of the texts at most.
        longest: Of any text.
        truncated: Texts that are cut.
        truncated_share: Of all texts of the split.
    """

    percentiles: dict[int, int]
    longest: int
    truncated: int
    truncated_share: float


@dataclass(frozen=True)
class Sample:
    """A row as it is trained on.

    Attributes:
        place: File and line, or source and row.
        text, pair: Whole.
        tokens: Before it is cut.
    """

    place: str
    text: str
    pair: str | None
    tokens: int


@dataclass(frozen=True)
class Preview:
    """What there is; `as_json` makes it JSON.

    Attributes:
        report: Rows and labels by split, leakage, duplicates, bad rows with their places.
        max_tokens: Where texts are cut.
        lengths: By split.
        samples: Rows of train by label, or by another group that the task makes, drawn with the recipe's seed.
        language: A sentence, where the encoder has not read the language of the texts; else empty.
    """

    report: DataReport
    max_tokens: int
    lengths: dict[str, Lengths]
    samples: dict[str, list[Sample]]
    language: str

    def as_json(self) -> dict[str, Any]:
        """What a program reads; JSON-able."""
        return {**dataclasses.asdict(self), "report": self.report.facts()}


def preview_recipe(
    recipe: Recipe, *, cache_folder: pathlib.Path, samples: int = 2, notice: Notice = lambda _: None
) -> Preview:
    """Read, check and tokenize what `bert-tf train` would; it finds the token ids in the cache afterwards.

    Args:
        recipe: Resolved.
        cache_folder: As of `train_recipe`.
        samples: Rows of each group to show.
        notice: Is told what is done.

    Raises:
        BertTfError: as of `fitting_encoder` and `prepare`.
    """
    notice(f"finding the encoder {recipe.model.encoder}")
    files = fitting_encoder(recipe)
    prepared = prepare(recipe, encoder_folder=files.folder, cache_folder=cache_folder, notice=notice)
    notice("counting tokens")
    whole = {split: prepared.whole_lengths(split) for split in prepared.examples}
    return Preview(
        report=prepared.splits.report,
        max_tokens=recipe.text.max_tokens,
        lengths={split: _lengths(counts, recipe.text.max_tokens) for split, counts in whole.items()},
        samples=_samples(
            prepared.examples["train"],
            whole["train"],
            groups=prepared.splits.target.groups(prepared.splits.train.targets),
            each=samples,
            seed=recipe.data.seed,
        ),
        language=language_mismatch(recipe.model.encoder, prepared.examples["train"]),
    )


def _lengths(counts: np.ndarray, max_tokens: int) -> Lengths:
    truncated = int((counts > max_tokens).sum())
    # The smallest length that at least this share of the texts has at most: no length that no text has.
    percentiles = np.percentile(counts, _PERCENTILES, method="inverted_cdf")
    return Lengths(
        percentiles={share: int(length) for share, length in zip(_PERCENTILES, percentiles, strict=True)},
        longest=int(counts.max()),
        truncated=truncated,
        truncated_share=truncated / len(counts),
    )


def _samples(
    rows: Examples, lengths: np.ndarray, *, groups: Mapping[str, np.ndarray], each: int, seed: int
) -> dict[str, list[Sample]]:
    draw = np.random.default_rng(seed)
    found = {}
    for name, there in groups.items():
        chosen = np.sort(draw.permutation(there)[:each])
        found[name] = [_sample(rows, int(row), int(lengths[row])) for row in chosen]
    return found


def _sample(rows: Examples, row: int, tokens: int) -> Sample:
    pairs = rows.pairs(row, row + 1)
    return Sample(rows.place(row), rows.text(row), pairs[0].decode() if pairs else None, tokens)
