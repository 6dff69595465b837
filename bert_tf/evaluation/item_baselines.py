"""What ranks items without reading them: how popular they are, and which were liked by the same users."""

import numpy as np

from bert_tf.evaluation.item_ranking import ScoresOf


def popularity_scores(counts: np.ndarray) -> ScoresOf:
    """The same ranking for everybody: training events of each item, int [items]."""

    def scores(rows: slice) -> np.ndarray:
        return np.broadcast_to(counts.astype(np.float64), (rows.stop - rows.start, len(counts)))

    return scores


class CoOccurrence:
    """Item-to-item recommendation: items that the users of a history's items liked as well.

    The score of an item is the sum, over the items of the history, of the cosine of both items' users (Sarwar et al.,
    "Item-Based Collaborative Filtering Recommendation Algorithms", 2001); of equal scores the more popular item comes
    first.

    Args:
        users: Of T training events, int [T], equal where users are.
        items: Their items, int [T], from 0.
        count: How many items there are.
    """

    def __init__(self, users: np.ndarray, items: np.ndarray, *, count: int) -> None:
        from scipy.sparse import csr_matrix, diags

        _, user_of = np.unique(users, return_inverse=True)
        liked = csr_matrix((np.ones(len(items)), (user_of, items)), shape=(user_of.max(initial=-1) + 1, count))
        liked.data[:] = 1
        popularity = np.asarray(liked.sum(0)).reshape(-1)
        lengths = np.sqrt(np.maximum(popularity, 1))
        together = (liked.T @ liked).tocsr()
        together.setdiag(0)
        self._cosines = (diags(1 / lengths) @ together @ diags(1 / lengths)).tocsr()
        self._popularity = popularity / (1e9 * max(popularity.max(initial=0), 1))

    def scores(self, histories: np.ndarray) -> ScoresOf:
        """Of rows whose histories are items, int [N, H], and -1 behind them."""
        from scipy.sparse import csr_matrix

        rows, columns = np.nonzero(histories >= 0)
        ones = np.ones(len(rows))
        shape = len(histories), self._cosines.shape[0]
        read = csr_matrix((ones, (rows, histories[rows, columns])), shape=shape)

        def scores(part: slice) -> np.ndarray:
            return np.asarray((read[part] @ self._cosines).todense()) + self._popularity

        return scores
