"""From which score on a best answer is given: chosen on questions with a right answer and questions without one."""

from dataclasses import dataclass
from typing import Any

import numpy as np

_FOLDS = 5
_SEED = 0


@dataclass(frozen=True)
class ScopeErrors:
    """What a threshold does to questions.

    Attributes:
        rejected: How many with a right answer are told that none fits.
        answered: How many without one are answered.
        in_scope, out_of_scope: How many there are of each.
    """

    rejected: int
    answered: int
    in_scope: int
    out_of_scope: int

    @property
    def balanced_error(self) -> float:
        """Mean of the share that is wrongly rejected and the share that is wrongly answered."""
        return (self.rejected / self.in_scope + self.answered / self.out_of_scope) / 2

    def facts(self) -> dict[str, float]:
        """By name, for index.json."""
        return {
            "in_scope_rejected": self.rejected,
            "out_of_scope_answered": self.answered,
            "balanced_error": round(self.balanced_error, 6),
        }


def choose_threshold(best: np.ndarray, in_scope: np.ndarray) -> float | None:
    """The score with the least balanced error: halfway between two scores, so that neither lies on it.

    It is where the receiver operating characteristic is farthest above its diagonal (Youden 1950, "Index for rating
    diagnostic tests").

    Args:
        best: Score of each question's best answer, float [N].
        in_scope: Whether it has a right answer, bool [N]; both kinds are there.

    Returns:
        None where no threshold is better than answering all or none.
    """
    from sklearn.metrics import roc_curve

    false_shares, true_shares, cuts = roc_curve(in_scope, best, drop_intermediate=False)
    gained = true_shares - false_shares
    place = int(gained.argmax())
    if gained[place] <= 0:
        return None
    lower = best[best < cuts[place]]
    return float((cuts[place] + lower.max()) / 2) if len(lower) else float(cuts[place])


def scope_errors(best: np.ndarray, in_scope: np.ndarray, threshold: float) -> ScopeErrors:
    """What a threshold does to questions; the arguments are those of `choose_threshold`."""
    fits = best >= threshold
    inside = int(in_scope.sum())
    return ScopeErrors(
        rejected=int((in_scope & ~fits).sum()),
        answered=int((~in_scope & fits).sum()),
        in_scope=inside,
        out_of_scope=len(best) - inside,
    )


def held_out_errors(best: np.ndarray, in_scope: np.ndarray) -> tuple[ScopeErrors, int] | None:
    """The same for thresholds that were each chosen on the other questions, and in how many parts these were split.

    A threshold does better on the questions that it was chosen on than on others: of each part only the errors of the
    threshold that the other parts choose are counted. Arguments as of `choose_threshold`.

    Returns:
        None with fewer than two questions of a kind, or where some parts choose none.
    """
    from sklearn.model_selection import StratifiedKFold

    folds = min(_FOLDS, int(in_scope.sum()), int((~in_scope).sum()))
    if folds < 2:
        return None
    rejected = answered = 0
    for others, part in StratifiedKFold(folds, shuffle=True, random_state=_SEED).split(best, in_scope):
        threshold = choose_threshold(best[others], in_scope[others])
        if threshold is None:
            return None
        found = scope_errors(best[part], in_scope[part], threshold)
        rejected, answered = rejected + found.rejected, answered + found.answered
    inside = int(in_scope.sum())
    return ScopeErrors(rejected, answered, inside, len(best) - inside), folds


def scope_facts(best: np.ndarray, in_scope: np.ndarray) -> dict[str, Any]:
    """How well the best score tells questions with a right answer from those without one, for index.json.

    Args:
        best: Score of each question's best answer, float [N].
        in_scope: Whether it has a right answer, bool [N].

    Returns:
        `questions` by kind; with both kinds `area_under_curve`, `threshold` (None where none helps), `errors` on the
        questions that it was chosen on, and `held_out_errors` as of `held_out_errors`, with `parts`.
    """
    inside = int(in_scope.sum())
    counts = {"questions": {"in_scope": inside, "out_of_scope": len(best) - inside}}
    if not 0 < inside < len(best):
        return counts
    from sklearn.metrics import roc_auc_score

    threshold, held_out = choose_threshold(best, in_scope), held_out_errors(best, in_scope)
    return {
        **counts,
        "area_under_curve": round(float(roc_auc_score(in_scope, best)), 6),
        "threshold": threshold,
        "errors": None if threshold is None else scope_errors(best, in_scope, threshold).facts(),
        "held_out_errors": None if held_out is None else {**held_out[0].facts(), "parts": held_out[1]},
    }


def recall_facts(ranked: np.ndarray, answers: np.ndarray) -> dict[str, float]:
    """How often the right answer is among the first, for index.json.

    Args:
        ranked: Places of the answers that are found, best first, int [N, k].
        answers: Place of the right one, int [N], N ≥ 1.

    Returns:
        `recall@1`, `recall@k`, and the mean reciprocal rank `mrr@k`, which counts 0 where it is not among the k.
    """
    hits = ranked == answers[:, np.newaxis]
    top, found = hits.shape[1], hits.any(1)
    reciprocal = np.where(found, 1 / (1 + hits.argmax(1)), 0.0)
    facts = {"recall@1": hits[:, 0].mean(), f"recall@{top}": found.mean(), f"mrr@{top}": reciprocal.mean()}
    return {name: round(float(value), 6) for name, value in facts.items()}
