"""Draws that fill their distribution evenly, so that few of them stand for all."""

import numpy as np
from scipy.stats import chi2, norm


def uniform(generator: np.random.Generator, count: int) -> np.ndarray:
    """One draw from each of `count` equal parts of 0 to 1, in any order, float64 [count].

    Several of these side by side are a Latin hypercube (McKay, Beckman & Conover 1979).
    """
    return (generator.permutation(count) + generator.random(count)) / count


def normal(generator: np.random.Generator, count: int) -> np.ndarray:
    """Of the standard normal distribution, float64 [count]."""
    return np.asarray(norm.ppf(uniform(generator, count)))


def chi_square(generator: np.random.Generator, freedom: float, count: int) -> np.ndarray:
    """Of χ² with degrees of freedom above 0, float64 [count]."""
    return np.asarray(chi2.ppf(uniform(generator, count), freedom))
