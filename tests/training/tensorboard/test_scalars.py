"""What was written is read back by TensorBoard's own reader."""

import numpy as np
import pytest


@pytest.fixture(scope="module")
def written(finished, scalars):
    return [scalars(finished.folder / "tensorboard" / name) for name in ("train", "validation")]


def test_scalars_of_steps(written):
    train, _ = written
    assert [step for step, _ in train["step_loss"]] == list(range(1, 16))
    # Linear decay over 15 steps, without warm-up.
    rates = [0.1 * (15 - step) / 15 for step in range(15)]
    np.testing.assert_allclose([value for _, value in train["learning_rate"]], rates, atol=1e-8)
    assert {value for _, value in train["padding_share"]} == {0.25}
    assert {value for _, value in train["gradient_norm"]} == {1.5}
    assert "loss_scale" not in train
    for (_, examples), (_, tokens) in zip(train["examples_per_second"], train["tokens_per_second"], strict=True):
        assert tokens / examples == pytest.approx(30 / 8, rel=1e-4)


def test_the_scale_of_a_scaled_loss(train, tmp_path, scalars):
    train(epochs=1, of_a_step={"gradient_norm": 1.0, "loss_scale": 8.0})
    written = scalars(tmp_path / "tensorboard" / "train")
    assert written["loss_scale"] == [(step, 8.0) for step in range(1, 6)]
    assert "epoch_loss_scale" not in written


def test_epochs_of_train_and_validation_share_their_tags(written, finished):
    train, validation = written
    assert [value for _, value in validation["epoch_loss"]] == pytest.approx([0.9, 0.5, 0.7])
    assert [value for _, value in train["epoch_loss"]] == pytest.approx([entry["loss"] for entry in finished.logs])
    # Validation says a tenth of the epoch that it is told.
    assert validation["epoch_accuracy"] == [(epoch, pytest.approx(epoch / 10)) for epoch in (1, 2, 3)]
    assert {"epoch_loss", "epoch_accuracy"} == set(validation) <= set(train)
