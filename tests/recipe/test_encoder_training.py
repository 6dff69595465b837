"""Which values of `[training]` hold, by hand: those of the file go with the file's encoder."""

import pytest

from bert_tf.recipe.encoder_training import settle_training

OWN = {"bow": {"epochs": 10, "learning_rate": 0.1}, "lstm": {"epochs": 20}}


def settled(in_file, **overrides):
    """The table of training; overrides are of `model.encoder` and, without its name, of keys of `[training]`."""
    values = {"model": dict(in_file.get("model", {})), "training": dict(in_file.get("training", {}))}
    keys = set()
    for key, value in overrides.items():
        table = "model" if key == "encoder" else "training"
        values[table][key] = value
        keys.add(f"{table}.{key}")
    return settle_training(values, in_file, overridden=keys, training_of=lambda name: OWN.get(name, {}))["training"]


FILE = {"training": {"epochs": 3, "learning_rate": 1e-5, "seed": 2}}


@pytest.mark.parametrize(
    "in_file, overrides, expected",
    [
        # Nothing of it concerns an encoder that needs none.
        (FILE, {}, {"epochs": 3, "learning_rate": 1e-5, "seed": 2}),
        (FILE, {"encoder": "bert"}, {"epochs": 3, "learning_rate": 1e-5, "seed": 2}),
        # The override's encoder brings its own, but for what is overridden with it.
        (FILE, {"encoder": "bow"}, {"epochs": 10, "learning_rate": 0.1, "seed": 2}),
        (FILE, {"encoder": "bow", "epochs": 4}, {"epochs": 4, "learning_rate": 0.1, "seed": 2}),
        # The file's encoder is trained as the file says, and what it leaves out is filled in.
        ({"model": {"encoder": "bow"}, "training": {"epochs": 3}}, {}, {"epochs": 3, "learning_rate": 0.1}),
        (
            {"model": {"encoder": "bow"}, "training": {"epochs": 3}},
            {"encoder": "bow"},
            {"epochs": 3, "learning_rate": 0.1},
        ),
        ({"model": {"encoder": "bow"}, "training": {"epochs": 3}}, {"epochs": 5}, {"epochs": 5, "learning_rate": 0.1}),
        # What held for one that is replaced doesn't hold for the next.
        ({"model": {"encoder": "bow"}, **FILE}, {"encoder": "bert"}, {"seed": 2}),
        ({"model": {"encoder": "bow"}, **FILE}, {"encoder": "bert", "epochs": 2}, {"epochs": 2, "seed": 2}),
        ({"model": {"encoder": "bow"}, "training": {"epochs": 3}}, {"encoder": "bert"}, {}),
        ({"model": {"encoder": "bow"}, **FILE}, {"encoder": "lstm"}, {"epochs": 20, "seed": 2}),
    ],
)
def test_training(in_file, overrides, expected):
    assert settled(in_file, **overrides) == expected


@pytest.mark.parametrize("values", [{"training": 3, "model": 4}, {"model": {"encoder": 5}}, {"model": {"encoder": []}}])
def test_what_is_no_recipe_is_left_for_validation(values):
    assert settle_training(values, values, overridden=(), training_of=lambda name: OWN.get(name, {})) == values


def test_a_whole_table_that_is_overridden_stays():
    values = {"model": {"encoder": "bow"}, "training": {"epochs": 1}}
    assert settle_training(values, FILE, overridden={"training"}, training_of=OWN.__getitem__) == values
