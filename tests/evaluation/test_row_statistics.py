import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bert_tf.evaluation import row_statistics
from bert_tf.evaluation.row_statistics import RowStatistics

# Three lines for six rows: 1 once, 10 twice, 100 three times.
STATISTICS = RowStatistics(np.array([[1.0, 1.0], [10.0, 1.0], [100.0, 1.0]]), np.array([2, 1, 2, 0, 1, 2]))


def mean(sums):
    return {"mean": sums[..., 0] / sums[..., 1]}


def test_by_hand():
    assert STATISTICS.counts.tolist() == [1, 2, 3]
    assert STATISTICS.sums().tolist() == [321.0, 6.0]
    assert mean(STATISTICS.sums())["mean"] == 53.5


def test_scores_of_single_rows():
    assert STATISTICS.row_scores(mean)["mean"].tolist() == [100, 10, 100, 1, 10, 100]


def test_a_resample_has_as_many_rows_and_only_those_there_are():
    sums = STATISTICS.resampled_sums(resamples=500, seed=1)
    assert sums.shape == (500, 2)
    assert (sums[:, 1] == 6).all()
    # Of 1, 10 and 100 each sum tells how often: at most six times, so digits don't run over.
    digits = [int(each) // power % 10 for each in sums[:, 0] for power in (1, 10, 100)]
    assert max(digits) <= 6
    assert sums[:, 0].mean() == pytest.approx(321, rel=0.1)


@settings(max_examples=20)
@given(at_once=st.integers(1, 40), seed=st.integers(0, 100))
def test_what_is_drawn_at_once_changes_nothing(at_once, seed):
    whole = STATISTICS.resampled_sums(resamples=50, seed=seed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(row_statistics, "_COUNTS_AT_ONCE", at_once)
        np.testing.assert_array_equal(STATISTICS.resampled_sums(resamples=50, seed=seed), whole)


def test_units_add_up_what_their_rows_add():
    statistics = RowStatistics(np.array([[1.0, 2], [10, 20], [100, 200]]), np.array([0, 1, 2, 0]))
    units = statistics.of_units(np.array([7, 3, 7, 3]))
    assert units.table[units.line_of].tolist() == [[11, 22], [101, 202]]
    assert units.sums().tolist() == statistics.sums().tolist()
