"""How long the texts are, where they are cut, and whether the score depends on length."""

from collections.abc import Sequence

import numpy as np
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from bert_tf.evaluation.scores_by_length import LengthGroup
from bert_tf.plurals import capitalized
from bert_tf.report.figures.drawing import MUTED, SERIES, draw
from bert_tf.scores import score_text

_MOST_BINS = 60
_TAIL = 99.5  # percent of the rows that are drawn as they are; one endless text would flatten all others


def length_histogram(lengths: np.ndarray, *, max_tokens: int) -> Markup:
    """Draw how many texts have how many tokens, with a line where they are cut.

    Args:
        lengths: Tokens of each text before it is cut, int [N], N ≥ 1.
        max_tokens: Where it is cut.
    """
    end = max(float(np.percentile(lengths, _TAIL)), 1.1 * max_tokens)
    edges = np.histogram_bin_edges(lengths, bins="auto", range=(0, end))
    cut = float(np.mean(lengths > max_tokens))

    def paint(axes: Axes) -> None:
        axes.hist(np.minimum(lengths, end), bins=min(len(edges) - 1, _MOST_BINS), range=(0, end), color=SERIES[0])
        axes.axvline(
            max_tokens, color=SERIES[1], linewidth=2, label=f"truncated at {max_tokens} tokens: {cut:.0%} are longer"
        )
        axes.set(xlabel="tokens", ylabel="texts", xlim=(0, end))
        axes.yaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
        axes.grid(axis="x", visible=False)
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1))

    low, middle, high = np.percentile(lengths, [5, 50, 95])
    alternative = (
        f"Histogram of text lengths: 5% have fewer than {low:.0f} tokens, half fewer than {middle:.0f}, 95% fewer than "
        f"{high:.0f}. {cut:.0%} are longer than {max_tokens} and are truncated."
    )
    return draw("lengths", alternative, paint, width=4.8, height=3.4)


def score_by_length(groups: Sequence[LengthGroup], *, score: str) -> Markup:
    """Draw the score of each group of like length with its interval; `score` is its name."""
    names = [f"{group.shortest}-{group.longest}" for group in groups]
    scores = np.array([group.score for group in groups])
    ends = np.array([[group.low, group.high] for group in groups])

    def paint(axes: Axes) -> None:
        spread = np.abs(ends.T - scores)
        axes.errorbar(range(len(groups)), scores, yerr=spread, fmt="o", color=SERIES[0], ecolor=MUTED, capsize=4)
        ticks = [f"{name}\n{group.rows}" for name, group in zip(names, groups, strict=True)]
        axes.set_xticks(range(len(groups)), ticks, size=8)
        axes.set(xlabel="tokens, and number of texts", ylabel=score, xlim=(-0.5, len(groups) - 0.5))
        axes.grid(axis="x", visible=False)

    said = "; ".join(f"{name} tokens {score_text(group.score)}" for name, group in zip(names, groups, strict=True))
    return draw("score-by-length", f"{capitalized(score)} by text length: {said}.", paint, width=4.8, height=3.4)
