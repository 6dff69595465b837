"""The loss and the score that runs are judged by, by epoch, of the training rows and of the validation rows."""

from collections.abc import Mapping, Sequence

from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from bert_tf.measures import Measure
from bert_tf.plurals import counted
from bert_tf.report.figures.drawing import MUTED, SERIES, draw
from bert_tf.scores import score_text


def followed_by_epoch(measures: Sequence[Measure]) -> dict[str, str]:
    """What is drawn of epochs, by its key among their figures: the loss, and the measure that tells most.

    Args:
        measures: Of the task, the one that tells most first.
    """
    return {"loss": "loss", **{measure.epoch_key or measure.key: measure.name for measure in measures[:1]}}


def learning_curves(epochs: Sequence[Mapping[str, float]], panels: Mapping[str, str], *, kept: int | None) -> Markup:
    """Draw a panel for each of these figures.

    Args:
        epochs: Their values, such as `loss`, and `val_…` where there are validation rows, of each epoch.
        panels: As of `followed_by_epoch`.
        kept: The epoch, from 1, whose weights were kept; None where that isn't known.
    """
    steps = range(1, len(epochs) + 1)

    def paint(*axes: Axes) -> None:
        for panel, (measure, title) in zip(axes, panels.items(), strict=True):
            for prefix, colour, marker, who in (("", SERIES[0], "o", "train"), ("val_", SERIES[1], "s", "validation")):
                if all(prefix + measure in epoch for epoch in epochs):
                    values = [epoch[prefix + measure] for epoch in epochs]
                    panel.plot(steps, values, color=colour, marker=marker, markersize=4.5, label=who)
            if kept:
                panel.axvline(kept, color=MUTED, linestyle=":", linewidth=1.2, label=f"kept: epoch {kept}")
            panel.set(title=title, xlabel="epoch")
            panel.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
            panel.legend()

    return draw("learning", _in_words(epochs, panels), paint, width=9.2, height=3.1, columns=len(panels))


def _in_words(epochs: Sequence[Mapping[str, float]], panels: Mapping[str, str]) -> str:
    last = epochs[-1]
    figures = ", ".join(
        f"{who} {name} {score_text(last[key])}"
        for measure, name in panels.items()
        for who, key in (("training", measure), ("validation", f"val_{measure}"))
        if key in last
    )
    return (
        f"Line charts of {' and '.join(panels.values())} over {counted(len(epochs), 'epoch')}. At the last: {figures}."
    )
