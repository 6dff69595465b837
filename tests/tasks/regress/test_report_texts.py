import numpy as np

from bert_tf.tasks.regress.report_texts import all_rows


def test_every_row_can_be_taken_away_the_worst_first(contents, drawn):
    rows = drawn(50)
    table = all_rows(contents(rows).found)
    assert (table.name, list(table.columns)) == ("errors.csv", ["place", "label", "predicted", "error", "text"])
    sizes = [abs(row[3]) for row in table.rows]
    assert sizes == sorted(sizes, reverse=True)
    assert len({row[0] for row in table.rows}) == 50
    values = {row[0]: row[2] for row in table.rows}
    assert np.isclose(values[rows.place(7)], rows.answers.outputs["value"][7], rtol=1e-6)
