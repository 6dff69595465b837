import io

from rich.console import Console

from bert_tf.evaluation.classification import label_tables
from bert_tf.tasks.classify.label_table import label_table


def test_a_row_for_each_label():
    # Rows of labels 0, 0, 1, of which the second is taken for 1.
    per_class = label_tables([0, 0, 1], [0, 1, 1], ("[/no]", "yes"))["per_class"]
    screen = io.StringIO()
    Console(file=screen, width=120).print(label_table(per_class))
    shown = screen.getvalue()
    assert "[/no]" in shown
    assert [cell.strip() for cell in next(line for line in shown.splitlines() if "yes" in line).split("│")[1:-1]] == [
        "yes", "0.5000", "1.0000", "0.6667", "1",
    ]  # fmt: skip
