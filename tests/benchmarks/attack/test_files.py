"""A short attack with files, and proof that it would see rows that get lost or change."""

from random import Random

from benchmarks.attack import files
from benchmarks.attack.tables import draw_table
from bert_tf.data import delimited, records


def test_rows_are_used_or_told(tmp_path):
    cases = files.attack(tmp_path, count=120, seed=5)
    assert [case for case in cases if case.verdict == "VIOLATION"] == []
    assert {case.verdict for case in cases} == {"read", "told"}


def test_a_reader_that_loses_rows_is_seen(tmp_path, monkeypatch):
    def losing(self):
        found = iter_records(self)
        for number, record in enumerate(found):
            if number % 7 != 6:
                yield record

    iter_records = records.RecordReader.__iter__
    monkeypatch.setattr(delimited.RecordReader, "__iter__", losing)
    cases = files.attack(tmp_path, count=40, seed=5)
    assert any(case.verdict == "VIOLATION" and case.kind == "table" for case in cases)
    assert any(case.verdict == "VIOLATION" and case.kind == "damaged table" for case in cases)


def test_the_same_seed_draws_the_same_file():
    assert draw_table(Random("5/1")) == draw_table(Random("5/1"))
