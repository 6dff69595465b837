"""The names of what is measured of single labels; `metrics.py` beside it computes it."""

from bert_tf.measures import Measure

ACCURACY = Measure("accuracy", "accuracy", is_mean=True)
MACRO_F1 = Measure("macro_f1", "macro F1")
WEIGHTED_F1 = Measure("weighted_f1", "weighted F1")
LOG_LOSS = Measure("log_loss", "log loss", better="less", unit="nats", epoch_key="loss")

FOLLOWED = (ACCURACY, MACRO_F1, LOG_LOSS)
OTHERS = (WEIGHTED_F1,)
TABLES = ("per_class",)
LABEL_FIGURES = ("f1", "precision", "recall")
