import types

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from bert_tf.tasks.classify.network import ClassifyNetwork
from bert_tf.tasks.multilabel.network import MultilabelNetwork
from bert_tf.training.fit_head import fit_head


@pytest.fixture
def vectors():
    return np.random.default_rng(5).normal(size=(30, 4)).astype(np.float32)


def fitted(network, vectors, expected, weights):
    """The head's outputs once it is fitted."""
    head = network.head(dropout=0.5, initializer_range=0.02)
    head(vectors)
    fit_head(types.SimpleNamespace(network=network, head=head), vectors, expected=expected, weights=weights)
    return network.outputs(head(vectors))["logits"].numpy()


def test_a_head_of_one_label_is_scikit_learns_logistic_regression(vectors):
    labels = np.random.default_rng(6).integers(0, 3, 30)
    weights = np.where(labels == 1, 2.0, 0.5).astype(np.float32)
    logits = fitted(ClassifyNetwork(("a", "b", "c")), vectors, labels.astype(np.int32), weights)
    peer = LogisticRegression(C=1.0, tol=1e-8, max_iter=1000).fit(vectors, labels, sample_weight=weights)
    theirs = peer.predict_log_proba(vectors)
    ours = logits - np.log(np.exp(logits).sum(1, keepdims=True))
    np.testing.assert_allclose(ours, theirs, atol=5e-3)


def test_a_head_of_several_labels_is_a_logistic_regression_for_each(vectors):
    has_label = np.random.default_rng(7).random((30, 2)) < 0.4
    network = MultilabelNetwork(("a", "b"), (0.5, 0.5), (1.0, 1.0), (0.4, 0.4))
    logits = fitted(network, vectors, has_label, np.ones(30, np.float32))
    for label in range(2):
        peer = LogisticRegression(C=1.0, tol=1e-8, max_iter=1000).fit(vectors, has_label[:, label])
        np.testing.assert_allclose(logits[:, label], peer.decision_function(vectors), atol=5e-3)
