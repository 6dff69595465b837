import numpy as np

from bert_tf.detection.confusion import ConfusionMatrix
from bert_tf.monitoring.classifier_errors import errors_of
from bert_tf.runs.run import RunFolder
from bert_tf.workflow.source import find_source


def test_the_confusion_matrix_of_a_run_s_test_rows_is_merged(trained):
    run = RunFolder(trained.run)
    names, counts = run.facts["label_names"], np.array(run.metrics["test"]["confusion_matrix"])
    found = errors_of(find_source(trained.run), names, {names[0], names[2]})
    negative, others = [0, 2], [place for place in range(len(names)) if place not in (0, 2)]
    expected = [
        [int(counts[np.ix_(rows, columns)].sum()) for columns in (negative, others)] for rows in (negative, others)
    ]
    assert found == ConfusionMatrix(("negative", "other"), tuple(map(tuple, expected)))


def test_an_exported_model_does_not_bring_it(trained):
    assert errors_of(find_source(trained.model), ["a", "b"], {"a"}) is None
