"""The names of what is measured of entities; `metrics.py` beside it computes it."""

from bert_tf.measures import Measure

MICRO_F1 = Measure("micro_f1", "entity F1")
MACRO_F1 = Measure("macro_f1", "macro F1")
ACCURACY = Measure("word_accuracy", "word accuracy")
PRECISION = Measure("precision", "entity precision")
RECALL = Measure("recall", "entity recall")
STRICT_F1 = Measure("strict_f1", "strict entity F1")
EXACT_MATCH = Measure("exact_match", "exact match", is_mean=True)

FOLLOWED = (MICRO_F1, MACRO_F1, ACCURACY)
OTHERS = (PRECISION, RECALL, STRICT_F1, EXACT_MATCH)
TABLES = ("per_class",)
LABEL_FIGURES = ("f1", "precision", "recall")
