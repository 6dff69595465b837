"""A recipe's space as keras-tuner has it, and values on their way back."""

import functools

import pytest
from fake_search import CONDITIONAL, SPACE, recipe
from hypothesis import given, settings
from hypothesis import strategies as st
from keras_tuner.engine.hyperparameters import HyperParameters

from bert_tf.recipe.space import search_space
from bert_tf.recipe.space_values import with_values
from bert_tf.tuning.keras_tuner_space import decoded, hyperparameters, is_in_space


def spaces(space, *, classify=None, **training):
    found = recipe(space, training=training, classify=classify)
    parameters = search_space(found)
    return parameters, hyperparameters(parameters, found), found


@functools.cache
def both():
    """The two spaces that many points are drawn from."""
    return spaces(SPACE), spaces(CONDITIONAL)


def drawn(space: HyperParameters, shares) -> HyperParameters:
    """A point of a space, as keras-tuner's oracles make one: by a number from 0 to 1 for each parameter."""
    point = HyperParameters()
    for parameter, share in zip(space.space, shares, strict=False):
        point.merge([parameter])
        if point.is_active(parameter):
            point.values[parameter.name] = parameter.prob_to_value(share)
    return point


shares = st.lists(st.floats(0, 1, exclude_max=True), min_size=4, max_size=4)


@settings(max_examples=50)
@given(shares)
def test_values_are_in_the_ranges_and_the_recipe_takes_them(shares):
    for parameters, found, own in both():
        values = decoded(parameters, drawn(found, shares).values)
        changed = with_values(own, values)
        for parameter in parameters:
            if parameter.key in values and parameter.kind != "choice":
                assert parameter.values[0] <= values[parameter.key] <= parameter.values[1]
            section, leaf = parameter.key.split(".")
            if parameter.key in values:
                assert getattr(getattr(changed, section), leaf) == values[parameter.key]


@settings(max_examples=50)
@given(shares)
def test_values_survive_keras_tuners_protocol(shares):
    # Which keeps no order of parameters.
    for parameters, found, _ in both():
        point = drawn(found, shares)
        sent = HyperParameters.from_proto(point.to_proto())
        assert decoded(parameters, sent.values) == decoded(parameters, point.values)


@settings(max_examples=50)
@given(shares)
def test_a_parameter_counts_only_under_its_condition(shares):
    parameters, found, _ = both()[1]
    values = decoded(parameters, drawn(found, shares).values)
    assert ("training.warmup" in values) == (values["training.schedule"] == "linear")


def test_types_stay_what_they_are():
    space = {
        "training.gradient_checkpointing": {"choice": [False, True]},
        "classify.class_weights": {"choice": ["none", {"a": 1.0, "b": 2.0}]},
        "training.clip_norm": {"choice": [1, 0.5]},
    }
    parameters, found, _ = spaces(space)
    for share, expected in (
        (0.0, (False, "none", 1)),
        (0.9, (True, {"a": 1.0, "b": 2.0}, 0.5)),
    ):
        values = decoded(parameters, drawn(found, [share] * 3).values)
        assert values == dict(zip(space, expected, strict=True))
        assert type(values["training.gradient_checkpointing"]) is bool


def test_two_conditions_and_a_chain():
    space = {
        "training.schedule": {"choice": ["linear", "cosine", "constant"]},
        "training.gradient_checkpointing": {"choice": [False, True]},
        "training.warmup": {
            "choice": [0.1, 0.2],
            "when": {"training.schedule": ["linear", "cosine"], "training.gradient_checkpointing": True},
        },
        "training.clip_norm": {"choice": [0.5, 1.0], "when": {"training.warmup": 0.2}},
    }
    parameters, found, _ = spaces(space)
    keys = [parameter.key for parameter in parameters]

    def active(**chosen):
        by_key = {f"training.{name}": share for name, share in chosen.items()}
        return set(decoded(parameters, drawn(found, [by_key.get(key, 0.0) for key in keys]).values))

    first = {"training.schedule", "training.gradient_checkpointing"}
    assert active() == first
    assert active(gradient_checkpointing=0.9) == {*first, "training.warmup"}
    assert active(gradient_checkpointing=0.9, warmup=0.9) == {*first, "training.warmup", "training.clip_norm"}
    assert active(gradient_checkpointing=0.9, schedule=0.99, warmup=0.9) == first


@pytest.mark.parametrize(
    ("own", "default", "inside"),
    [
        ({"learning_rate": 1e-3}, 1e-3, True),
        ({"learning_rate": 0.5}, 0.1, False),
        ({"learning_rate": 1e-7}, 1e-5, False),
    ],
)
def test_the_default_is_the_recipes_own_or_the_nearest(own, default, inside):
    space = {"training.learning_rate": SPACE["training.learning_rate"]}
    parameters, found, whole = spaces(space, **own)
    assert found.values["training.learning_rate"] == pytest.approx(default)
    assert is_in_space(parameters, whole) == inside


@pytest.mark.parametrize(("own", "default", "inside"), [(32, 32, True), (50, 64, False), (4, 16, False)])
def test_the_nearest_choice(own, default, inside):
    parameters, found, whole = spaces({"training.batch_size": {"choice": [16, 32, 64]}}, batch_size=own)
    assert decoded(parameters, found.values) == {"training.batch_size": default}
    assert is_in_space(parameters, whole) == inside


def test_a_key_that_the_recipe_leaves_out_is_not_in_the_space():
    parameters, found, whole = spaces({"model.dropout": {"uniform": [0.1, 0.3]}})
    assert decoded(parameters, found.values) == {"model.dropout": 0.1}
    assert not is_in_space(parameters, whole)


def test_lists_and_weights_of_labels_are_values_like_others():
    space = {
        "training.profile_steps": {"choice": [[2, 5], [10, 20]]},
        "classify.class_weights.bad": {"choice": [1, 3]},
    }
    own = {"class_weights": {"good": 1.0, "bad": 1.0}}
    parameters, found, whole = spaces(space, classify=own, profile_steps=[10, 20])
    assert decoded(parameters, found.values) == {"training.profile_steps": [10, 20], "classify.class_weights.bad": 1}
    assert is_in_space(parameters, whole)
    changed = with_values(whole, decoded(parameters, drawn(found, [0.0, 0.9]).values))
    assert changed.training.profile_steps == (2, 5)
    assert changed.settings.class_weights == {"good": 1.0, "bad": 3}


def test_a_condition_on_1_holds_for_1_0():
    space = {
        "training.clip_norm": {"choice": [0.5, 1.0]},
        "training.warmup": {"uniform": [0.0, 0.2], "when": {"training.clip_norm": 1}},
    }
    parameters, found, _ = spaces(space)
    active = [set(decoded(parameters, drawn(found, [share, 0.5]).values)) for share in (0.0, 0.9)]
    assert active == [{"training.clip_norm"}, set(space)]


def test_what_does_not_count_in_the_recipe_may_lie_outside():
    space = {
        "training.schedule": {"choice": ["linear", "constant"]},
        "training.warmup": {"uniform": [0.2, 0.4], "when": {"training.schedule": "linear"}},
    }
    for schedule, inside in (("constant", True), ("linear", False)):
        parameters, _, whole = spaces(space, schedule=schedule, warmup=0.1)
        assert is_in_space(parameters, whole) == inside
