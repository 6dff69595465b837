from bert_tf.export.manifest import padded_outputs, serving_facts


def test_operations_by_package_and_the_oldest_release():
    facts = serving_facts(["MatMul", "FastWordpieceTokenizeWithOffsets", "Const", "MatMul"], target="2.13.0")
    assert facts["target"] == "2.13.0"
    assert facts["oldest"] == "2.12.2"
    assert facts["operations"] == {
        "tensorflow": ["Const", "MatMul"],
        "tensorflow_text": ["FastWordpieceTokenizeWithOffsets"],
    }
    assert "not by running that release" in facts["checked"]


def test_a_young_operation_makes_the_release_younger():
    assert serving_facts(["TFText>RoundRobinTrim", "MatMul"], target="2.20.0")["oldest"] == "2.20.0"


def test_outputs_that_are_as_long_as_the_longest_of_a_batch():
    outputs = {"starts": "int32[None, None]", "mentions": "float32[None, 2]", "count": "int32[None]"}
    assert padded_outputs({"signatures": {"serving_default": {"outputs": outputs}}}) == {"starts"}
