"""The loop, and what goes on from a point of it."""

from bert_tf.training.checkpoints import list_checkpoints


def test_logs_of_each_epoch(finished):
    assert [entry["val_loss"] for entry in finished.logs] == [0.9, 0.5, 0.7]
    assert finished.logs[2]["loss"] < finished.logs[0]["loss"]


def test_without_validation(train):
    assert set(train(epochs=1)[0]) == {"loss", "accuracy"}


def test_only_epochs_leave_checkpoints_unless_points_are_asked_for(finished):
    assert [path.name for path in sorted((finished.folder / "checkpoints").iterdir())] == ["epoch-002", "epoch-003"]
    assert len(list_checkpoints(finished.folder / "checkpoints")) == 2
