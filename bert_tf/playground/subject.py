"""The model behind the page: loaded once, it answers and says which words an answer rests on."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np

from bert_tf.environment import cache_folder
from bert_tf.errors import RunError
from bert_tf.evaluation.compute_outputs import in_order
from bert_tf.evaluation.predictions import read_predictions
from bert_tf.export.folders import handoff_folder
from bert_tf.export.golden import read_golden
from bert_tf.export.task_serving import Served, TaskServing
from bert_tf.playground.catalogue import Catalogue, load_catalogue
from bert_tf.playground.occlusion import occlude
from bert_tf.ragged_rows import RaggedRows, RowValues
from bert_tf.runs.run import RunFolder
from bert_tf.runs.run_metrics import MEASURED
from bert_tf.tasks.exported import load_exported
from bert_tf.tasks.table import task_of_values
from bert_tf.workflow.explain import Explainer
from bert_tf.workflow.opened_run import OpenedRun
from bert_tf.workflow.source import Source

_EXAMPLES = 6

Scored = list[tuple[str, float]]
Example = tuple[str, str | None]  # a text and its pair


@dataclasses.dataclass(frozen=True)
class WordScores:
    """What each word adds to the value that is explained, such as a label's log-odds.

    Attributes:
        words: Stretches of the text in order; joined, they are the text as far as the model reads it.
        pair_words: Of the second text.
        completeness_error: As of `workflow.explain.Explanation`; None for occlusion.
        baseline: The same; empty for occlusion.
        words_at_a_time: How many words share a score.
    """

    words: Scored
    pair_words: Scored
    completeness_error: float | None = None
    baseline: Mapping[str, float] = dataclasses.field(default_factory=dict)
    words_at_a_time: int = 1


class Subject(Protocol):
    """A model that can be played with.

    Attributes:
        name: Of the recipe or the model.
        method: "integrated gradients" or "occlusion".
        serving: What is served of its task.
        takes_pairs: Whether an example is two texts.
        max_tokens: Longest row; longer texts are cut.
        examples: A few texts to begin with.
        catalogue: Of a model with an index its items or answers.
    """

    name: str
    method: str
    serving: TaskServing
    takes_pairs: bool
    max_tokens: int
    examples: list[Example]
    catalogue: Catalogue | None

    def outputs(self, texts: Sequence[str], pairs: Sequence[str] | None = None) -> Served:
        """What is served of each text or pair, N ≥ 1, by name."""

    def word_scores(self, text: str, pair: str | None, *, target: int) -> WordScores:
        """What each word of a text, or pair, adds to one of the serving's targets."""


def load_subject(source: Source) -> Subject:
    """Load what was found; raises BertTfError where it can't be."""
    return RunSubject(RunFolder(source.path)) if source.kind == "run" else ModelSubject(source)


def warm_up(subject: Subject) -> None:
    """Have a subject answer and explain once: graphs are traced by the first question, which takes seconds."""
    text, pair = subject.examples[0] if subject.examples else ("word", "word" if subject.takes_pairs else None)
    subject.outputs([text], None if pair is None else [pair])
    subject.word_scores(text, pair, target=0)


class RunSubject:
    """A run: gradients tell what its answers rest on."""

    method = "integrated gradients"
    catalogue: Catalogue | None = None

    def __init__(self, run: RunFolder) -> None:
        opened = OpenedRun(run, cache_folder=cache_folder())
        self._explainer = Explainer(opened)
        self.name = opened.recipe.name
        self.serving = opened.serving
        self.takes_pairs = self._explainer.takes_pairs
        self.max_tokens = self._explainer.max_tokens
        self.examples = _measured_examples(run)

    def outputs(self, texts: Sequence[str], pairs: Sequence[str] | None = None) -> Served:
        """See `Subject`."""
        return self._explainer.outputs(texts, pairs)

    def word_scores(self, text: str, pair: str | None, *, target: int) -> WordScores:
        """See `Subject`."""
        pairs = None if pair is None else [pair]
        found = self._explainer.explain([text], pairs, targets=[target])[0]
        return WordScores(found.words, found.pair_words, found.completeness_error, found.baseline)


class ModelSubject:
    """An exported model: it gives no gradients, so words are left out one by one."""

    method = "occlusion"

    def __init__(self, source: Source) -> None:
        self._model = load_exported(source.path)
        manifest = self._model.manifest
        self.name = manifest["name"]
        self.serving = self._model.serving
        self.takes_pairs = "text_pair" in manifest["signatures"]["serving_default"]["inputs"]
        self.max_tokens = manifest["max_tokens"]
        requests = [line["request"] for line in read_golden(handoff_folder(source.path) / "golden" / "requests.jsonl")]
        named = [(request["text"], request.get("text_pair")) for request in requests if request.get("text")]
        self.examples = named[:_EXAMPLES]
        self.catalogue = load_catalogue(self._model, source.path)

    def outputs(self, texts: Sequence[str], pairs: Sequence[str] | None = None) -> Served:
        """See `Subject`."""
        # Texts of like length together, so that little is padding.
        order = np.argsort([len(text) for text in texts], kind="stable")
        firsts = [texts[index] for index in order]
        seconds = None if pairs is None else [pairs[index] for index in order]
        return in_order(list(self._model.outputs(firsts, seconds)), order)

    def word_scores(self, text: str, pair: str | None, *, target: int) -> WordScores:
        """See `Subject`."""
        texts = (text,) if pair is None else (text, pair)
        scored, size = occlude(texts, lambda rows: self._explained(rows, target), most_words=self.max_tokens)
        return WordScores(scored[0], scored[1] if pair is not None else [], words_at_a_time=size)

    def _explained(self, rows: Sequence[tuple[str, ...]], target: int) -> np.ndarray:
        firsts, *seconds = zip(*rows, strict=True)
        return self.serving.explained(self.outputs(firsts, seconds[0] if seconds else None), target)


def _measured_examples(run: RunFolder) -> list[Example]:
    """A text of each value that the run was measured on, as far as it kept them."""
    columns = task_of_values(run.recipe_values).columns()
    for split in reversed(MEASURED):
        try:
            rows = read_predictions(run.measured_predictions(split), columns)
        except RunError:
            continue
        return [(rows.text(index), rows.pair(index)) for index in _first_of_each(rows.answers.expected)[:_EXAMPLES]]
    return []


def _first_of_each(expected: RowValues) -> list[int]:
    """The first row of each value; where rows differ in length, nearly each has one of its own."""
    if isinstance(expected, RaggedRows):
        return list(range(len(expected)))
    _, firsts = np.unique(expected, return_index=True, axis=0)
    return sorted(map(int, firsts))
