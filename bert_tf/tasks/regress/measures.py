"""The names of what is measured of numbers; `metrics.py` beside it computes it."""

from bert_tf.measures import Measure
from bert_tf.scores import size_text

_LABEL = "unit of the label"

MAE = Measure("mae", "mean absolute error", better="less", unit=_LABEL, text=size_text, is_mean=True)
RMSE = Measure("rmse", "root mean squared error", better="less", unit=_LABEL, text=size_text)
SPEARMAN = Measure("spearman", "Spearman correlation", unit="correlation")
R_SQUARED = Measure("r2", "R²", unit="share of the variance")
PEARSON = Measure("pearson", "Pearson correlation", unit="correlation")

FOLLOWED = (MAE, RMSE, SPEARMAN)
OTHERS = (R_SQUARED, PEARSON)
