import numpy as np
import pytest

from bert_tf.evaluation.vector_map import places_on_map


def test_what_differs_in_two_directions_keeps_its_distances():
    random = np.random.default_rng(0)
    plane, _ = np.linalg.qr(random.normal(size=(9, 2)))
    flat = random.normal(size=(30, 2)) * [5, 1]
    found = places_on_map((flat @ plane.T + 3).astype(np.float32))
    assert (found.shape, found.dtype) == ((30, 2), np.float32)
    for each in (0, 7):
        wanted = np.linalg.norm(flat - flat[each], axis=1)
        np.testing.assert_allclose(np.linalg.norm(found - found[each], axis=1), wanted, rtol=1e-3, atol=1e-4)
    assert found[:, 0].std() > 3 * found[:, 1].std()


@pytest.mark.parametrize("vectors", [np.eye(2), np.ones((5, 1)), np.array([[1, 0], [0, 1], [np.nan, 1]])])
def test_where_there_is_no_plane_all_lie_at_0(vectors):
    assert not places_on_map(vectors).any()
