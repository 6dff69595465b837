"""A run's answer to a text, and which words it rests on."""

import dataclasses
from collections.abc import Sequence
from typing import NoReturn

import numpy as np
from scipy.special import expit

from bert_tf.batches.padding import padded_inputs
from bert_tf.errors import RunError
from bert_tf.evaluation.attribution import EmbeddingAttribution
from bert_tf.evaluation.compute_outputs import Predictor
from bert_tf.runs.run import RunFolder
from bert_tf.tasks.recipes import run_recipe
from bert_tf.text.loading import load_reference
from bert_tf.text.word_tokens import Word, WordRow, encode_words
from bert_tf.workflow.assemble import restore, served_graph

_BATCH_ROWS = 32

Scored = list[tuple[str, float]]


@dataclasses.dataclass(frozen=True)
class Explanation:
    """An answer and what it rests on.

    Attributes:
        label: The label whose score the words are held against: the predicted one unless another was asked for.
        probabilities: Of each label.
        words: Stretches of the text in order, each with what it adds to the label's log-odds; spaces add 0. Joined,
            they give the text as far as the model sees it.
        completeness_error: Relative error of the scores' sum; a few percent is good, more `steps` make it smaller.
        pair_words: The same of the second text, for a run of pairs.
        baseline_probability: Of the label for a text of unknown words, from which the words' scores count.
    """

    label: str
    probabilities: dict[str, float]
    words: Scored
    completeness_error: float
    pair_words: Scored = dataclasses.field(default_factory=list)
    baseline_probability: float | None = None


class Explainer:
    """A run's model, loaded once, for many texts.

    Args:
        run: With at least one checkpoint.

    Attributes:
        label_names: By label id.
        takes_pairs: Whether an example is two texts.
        max_tokens: Longest row; longer texts are cut, also where the run measures windows.

    Raises:
        RunError: no epoch is done. ModelError: the encoder's embeddings can't be found.
    """

    def __init__(self, run: RunFolder) -> None:
        recipe = run_recipe(run)
        self.label_names: list[str] = run.facts["label_names"]
        self.takes_pairs = recipe.data.text_pair is not None
        self.max_tokens = recipe.text.max_tokens
        self._where = str(run.path)
        self._tokenizer = load_reference(run.encoder)
        model, _ = restore(run, served=True)
        self._network = model.network
        self._predict = Predictor(served_graph(recipe, model).outputs)
        unknown = self._tokenizer.mask_token_id
        self._attribute = EmbeddingAttribution(
            model, baseline_id=self._tokenizer.pad_token_id if unknown is None else unknown
        )

    def probabilities(self, texts: Sequence[str], pairs: Sequence[str] | None = None) -> np.ndarray:
        """Of each label for each text or pair as far as it isn't cut, by the exported model's graph: float32 [N, C]."""
        return self._probabilities(self._rows(texts, pairs))

    def explain(
        self,
        texts: Sequence[str],
        pairs: Sequence[str] | None = None,
        *,
        targets: Sequence[int] | None = None,
        steps: int = 32,
    ) -> list[Explanation]:
        """See `explain_texts`."""
        rows = self._rows(texts, pairs)
        probabilities = self._probabilities(rows)
        chosen = probabilities.argmax(-1) if targets is None else np.asarray(targets)
        if len(chosen) != len(rows):
            raise RunError(f"Got {len(rows)} texts but {len(chosen)} targets.", where="explain(targets)")
        return [
            self._explained(row, own, int(target), steps)
            for row, own, target in zip(rows, probabilities, chosen, strict=True)
        ]

    def _explained(self, row: WordRow, probabilities: np.ndarray, target: int, steps: int) -> Explanation:
        found = self._attribute(row.ids, row.segments, special=row.special, target=target, steps=steps)
        words, *second = (_scored(text, found.scores) for text in row.texts)
        return Explanation(
            label=self.label_names[target],
            probabilities=dict(zip(self.label_names, map(float, probabilities), strict=True)),
            words=words,
            completeness_error=found.completeness_error,
            pair_words=second[0] if second else [],
            baseline_probability=float(expit(found.baseline_value)),
        )

    def _rows(self, texts: Sequence[str], pairs: Sequence[str] | None) -> list[WordRow]:
        if isinstance(texts, str):
            self._refuse("Expected a list of strings, got a string.")
        if self.takes_pairs != (pairs is not None):
            self._refuse(f"This run takes {'pairs of texts' if self.takes_pairs else 'single texts'}.")
        if pairs is not None and len(pairs) != len(texts):
            self._refuse(f"Got {len(texts)} texts but {len(pairs)} second texts.")
        return encode_words(self._tokenizer, texts, pairs, max_tokens=self.max_tokens)

    def _refuse(self, what: str) -> NoReturn:
        raise RunError(what, where=self._where)

    def _probabilities(self, rows: list[WordRow]) -> np.ndarray:
        if not rows:
            return np.zeros((0, len(self.label_names)), np.float32)
        # Rows of like length together, so that little is padding.
        order = np.argsort([len(row.ids) for row in rows], kind="stable")
        batches = [
            self._inputs([rows[index] for index in order[start : start + _BATCH_ROWS]])
            for start in range(0, len(rows), _BATCH_ROWS)
        ]
        return self._network.decode(self._predict(batches, order))["probabilities"].numpy()

    def _inputs(self, rows: list[WordRow]) -> dict[str, np.ndarray]:
        return padded_inputs(
            [row.ids for row in rows],
            np.array([(row.segments == 0).sum() for row in rows]),
            padded_length=max(len(row.ids) for row in rows),
            pad_id=self._tokenizer.pad_token_id,
        )


def _scored(words: Sequence[Word], scores: np.ndarray) -> Scored:
    return [(word.text, float(scores[list(word.tokens)].sum())) for word in words]


def explain_texts(
    run: RunFolder,
    texts: Sequence[str],
    *,
    targets: Sequence[int] | None = None,
    steps: int = 32,
    pairs: Sequence[str] | None = None,
) -> list[Explanation]:
    """What a run answers to each text and which words the answer rests on, by integrated gradients.

    Args:
        run: With at least one checkpoint.
        texts: N texts; what is longer than the run's `max_tokens` is cut, also where the run measures windows.
        targets: Label ids to explain, one a text; the predicted ones if not given.
        steps: Points on the path from a text of [MASK] to the text itself.
        pairs: The second texts, for a run of pairs.

    Raises:
        RunError: no epoch is done, `texts` is a single text, or pairs are missing or too many.
    """
    return Explainer(run).explain(texts, pairs, targets=targets, steps=steps)
