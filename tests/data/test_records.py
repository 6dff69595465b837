"""Broken records: what is dropped with them, and that many of them take no more than their share of time."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bert_tf.data.lines import Line, TextLines
from bert_tf.data.records import RFC_4180, Record, RecordReader
from bert_tf.data.rows import BadRow


def records_of(texts, width=2, limit=1 << 20):
    lines = (Line(number, text, len(text)) for number, text in enumerate(texts, start=1))
    reader = RecordReader(lines, delimiter=",", quoting=RFC_4180, limit=limit)
    reader.width = width
    return list(reader)


@given(texts=st.lists(st.sampled_from(["\n", "\n", "\r\n", "a,b\n", '"a\n', 'b",c\n', '"a"b,c\n', "x\n"]), max_size=40))
def test_blank_lines_that_are_passed_over_change_nothing(texts):
    lines = TextLines("".join(texts))
    passing = lines.pass_over_blank
    reader = RecordReader(lines, delimiter=",", quoting=RFC_4180, limit=1 << 20, pass_over_blank=passing)
    reader.width = 2
    assert list(reader) == records_of(texts)


def test_of_many_blank_lines_only_the_first_is_looked_at():
    class CountedLines(TextLines):
        taken = 0

        def __next__(self):
            self.taken += 1
            return super().__next__()

    lines = CountedLines("\n" * 1_000 + "a,b\n")
    reader = RecordReader(lines, delimiter=",", quoting=RFC_4180, limit=9, pass_over_blank=lines.pass_over_blank)
    assert list(reader) == [Record(1_001, ["a", "b"])]
    assert lines.taken == 3  # and the end


@pytest.mark.parametrize("line", ['x"y,"a"b\n', '"a"b,c\n', 'x"y,"a\n', '"a,b\n', '"a","b\n'])
def test_time_grows_with_the_lines_only(line):
    started = time.process_time()
    records = records_of([line] * 40_000)
    assert time.process_time() - started < 4  # a thousand lines ahead for each of them would take half a minute
    assert sum(record.lines for record in records) == 40_000


def test_a_quote_that_is_never_closed_holds_a_bounded_number_of_lines():
    bad, *rest = records_of(["a,b\n", '"never\n', *["\n"] * 200_000, "c,d\n"])[1:]
    assert isinstance(bad, BadRow)
    assert "longer than 100,000 lines (data.max_row_bytes); is a quote never closed?" in bad.message
    assert rest == [Record(200_003, ["c", "d"])]


def test_a_long_record_of_many_lines_is_whole():
    (record,) = records_of(['"one\n', *["more\n"] * 900, 'end",b\n'], limit=10_000)
    assert (record.lines, len(record.fields)) == (902, 2)


def test_the_line_that_closes_a_broken_record_is_dropped_with_it_for_each_of_several():
    texts = [
        '"a"b,"open\n',
        "inside\n",
        'x"y still\n',
        'close",z\n',
        "fine,1\n",
        '"c"d,"open\n',
        'close",z\n',
        "fine,2\n",
    ]
    first, fine, second, last = records_of(texts)
    assert (first.number, first.lines, second.number, second.lines) == (1, 4, 6, 2)
    assert (fine.fields, last.fields) == (["fine", "1"], ["fine", "2"])
