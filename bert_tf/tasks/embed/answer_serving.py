"""What is served of vectors beside a corpus of answers: the answers that are nearest to a question."""

import types
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from bert_tf.documents import check_table
from bert_tf.errors import EXPORT_AGAIN, VerifyError
from bert_tf.export.answer_search import NONE_FITS, SCORES
from bert_tf.export.task_serving import ExampleSignature, Served, TextOutputs
from bert_tf.plurals import counted
from bert_tf.scores import score_text
from bert_tf.tasks.embed.serving import EmbedServing

if TYPE_CHECKING:
    from bert_tf.export.card_words import CardWords

_NO_ANSWER = "no answer fits"
_ANSWER = (("id", pa.string()), ("text", pa.string()), ("score", pa.float32()))


class AnswerServing:
    """See `TaskServing`. Outputs are those of `AnswerSearch`, with the columns `ids`, `texts` and maybe `metadata`.

    Args:
        facts: What the manifest says of the answers.
        vectors: What is served of the vectors by themselves.

    Raises:
        VerifyError: it doesn't say what each has.
    """

    numbers = SCORES
    compared_outputs: Sequence[str] = (numbers,)
    unit = "score"
    # float32 sums in another order differ by about 1e-6, and a wrong weight or id by far more.
    tolerance = 2e-5
    allowed_difference = 0.1
    decimals = 4
    file_decimals: int | None = 6
    targets: Sequence[str] = ("best score",)
    ordered_outputs: Sequence[str] = ()
    padded_outputs: Mapping[str, str] = types.MappingProxyType({})
    numbers_suffice = False
    example_signatures: Sequence[ExampleSignature] = ()
    text_signatures: Mapping[str, TextOutputs] = EmbedServing.text_signatures

    def __init__(self, facts: Mapping[str, Any], vectors: EmbedServing | None = None) -> None:
        self._vectors = EmbedServing() if vectors is None else vectors
        try:
            self._facts = check_table(facts, {"rows": int, "top": int, "metadata": bool, "report": dict})
            self._threshold = _threshold(self._facts)
        except ValueError as problem:
            raise VerifyError(
                f"The exported model's manifest doesn't say what its answers are: {problem}.",
                where="manifest.json: answers",
                hint=EXPORT_AGAIN,
            ) from problem
        more = [("metadata", pa.string())] if self._facts["metadata"] else []
        self._answers_type = pa.list_(pa.struct([*_ANSWER, *more]))
        decided = [] if self._threshold is None else [(NONE_FITS, pa.bool_())]
        best = [("answer_id", pa.string()), ("answer", pa.string()), ("answer_score", pa.float32())]
        self.columns = pa.schema([*best, *decided, ("answers", self._answers_type)])

    def manifest_facts(self) -> dict[str, Any]:
        """`answers`."""
        return {"answers": dict(self._facts)}

    def answers(self, outputs: Served) -> list[dict[str, Any]]:
        """`answers`, best first, each with `id`, `text`, `score` and maybe `metadata` in JSON; with a threshold
        `none_fits`."""
        return [
            {
                "answers": list(_found(outputs, row)),
                **({} if self._threshold is None else {NONE_FITS: bool(outputs[NONE_FITS][row])}),
            }
            for row in range(len(outputs[SCORES]))
        ]

    def answer_cells(self, answer: Mapping[str, Any]) -> list[str]:
        """Id, score and text of the best answer, or that none fits."""
        best = answer["answers"][0]
        if answer.get(NONE_FITS):
            return [_NO_ANSWER, score_text(best["score"]), ""]
        return [best["id"], score_text(best["score"]), best["text"]]

    def marked_text(self, answer: Mapping[str, Any], text: str) -> str:
        """Without marks: the answer is about all of it."""
        return text

    def arrays(self, outputs: Served) -> list[pa.Array]:
        """The best answer, whether none fits, and all that were found, with their metadata in JSON."""
        found = [list(_found(outputs, row)) for row in range(len(outputs[SCORES]))]
        best = [each[0] for each in found]
        decided = [] if self._threshold is None else [pa.array(outputs[NONE_FITS].astype(bool))]
        return [
            pa.array([one["id"] for one in best], pa.string()),
            pa.array([one["text"] for one in best], pa.string()),
            pa.array(outputs[SCORES][:, 0].astype(np.float32)),
            *decided,
            pa.array(found, self._answers_type),
        ]

    def tally(self) -> "AnswerTally":
        """Of answers."""
        return AnswerTally(is_decided=self._threshold is not None)

    def decisions(self, outputs: Served) -> np.ndarray:
        """The id of the best answer, or that none fits: object [N]."""
        best = [name.decode() for name in outputs["ids"][:, 0]]
        fits = ~outputs[NONE_FITS] if self._threshold is not None else np.ones(len(best), bool)
        decided = np.empty(len(best), object)
        decided[:] = [(name,) if is_one else () for name, is_one in zip(best, fits, strict=True)]
        return decided

    def is_decided(self, outputs: Served, tolerance: float) -> np.ndarray:
        """Whether the answers keep their order, and the best its side of the threshold, bool [N]; what is behind the
        last of them is not known."""
        scores = outputs[SCORES].astype(np.float64)
        stays = np.asarray((-np.diff(scores, axis=1) > 2 * tolerance).all(1))
        return stays if self._threshold is None else stays & (np.abs(scores[:, 0] - self._threshold) > tolerance)

    def predicted_targets(self, outputs: Served) -> np.ndarray:
        """The only one, int64 [N]."""
        return np.zeros(len(outputs[SCORES]), np.int64)

    def explained(self, outputs: Served, target: int) -> np.ndarray:
        """The score of the best answer."""
        return outputs[SCORES][:, 0].astype(np.float64)

    def baseline_facts(self, value: float) -> dict[str, float]:
        """`baseline_score`."""
        return {"baseline_score": value}

    def card(
        self, measured: Mapping[str, Any], data: Mapping[str, Any], compared: Mapping[str, Any] | None
    ) -> "CardWords":
        """See `TaskServing`: what is said of the vectors, and of the answers and questions."""
        from bert_tf.tasks.embed.answer_card import answer_words

        return answer_words(self._vectors.card(measured, data, compared), self._facts)


