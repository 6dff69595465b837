import numpy as np
import pytest
from shown_view import ALARM, series, view
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.util.tensor_util import make_ndarray

from bert_tf.monitoring.monitor_scalars import MonitorScalars
from bert_tf.monitoring.state_store import StateStore

FOUR_DAYS = series("(all)", [20, 10, 5, 8], [4, 6, 1, 2], [0, 1, 2, 3])


def read(folder):
    """(step, time, value) by tag."""
    found = EventAccumulator(str(folder)).Reload()
    return {
        tag: [(one.step, one.wall_time, float(make_ndarray(one.tensor_proto))) for one in found.Tensors(tag)]
        for tag in found.Tags()["tensors"]
    }


@pytest.fixture
def store(tmp_path):
    with StateStore(tmp_path, {}) as store:
        yield store


def write(store, folder, shown):
    scalars = MonitorScalars(folder, store)
    scalars.show(shown)
    scalars.close()


def test_buckets_that_are_over_are_written_at_their_times(store, tmp_path):
    folder = tmp_path / "tensorboard"
    write(store, folder, view(ALARM, over=None))
    assert not folder.exists()
    write(store, folder, view(ALARM, over=1))
    found = read(folder)
    assert found["negative_share/(all)"] == [(0, 0.0, pytest.approx(0.2)), (1, 86_400.0, pytest.approx(0.6))]
    assert found["events/<A>"] == [(0, 0.0, 10.0), (1, 86_400.0, 10.0)]
    # It was raised at the end of the second day.
    assert [value for *_, value in found["alarm/<A>"]] == [0.0, 1.0]
    assert {value for *_, value in found["alarm/(all)"]} == {0.0}


def test_each_bucket_is_written_once_also_after_a_kill(store, tmp_path):
    folder = tmp_path / "tensorboard"
    write(store, folder, view(series=[FOUR_DAYS], over=1))
    known = store.fact("scalars")
    write(store, folder, view(series=[FOUR_DAYS], over=2))
    with store.step():  # as if it had been killed before it could say what it wrote
        store.keep_fact("scalars", known)
    write(store, folder, view(series=[FOUR_DAYS], over=3))
    write(store, folder, view(series=[FOUR_DAYS], over=3))
    assert [step for step, *_ in read(folder)["events/(all)"]] == [0, 1, 2, 3]


def test_an_alarm_that_has_ended_or_was_withdrawn_is_not_on(store, tmp_path):
    ended = {**ALARM, "series": "(all)", "ended": "1970-01-04T00:00:00+00:00"}
    withdrawn = {**ALARM, "series": "(all)", "number": 2, "raised": "1970-01-01T00:00:00+00:00", "state": "withdrawn"}
    write(store, tmp_path / "t", view(ended, withdrawn, series=[FOUR_DAYS], over=3))
    values = np.array([value for *_, value in read(tmp_path / "t")["alarm/(all)"]])
    assert values.tolist() == [0.0, 1.0, 1.0, 0.0]
