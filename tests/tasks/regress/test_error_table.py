import io

from rich.console import Console

from bert_tf.tasks.regress.error_table import error_table

METRICS = {
    "examples": 22,
    "by_label_range": [{"from": 0.5, "to": 1.0, "rows": 10, "mae": 0.25, "bias": -0.125}],
    "baseline": {"value": 3.25, "mae": 0.75, "rmse": 1.0, "std": 1.5},
}


def test_a_row_for_each_group_and_one_for_the_mean():
    screen = io.StringIO()
    Console(file=screen, width=120).print(error_table(METRICS))
    lines = [[cell.strip() for cell in line.split("│")[1:-1]] for line in screen.getvalue().splitlines() if "│" in line]
    assert lines[0] == ["0.5 to 1", "0.25", "-0.125", "10"]
    assert lines[1] == ["always 3.25, the mean of train", "0.75", "", "22"]
