"""The loop, and what goes on from a point of it."""

from bert_tf.training.checkpoints import list_checkpoints
from bert_tf.training.resume_points import newest_point


def test_logs_of_each_epoch(finished):
    assert [entry["val_loss"] for entry in finished.logs] == [0.9, 0.5, 0.7]
    assert finished.logs[2]["loss"] < finished.logs[0]["loss"]


def test_without_validation(train):
    assert set(train(epochs=1)[0]) == {"loss", "accuracy"}


def test_only_epochs_leave_checkpoints_unless_points_are_asked_for(finished):
    assert [path.name for path in sorted((finished.folder / "checkpoints").iterdir())] == ["epoch-002", "epoch-003"]
    assert len(list_checkpoints(finished.folder / "checkpoints")) == 2


def test_batches_are_renewed_every_second_epoch(train_in, tmp_path):
    renewed = []
    logs = train_in(tmp_path / "renewed", epochs=5, renewed=renewed.append)
    assert renewed == [2, 4]
    # What is between two of them is one training.
    assert logs == train_in(tmp_path / "plain", epochs=5)


def test_a_training_that_goes_on_renews_what_comes(train_in, tmp_path):
    renewed = []
    train_in(tmp_path, epochs=2, total_epochs=5, at_end=True, renewed=renewed.append)
    point = newest_point(tmp_path / "checkpoints")
    train_in(tmp_path, epochs=5, resume_from=point, renewed=renewed.append)
    assert renewed == [2, 4]
