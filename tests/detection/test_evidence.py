import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit
from scipy.stats import betabinom, binom

from bert_tf.detection.evidence import surge_evidence

RATIOS = (1.25, 1.55, 2.4)


@pytest.mark.parametrize("dispersion", [0.3, 0.02, 1e-4, 2e-6])
def test_it_is_the_ratio_of_scipys_beta_binomials(dispersion):
    texts, negatives = np.array([1, 17, 400, 0]), np.array([1, 5, 33, 0])
    logits = np.array([-2.0, -0.8, 0.3, 1.0])
    size = 1 / dispersion - 1
    found = surge_evidence(texts, negatives, logits, dispersion=dispersion, odds_ratios=RATIOS)
    for ratio, ours in zip(RATIOS, found, strict=True):
        theirs = [
            betabinom.logpmf(negatives, texts, size * expit(value), size * expit(-value))
            for value in (logits + np.log(ratio), logits)
        ]
        np.testing.assert_allclose(ours, theirs[0] - theirs[1], atol=1e-6)


@pytest.mark.parametrize("dispersion", [0.0, 1e-7])
def test_without_dispersion_it_is_the_ratio_of_binomials(dispersion):
    texts, negatives, logits = np.array([20, 500]), np.array([9, 100]), np.array([-0.5, -1.5])
    found = surge_evidence(texts, negatives, logits, dispersion=dispersion, odds_ratios=RATIOS)
    for ratio, ours in zip(RATIOS, found, strict=True):
        surged, usual = (binom.logpmf(negatives, texts, expit(value)) for value in (logits + np.log(ratio), logits))
        np.testing.assert_allclose(ours, surged - usual, rtol=1e-9)


@given(st.integers(0, 200), st.integers(0, 200), st.floats(-4, 4), st.sampled_from([0.0, 1e-5, 0.05, 0.4]))
def test_it_rises_with_the_negatives(texts, negatives, logit, dispersion):
    counts = np.array(sorted({min(negatives, texts), texts}))
    found = surge_evidence(
        np.full(len(counts), texts), counts, np.full(len(counts), logit), dispersion=dispersion, odds_ratios=RATIOS
    )
    assert (np.diff(found, axis=1) > 0).all()
    if not texts:
        assert not found.any()
