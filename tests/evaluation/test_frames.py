import shutil
import sys

import numpy as np
import pytest

from bert_tf.errors import MachineError, RunError
from bert_tf.evaluation.frames import epochs_frame, predictions_frame
from bert_tf.runs.run import RunFolder


def test_a_row_for_each_epoch():
    frame = epochs_frame([{"loss": 2.0, "val_accuracy": 0.5}, {"loss": 1.0, "val_accuracy": 0.75}])
    assert frame.index.name == "epoch"
    assert frame.loc[2, "val_accuracy"] == 0.75
    assert list(frame["loss"]) == [2.0, 1.0]
    assert epochs_frame([]).empty


def test_a_row_for_each_text(trained):
    import bert_tf

    run = bert_tf.Run(trained.run)
    frame = run.predictions("test")
    assert len(frame) == run.metrics["test"]["examples"]
    assert np.mean(np.array(frame["logits"].tolist()).argmax(1) == frame.filter(regex="^label(_id)?$").iloc[:, -1]) == (
        pytest.approx(run.metrics["test"]["accuracy"])
    )
    assert list(run.history.index) == [1, 2]
    assert run.history["val_accuracy"].max() == pytest.approx(run.metrics["validation"]["accuracy"])


def test_an_interrupted_run_that_was_evaluated_has_its_epochs_too(trained, tmp_path):
    import bert_tf

    for name in ("run.json", "recipe.toml"):
        shutil.copy(trained.run / name, tmp_path)
    shutil.copytree(trained.run / "tensorboard", tmp_path / "tensorboard")
    RunFolder(tmp_path).write_metrics({"test": {"accuracy": 0.5}})
    history = bert_tf.Run(tmp_path).history
    np.testing.assert_allclose(history["val_accuracy"], bert_tf.Run(trained.run).history["val_accuracy"], rtol=1e-6)


def test_a_damaged_file_is_no_frame(tmp_path):
    (tmp_path / "test.parquet").write_bytes(b"PAR1")
    with pytest.raises(RunError, match="can't be read"):
        predictions_frame(tmp_path / "test.parquet")


def test_without_pandas(monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(MachineError, match="pandas is not installed"):
        epochs_frame([])
