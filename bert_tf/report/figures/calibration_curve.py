"""How often the model is right at each level of confidence."""

from collections.abc import Mapping

from markupsafe import Markup
from matplotlib.axes import Axes

from bert_tf.evaluation.calibration import Reliability
from bert_tf.report.figures.drawing import SERIES, draw
from bert_tf.scores import score_text


def reliability_diagram(curves: Mapping[str, Reliability]) -> Markup:
    """Draw accuracy against confidence; the diagonal is a model whose probabilities mean what they say.

    Args:
        curves: By name, such as "as trained" and "scaled", two at most.
    """
    from sklearn.calibration import CalibrationDisplay

    def paint(axes: Axes) -> None:
        for (name, curve), colour, marker in zip(curves.items(), SERIES, "os", strict=False):
            display = CalibrationDisplay(curve.accuracy, curve.confidence, curve.confidence)
            display.plot(
                ax=axes, name=f"{name}: error {score_text(curve.error)}", color=colour, marker=marker, markersize=5
            )
            for confidence, accuracy, count in zip(curve.confidence, curve.accuracy, curve.counts, strict=True):
                offset = (-5, 5) if marker == "o" else (5, -11)
                axes.annotate(
                    f"{count}",
                    (confidence, accuracy),
                    offset,
                    textcoords="offset points",
                    ha="right" if marker == "o" else "left",
                    size=8,
                    color=colour,
                )
        axes.set(xlabel="confidence: probability of the predicted label", ylabel="accuracy")
        axes.set(xlim=(0, 1.08), ylim=(-0.08, 1.08))
        axes.legend(loc="upper left")

    errors = ", ".join(f"{name} {score_text(curve.error)}" for name, curve in curves.items())
    alternative = f"Reliability diagram. Expected calibration error: {errors}."
    return draw("reliability", alternative, paint, width=4.8, height=4.0)
