import inspect

import pytest

from bert_tf import errors


def test_message_has_what_where_and_what_to_do():
    error = errors.DataError("A row is empty.", where="a.csv:3", hint="fill it", problems=["a.csv:3: empty"])
    assert str(error) == "A row is empty.\n  - a.csv:3: empty\n  where: a.csv:3\n  try:   fill it"
    assert (error.where, error.hint, error.problems) == ("a.csv:3", "fill it", ("a.csv:3: empty",))


def test_message_without_place():
    assert str(errors.ModelError("No encoder.")) == "No encoder."


@pytest.mark.parametrize("name, kind", inspect.getmembers(errors, inspect.isclass))
def test_every_error_is_a_bert_tf_error(name, kind):
    if issubclass(kind, Exception):
        assert issubclass(kind, errors.BertTfError)


def test_an_error_from_a_layer_of_keras_keeps_its_parts():
    import tf_keras as keras

    class Layer(keras.layers.Layer):
        def call(self, inputs):
            raise errors.RecipeError("Too many.", where="embed.dimensions", hint="use fewer")

    with pytest.raises(errors.RecipeError) as raised:
        Layer()(1.0)
    assert (raised.value.what, raised.value.where, raised.value.hint) == ("Too many.", "embed.dimensions", "use fewer")
