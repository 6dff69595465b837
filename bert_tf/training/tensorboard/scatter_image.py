"""Predicted against expected numbers as an image for TensorBoard; matplotlib draws it, without global state."""

import numpy as np
import tensorflow as tf

_DPI, _SIDE = 100, 5.0  # inches
_MOST_POINTS = 5_000


def write_scatter(writer: tf.summary.SummaryWriter, expected: np.ndarray, values: np.ndarray, *, step: int) -> None:
    """The image of one epoch, tagged `predicted_against_expected`, and the errors as a histogram, tagged `errors`.

    Args:
        writer: Of the validation rows.
        expected: float [N].
        values: What was predicted, finite, float [N].
        step: The epoch.
    """
    with writer.as_default(step=step):
        tf.summary.image(
            "predicted_against_expected",
            draw_scatter(expected, values)[None],
            description="Validation rows by label (across) and predicted number (up); answers on the line are right.",
        )
        tf.summary.histogram("errors", values - expected, description="Predicted less label, of validation rows.")


def draw_scatter(expected: np.ndarray, values: np.ndarray) -> np.ndarray:
    """An image, uint8 [height, width, 3], with a point for each row, or for 5,000 at random where there are more."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    rows = np.arange(len(expected))
    if len(rows) > _MOST_POINTS:
        rows = np.random.default_rng(0).choice(rows, _MOST_POINTS, replace=False)
    figure = Figure(figsize=(_SIDE, _SIDE), dpi=_DPI, layout="constrained")
    canvas = FigureCanvasAgg(figure)
    axes = figure.subplots()
    axes.scatter(expected[rows], values[rows], s=8, alpha=0.4, color="#0b63b5", linewidths=0)
    ends = [float(np.min(expected)), float(np.max(expected))]
    axes.plot(ends, ends, color="#57606a", linewidth=1)
    axes.set(xlabel="label", ylabel="predicted")
    axes.set_title(f"mean absolute error {np.abs(values - expected).mean():.4g}", fontsize=9)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3].copy()
