"""The names of what is measured of vectors; `metrics.py` beside it computes it."""

from bert_tf.measures import Measure

RECALL_AT_1 = Measure("recall_at_1", "recall@1", is_mean=True)
RECALL_AT_5 = Measure("recall_at_5", "recall@5", is_mean=True)
RECALL_AT_10 = Measure("recall_at_10", "recall@10", is_mean=True)
MRR = Measure("mrr", "MRR", is_mean=True)
NDCG_AT_10 = Measure("ndcg_at_10", "nDCG@10", is_mean=True)

FOLLOWED = (RECALL_AT_1, RECALL_AT_10, MRR)
OTHERS = (RECALL_AT_5, NDCG_AT_10)
