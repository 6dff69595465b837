def test_logs_of_each_epoch(finished):
    assert [entry["val_loss"] for entry in finished.logs] == [0.9, 0.5, 0.7]
    assert finished.logs[2]["loss"] < finished.logs[0]["loss"]


def test_without_validation(train):
    assert set(train(epochs=1)[0]) == {"loss", "accuracy"}
