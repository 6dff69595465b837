import struct

import numpy as np
import pytest

from bert_tf.data.checks import Refusal
from bert_tf.data.target import Values
from bert_tf.errors import DataError
from bert_tf.tasks.regress.target import LearnedNumbers, RegressTarget

TARGET = RegressTarget("stars")


def values(numbers):
    distinct = tuple(dict.fromkeys(numbers))
    return Values(distinct, np.array([distinct.index(number) for number in numbers], np.int32))


def test_a_label_is_read_from_its_column_and_is_what_it_is():
    assert TARGET.columns == ("stars",)
    assert TARGET.check({"stars": "2.5"}) == TARGET.resolve(2.5) == 2.5
    assert isinstance(TARGET.check({"stars": "many"}), Refusal)
    assert TARGET.spellings(2.5) == ()
    assert TARGET.with_labels_of([1.0], ()) is TARGET


def test_a_share_has_rows_of_all_sizes():
    numbers = values(np.random.default_rng(0).normal(size=1000).tolist())
    parts = TARGET.draw(numbers, shares=[0.1, 0.1], seed=1, groups=None)
    every = np.array(numbers.distinct)[numbers.codes]
    tenth_of = np.searchsorted(np.quantile(every, np.arange(1, 10) / 10), every)
    for part in (1, 2):
        assert np.bincount(tenth_of[parts == part], minlength=10).tolist() == pytest.approx([10] * 10, abs=1)
    again = TARGET.draw(numbers, shares=[0.1, 0.1], seed=1, groups=None)
    np.testing.assert_array_equal(parts, again)


def test_a_few_rows_and_equal_ones_are_drawn_too():
    for numbers in ([1.0, 2.0, 3.0, 4.0, 5.0], [1.0] * 50 + [2.0] * 50):
        parts = TARGET.draw(values(numbers), shares=[0.2], seed=1, groups=None)
        assert int((parts == 1).sum()) == len(numbers) / 5


def test_rows_that_belong_together_are_drawn_together():
    groups = np.repeat(np.arange(100), 2)
    parts = TARGET.draw(values([float(n) for n in range(200)]), shares=[0.25], seed=3, groups=groups)
    assert (parts[::2] == parts[1::2]).all()
    assert 40 <= int((parts == 1).sum()) <= 60


def test_mean_and_deviation_are_learned_of_each_row():
    learned = TARGET.learn(values([1.0, 1.0, 4.0]), where="data.train")
    assert learned.facts == {"mean": pytest.approx(2), "std": pytest.approx(np.sqrt(2))}


def test_equal_numbers_are_nothing_to_learn_from():
    with pytest.raises(DataError, match=r"All 3 rows of train have the label 2.5(.|\n)*data.train = 'a.csv'"):
        TARGET.learn(values([2.5] * 3), where="data.train = 'a.csv'")
    with pytest.raises(DataError, match="The only row of train has the label 7"):
        TARGET.learn(values([7.0]), where="data.train")
    # Numbers that float32 doesn't tell apart are equal.
    with pytest.raises(DataError, match="nothing to learn"):
        TARGET.learn(values([1e9, 1e9 + 1]), where="data.train")


def test_numbers_are_stored_as_they_are():
    learned = LearnedNumbers(2.0, 1.0)
    assert learned.encode(3.25) == 3.25
    assert learned.content(3.25) == struct.pack("<d", 3.25) != learned.content(3.2500001)
    assert (str(learned.type), learned.names, learned.alike(())) == ("float", (), ())


def test_what_numbers_come_to():
    summary = LearnedNumbers(2.0, 1.0).summary({"train": np.array([1, 2, 3, 4, 10], np.float32)})
    assert (summary.key, summary.heading) == ("label_statistics", "label")
    assert summary.by_split["train"] == pytest.approx(
        {
            "minimum": 1,
            "lower quartile": 2,
            "median": 3,
            "upper quartile": 4,
            "maximum": 10,
            "mean": 4,
            "standard deviation": np.sqrt(10),
        }
    )


def test_samples_are_shown_of_each_third():
    groups = LearnedNumbers(2.0, 1.0).groups(np.array([5, 1, 9, 2, 7, 3], np.float32))
    assert {name: rows.tolist() for name, rows in groups.items()} == {"low": [1, 3], "middle": [0, 5], "high": [2, 4]}
