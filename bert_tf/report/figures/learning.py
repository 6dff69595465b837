"""Loss and accuracy by epoch, of the training rows and of the validation rows."""

from collections.abc import Mapping, Sequence

from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from bert_tf.plurals import counted
from bert_tf.report.figures.drawing import MUTED, SERIES, draw
from bert_tf.scores import score_text

_MEASURES = {"loss": "loss", "accuracy": "accuracy"}


def learning_curves(epochs: Sequence[Mapping[str, float]], *, kept: int | None) -> Markup:
    """Draw a panel for the loss and one for the accuracy.

    Args:
        epochs: `loss`, `accuracy`, and `val_…` where there are validation rows, of each epoch.
        kept: The epoch, from 1, whose weights were kept; None where that isn't known.
    """
    steps = range(1, len(epochs) + 1)

    def paint(*axes: Axes) -> None:
        for panel, (measure, title) in zip(axes, _MEASURES.items(), strict=True):
            for prefix, colour, marker, who in (("", SERIES[0], "o", "train"), ("val_", SERIES[1], "s", "validation")):
                if all(prefix + measure in epoch for epoch in epochs):
                    values = [epoch[prefix + measure] for epoch in epochs]
                    panel.plot(steps, values, color=colour, marker=marker, markersize=4.5, label=who)
            if kept:
                panel.axvline(kept, color=MUTED, linestyle=":", linewidth=1.2, label=f"kept: epoch {kept}")
            panel.set(title=title, xlabel="epoch")
            panel.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
            panel.legend()

    return draw("learning", _in_words(epochs), paint, width=9.2, height=3.1, columns=len(_MEASURES))


def _in_words(epochs: Sequence[Mapping[str, float]]) -> str:
    last = epochs[-1]
    figures = ", ".join(
        f"{who} {measure} {score_text(last[key])}"
        for measure in _MEASURES
        for who, key in (("training", measure), ("validation", f"val_{measure}"))
        if key in last
    )
    return f"Line charts of loss and accuracy over {counted(len(epochs), 'epoch')}. At the last: {figures}."
