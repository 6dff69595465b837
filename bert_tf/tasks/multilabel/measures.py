"""The names of what is measured of sets of labels; `metrics.py` beside it computes it."""

from bert_tf.measures import Measure

MACRO_F1 = Measure("macro_f1", "macro F1")
MICRO_F1 = Measure("micro_f1", "micro F1")
MEAN_AVERAGE_PRECISION = Measure("mean_average_precision", "mean average precision")
EXACT_MATCH = Measure("exact_match", "exact match", is_mean=True)
LOG_LOSS = Measure("log_loss", "log loss", better="less", unit="nats per label", epoch_key="loss")

FOLLOWED = (MACRO_F1, MICRO_F1, MEAN_AVERAGE_PRECISION, LOG_LOSS)
OTHERS = (EXACT_MATCH,)
TABLES = ("per_class",)
# Figures of a single label that are shares, with their headings in tables; None for a label without any.
SHARES = {
    "threshold": "threshold",
    "precision": "precision",
    "recall": "recall",
    "f1": "F1",
    "average_precision": "average precision",
}
LABEL_FIGURES = ("f1", "precision", "recall", "average_precision")
