import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from bert_tf.detection.confusion import ConfusionMatrix
from bert_tf.monitoring.classifier_errors import errors_of, numbers_below
from bert_tf.monitoring.outcomes import LabelOutcomes
from bert_tf.runs.run import RunFolder
from bert_tf.workflow.source import find_source


def test_the_confusion_matrix_of_a_run_s_test_rows_is_merged(trained):
    run = RunFolder(trained.run)
    names, counts = run.facts["label_names"], np.array(run.metrics["test"]["confusion_matrix"])
    found = errors_of(find_source(trained.run), LabelOutcomes(names, (names[0], names[2])))
    negative, others = [0, 2], [place for place in range(len(names)) if place not in (0, 2)]
    expected = [
        [int(counts[np.ix_(rows, columns)].sum()) for columns in (negative, others)] for rows in (negative, others)
    ]
    assert found == ConfusionMatrix(("negative", "other"), tuple(map(tuple, expected)))


def test_an_exported_model_does_not_bring_it(trained):
    assert errors_of(find_source(trained.model), LabelOutcomes(["a", "b"], ["a"])) is None


def test_a_head_that_was_not_measured_has_none(trained):
    assert errors_of(find_source(trained.run), LabelOutcomes(["a", "b"], ["a"]), head="mood") is None


def test_numbers_are_negative_below_the_cut_in_rows_that_have_a_label(tmp_path):
    labels, predicted = [-1.0, -1.0, 0.0, 1.0, None, 2.0], [-2.0, 3.0, -0.5, 0.0, 0.0, 1.0]
    table = pa.table(
        {"tone.label": pa.array(labels, pa.float32()), "tone.predicted": pa.array(predicted, pa.float32())}
    )
    pq.write_table(table, tmp_path / "test.parquet")
    # Below 0: two labels, one of them found; at 0 or above: three, one of which was taken for negative.
    assert numbers_below(tmp_path / "test.parquet", 0.0, "tone").tolist() == [[1, 1], [1, 2]]
