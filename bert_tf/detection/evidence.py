"""What a bucket says for a surge: the logarithm of a likelihood ratio."""

import numpy as np
from scipy.special import expit, gammaln, log_expit

# A binomial distribution stands for a beta-binomial one below this: the gamma functions would cancel each other.
_NEARLY_BINOMIAL = 1e-6

# Odds of a negative text over the usual ones: at a share of 30% these are surges of 5, 10 and 20 points.
ODDS_RATIOS = (1.25, 1.55, 2.4)


def surge_evidence(
    texts: np.ndarray,
    negatives: np.ndarray,
    logits: np.ndarray,
    *,
    dispersion: float,
    odds_ratios: tuple[float, ...] = ODDS_RATIOS,
) -> np.ndarray:
    """Log-likelihood ratios of surged odds over usual ones, float64 [J, ...].

    The counts are beta-binomial. Steiner, Cook, Farewell and Treasure (2000) take the same ratio for odds, of binomial
    counts whose usual shares differ. It rises with the negatives.

    Args:
        texts: int64 [...].
        negatives: Of them, int64 [...].
        logits: Of the usual shares, float64 [...].
        dispersion: ρ, 0 to below 1; 0 is binomial.
        odds_ratios: Of J surges, each above 1.
    """
    if dispersion < _NEARLY_BINOMIAL:
        usual = -log_expit(-logits)
        surged = [
            negatives * np.log(ratio) - texts * (-log_expit(-(logits + np.log(ratio))) - usual) for ratio in odds_ratios
        ]
        return np.stack(surged)
    size = (1 - dispersion) / dispersion
    usual = _log_likelihood(texts, negatives, logits, size)
    surged = [_log_likelihood(texts, negatives, logits + np.log(ratio), size) - usual for ratio in odds_ratios]
    return np.stack(surged)


def _log_likelihood(texts: np.ndarray, negatives: np.ndarray, logits: np.ndarray, size: float) -> np.ndarray:
    """Of the beta-binomial distribution, without what depends on texts, negatives and size alone."""
    first, second = size * expit(logits), size * expit(-logits)
    gained = gammaln(negatives + first) - gammaln(first)
    return np.asarray(gained + gammaln(texts - negatives + second) - gammaln(second))
