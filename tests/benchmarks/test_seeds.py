import csv

from benchmarks.seeds import Trained, drawn, interval, table_of


def test_an_interval_by_students_t():
    # A standard error of 1/√3, and 4.3027 for two degrees of freedom in any table.
    assert interval([1.0, 2.0, 3.0]) == "2.0000 (-0.4841 to 4.4841)"
    assert interval([0.25], signed=True) == "+0.2500"


def test_the_difference_is_of_pairs_of_one_seed():
    one, other = ([Trained(accuracy, 10, 2.0) for accuracy in scores] for scores in ([0.5, 0.7], [0.6, 0.8]))
    table = table_of({"32 rows": one, "500 tokens": other}, "a batch")
    cells = [list(column.cells) for column in table.columns]
    assert [column[-1] for column in cells][:4] == ["difference", "+0.1000", "+0.1000", "+0.1000 (+0.1000 to +0.1000)"]
    assert cells[0][:2] == ["32 rows", "500 tokens"]


def test_rows_are_drawn_with_their_header(tmp_path):
    rows = [[f"a, {number}", str(number)] for number in range(50)]
    with (tmp_path / "all.csv").open("w", newline="") as file:
        csv.writer(file).writerows([["text", "label"], *rows])
    with drawn(tmp_path / "all.csv", 20, tmp_path / "some.csv").open(newline="") as file:
        header, *found = csv.reader(file)
    assert header == ["text", "label"]
    assert len({tuple(row) for row in found}) == 20
    assert all(row in rows for row in found)
    assert found != rows[:20]
