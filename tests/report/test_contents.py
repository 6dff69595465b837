import pytest


@pytest.mark.parametrize(
    ("monitor", "kept"), [("validation.loss", 2), ("validation.accuracy", 3), ("validation.macro_f1", 1)]
)
def test_the_kept_epoch_is_the_monitors_best(contents, monitor, kept):
    epochs = [
        {"loss": 3.0, "val_loss": 0.9, "val_accuracy": 0.5, "val_macro_f1": 0.6},
        {"loss": 2.0, "val_loss": 0.4, "val_accuracy": 0.6, "val_macro_f1": 0.5},
        {"loss": 1.0, "val_loss": 0.5, "val_accuracy": 0.7, "val_macro_f1": 0.4},
    ]
    made = contents(None, epochs=epochs, recipe={"training": {"monitor": monitor}})
    assert made.kept_epoch == kept


def test_without_validation_it_is_the_last(contents):
    assert contents(None, epochs=[{"loss": 1.0}, {"loss": 2.0}]).kept_epoch == 2
    assert contents(None, epochs=[]).kept_epoch is None
