from bert_tf.training.checkpoints import list_checkpoints
from bert_tf.training.resume_points import newest_point


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


def test_patience_counts_epochs_before_it_went_on(train, tmp_path):
    train(epochs=2, total_epochs=6, losses=[0.5, 0.6], patience=2, at_end=True)
    before = newest_point(tmp_path / "checkpoints")
    # The third epoch is the second without improvement.
    assert len(train(epochs=6, losses=[0.55, 0.1], patience=2, resume_from=before)) == 3
    assert kept(tmp_path) == [(1, 0.5), (3, 0.55)]


def test_out_of_patience_nothing_goes_on(train, tmp_path):
    done = train(epochs=5, losses=[0.5, 0.6, 0.7], patience=2, at_end=True)
    before = newest_point(tmp_path / "checkpoints")
    assert train(epochs=6, losses=[], patience=2, resume_from=before) == done


def test_what_says_stop_is_asked_after_each_epoch(train, tmp_path):
    asked = []

    def should_stop(epoch, metrics):
        asked.append((epoch, metrics["loss"]))
        return epoch == 2

    done = train(epochs=4, losses=[0.5, 0.4, 0.3], should_stop=should_stop, at_end=True)
    assert len(done) == 2
    assert asked == [(1, 0.5), (2, 0.4)]
    # As after a kill behind that epoch: no other follows.
    before = newest_point(tmp_path / "checkpoints")
    assert train(epochs=4, losses=[], should_stop=should_stop, resume_from=before) == done
