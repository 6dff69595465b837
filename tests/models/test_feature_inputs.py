from bert_tf.models.feature_inputs import input_name


def test_an_input_has_a_name_that_tensorflow_takes():
    assert [input_name(column) for column in ("year", "Jahr (neu)", "größe")] == ["year", "Jahr__neu_", "gr__e"]