class AnswerTally:
    """How many questions are answered; `is_decided` where some may not be."""

    def __init__(self, *, is_decided: bool) -> None:
        self._is_decided = is_decided
        self._rows, self._rejected = 0, 0

    def add(self, outputs: Served) -> None:
        """See `Tally`."""
        self._rows += len(outputs[SCORES])
        self._rejected += int(outputs[NONE_FITS].sum()) if self._is_decided else 0

    def join(self, facts: Mapping[str, Any], *, rows: int) -> None:
        """See `Tally`."""
        self._rows += rows
        self._rejected += int(facts.get(NONE_FITS, 0))

    def facts(self) -> dict[str, Any]:
        """`answered`, and `none_fits` where it is decided."""
        answered = {"answered": self._rows - self._rejected}
        return {**answered, NONE_FITS: self._rejected} if self._is_decided else answered

    def text(self) -> str:
        """`30 questions answered · 2 that no answer fits`."""
        answered = f"{counted(self._rows - self._rejected, 'question')} answered"
        return f"{answered} · {self._rejected:,} that no answer fits" if self._is_decided else answered


def _found(outputs: Served, row: int) -> Iterator[dict[str, Any]]:
    names = {"id": "ids", "text": "texts", "metadata": "metadata"}
    columns = {key: outputs[name][row] for key, name in names.items() if name in outputs}
    for place, score in enumerate(outputs[SCORES][row]):
        told = {key: values[place].decode() for key, values in columns.items()}
        yield {"id": told.pop("id"), "text": told.pop("text"), "score": float(score), **told}


def _threshold(facts: Mapping[str, Any]) -> float | None:
    value = facts.get("threshold")
    if value is None:
        return None
    if not isinstance(value, float) or not np.isfinite(value):
        raise ValueError("its threshold is not a number")
    return value
