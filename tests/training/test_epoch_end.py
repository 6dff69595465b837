from bert_tf.training.checkpoints import list_checkpoints


def kept(folder):
    return [
        (checkpoint.epoch, checkpoint.metrics.get("loss")) for checkpoint in list_checkpoints(folder / "checkpoints")
    ]


def test_best_and_last_checkpoint_are_kept(finished):
    assert kept(finished.folder) == [(2, 0.5), (3, 0.7)]


def test_the_last_is_kept_where_nothing_is_validated(train, tmp_path):
    train(epochs=2)
    assert kept(tmp_path) == [(2, None)]


def test_early_stopping_waits_for_its_patience(train, tmp_path):
    # Two epochs without a loss below that of the second.
    assert len(train(epochs=6, losses=[0.7, 0.5, 0.6, 0.55, 0.1], patience=2)) == 4
    assert kept(tmp_path) == [(2, 0.5), (4, 0.55)]
