"""Vectors in two dimensions, so that they can be drawn."""

import numpy as np


def places_on_map(vectors: np.ndarray) -> np.ndarray:
    """Where N vectors lie on the plane in which they differ most, float32 [N, 2]: their first two principal components.

    All lie at 0 where there are fewer than three of them or two dimensions, or where one is not finite.

    Args:
        vectors: float [N, H].
    """
    rows, size = vectors.shape
    if rows < 3 or size < 2 or not np.isfinite(vectors).all():
        return np.zeros((rows, 2), np.float32)
    from sklearn.decomposition import PCA

    # Of the covariances, [H, H], which are small however many rows there are; the signs are always the same.
    return PCA(2, svd_solver="covariance_eigh").fit_transform(vectors.astype(np.float64)).astype(np.float32)
