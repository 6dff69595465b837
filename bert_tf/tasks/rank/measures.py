"""The names of what is measured of rankings of items; `metrics.py` beside it computes it."""

from bert_tf.measures import Measure

NDCG_AT_10 = Measure("ndcg_at_10", "nDCG@10", is_mean=True)
HIT_RATE_AT_10 = Measure("hit_rate_at_10", "hit rate@10", is_mean=True)
AUC = Measure("auc", "AUC", is_mean=True)
COVERAGE = Measure("coverage", "coverage")

FOLLOWED = (NDCG_AT_10, HIT_RATE_AT_10, AUC)
OTHERS = (COVERAGE,)
