"""What REST refuses: with TensorFlow Serving's status, in its shape, and where they are known in its words."""

import json

import pytest

PREDICT = ":predict"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/foo"),
        ("POST", "/v1/foo"),
        ("POST", "/v1/models"),
        ("GET", "/v1/models/{name}:predict"),
        ("PUT", "/v1/models/{name}:predict"),
        ("DELETE", "/v1/models/{name}"),
        ("POST", "/v1/models/{name}"),
        ("POST", "/v1/models/{name}/metadata"),
        ("POST", "/v1/models/{name}:explain"),
        ("GET", "/v1/models/{name}/debug"),
        ("POST", "/v1/models/{name}/version/1:predict"),
        ("POST", "/v1/models/{name}/versions/one:predict"),
        ("POST", "/v1/models/{name}/label/stable:predict"),
        ("POST", "/v1/models/{name}/versions/1/labels/stable:predict"),
    ],
)
def test_paths_that_are_not(rest, method, path):
    path = path.format(name=rest.name)
    rest.refused(rest.client.request(method, path), 400, f"Malformed request: {method} {path}")


def test_no_model_named(rest):
    rest.refused(rest.client.get("/v1/models"), 400, "Missing model name in request.")


def test_outside_of_the_api(rest):
    assert rest.client.get("/index.html").status_code == 404


def test_a_model_that_is_not(rest):
    response = rest.client.post("/v1/models/no-such-model:predict", content='{"instances": ["a"]}')
    rest.refused(response, 404, "Servable not found for request: Latest(no-such-model)")


def test_a_version_that_is_not(rest):
    response = rest.post("/versions/999999:predict", {"instances": ["a"]})
    rest.refused(response, 404, f"Servable not found for request: Specific({rest.name}, 999999)")


def test_a_version_that_is_no_number_of_64_bits(rest):
    assert rest.post(f"/versions/{2**64 - 1}:predict", {"instances": ["a"]}).status_code == 400


def test_a_label_that_is_not(rest):
    response = rest.post("/labels/no-such-label:predict", {"instances": ["a"]})
    rest.refused(response, 400, "Unrecognized servable version label: no-such-label")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("", "JSON Parse error: The document is empty"),
        ("instances = [1, 2]", "JSON Parse error"),
        ('{"instances": [', "JSON Parse error"),
        ('{"instances": ["a"]} x', "JSON Parse error"),
        ("[1]", "Is not object"),
        ({}, "Missing 'inputs' or 'instances' key"),
        ({"instances": ["a"], "inputs": ["a"]}, "expecting only one of 'inputs' or 'instances' keys to exist"),
        ({"instances": "a"}, "Excepting 'instances' to be an list/array"),
        ({"instances": []}, "No values in 'instances' array"),
        ({"signature_name": 100, "instances": ["a"]}, "'signature_name' key must be a string value."),
        (
            {"signature_name": "none", "instances": ["a"]},
            'Serving signature name: "none" not found in signature def',
        ),
    ],
)
def test_documents_that_are_no_request(rest, body, words):
    rest.refused(rest.predict(body), 400, words)


@pytest.mark.parametrize("value", [7, 1.5, True, None])
def test_values_of_another_type(rest, single_text, value):
    for body in ({"instances": [value]}, {"inputs": [value]}, {"inputs": {single_text: [value]}}):
        shown = f"JSON Value: {json.dumps(value)} Type:"
        rest.refused(rest.predict(body), 400, shown, "is not of expected type: string")


@pytest.mark.parametrize("value", [{"b64": 7}, {"b64": "aGk=", "more": 1}, {"b65": "aGk="}])
def test_objects_that_are_not_base64(rest, single_text, value):
    rest.refused(rest.predict({"inputs": {single_text: [value]}}), 400, "not formatted correctly for base64 data")


def test_text_that_is_not_base64(rest):
    rest.refused(rest.predict({"instances": [{"b64": "!"}]}), 400, "Unable to base64 decode")


def test_missing_and_unknown_inputs(rest, single_text):
    rest.refused(
        rest.predict({"inputs": {"none": ["a"]}}), 400, f"Missing named input: {single_text} in 'inputs' object."
    )
    rest.refused(
        rest.predict({"instances": [{"none": "a"}]}),
        400,
        "Failed to process element: 0 key: none of 'instances' list.",
        "JSON object: does not have named input: none",
    )
    rest.refused(
        rest.predict({"instances": [{single_text: "a"}, {}]}),
        400,
        "Failed to process element: 1 of 'instances' list.",
        # Older releases: "must only have keys: ".
        f": {single_text}",
    )


def test_rows_of_different_kinds(rest, single_text):
    rest.refused(
        rest.predict({"instances": [{single_text: "a"}, "b"]}), 400, "Expecting object but got list at item 1 of input"
    )
    rest.refused(
        rest.predict({"instances": ["a", {single_text: "b"}]}),
        400,
        "Expecting value/list but got object at item 1 of input list",
    )


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"inputs": [["a", "b"], ["c"]]}, "Encountered list at unexpected size: 1 at level: 1"),
        ({"inputs": ["a", ["b"]]}, "Encountered list at unexpected level: 1 expected < 1"),
        ({"inputs": [["a"], "b"]}, "found at incorrect level: 2 in the JSON DOM."),
        ({"instances": ["a", ["b", "c"]]}, "Failed to process element: 1 of 'instances' list."),
    ],
)
def test_ragged_lists(rest, single_text, body, words):
    rest.refused(rest.predict(body), 400, words)


def test_a_shape_that_the_model_does_not_take(rest):
    rest.refused(rest.predict({"inputs": [[["a"]]]}), 400)


def test_ids_of_different_lengths_in_a_row(rest, signatures):
    if "from_ids" not in signatures:
        pytest.skip("this model has no signature from_ids")
    names = ("input_ids", "attention_mask", "token_type_ids")
    rows = [{name: [1] * length for name in names} for length in (2, 3)]
    rest.refused(
        rest.predict({"signature_name": "from_ids", "instances": rows}), 400, "Failed to process element: 1 key:"
    )


def test_several_inputs_need_their_names(rest, signatures):
    if "from_ids" not in signatures:
        pytest.skip("this model has no signature from_ids")
    rest.refused(
        rest.predict({"signature_name": "from_ids", "inputs": [[1]]}),
        400,
        "inputs is a plain value/list, but expecting an object as multiple input tensors required",
    )
    rest.refused(
        rest.predict({"signature_name": "from_ids", "instances": [[1]]}),
        400,
        "instances is a plain list, but expecting list of objects as multiple input tensors required",
    )


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "key 'examples' is expected and was not found"),
        ({"examples": {}}, "Expecting 'examples' value to be an list/array"),
        ({"examples": []}, "'examples' value is an empty array"),
        ({"examples": [7]}, "Example must be JSON object but got JSON Number"),
        ({"examples": [{"text": None}]}, "Feature: text has element with unexpected JSON type: Null"),
        ({"examples": [{"text": [["a"]]}]}, "Feature: text has element with unexpected JSON type: Array"),
        ({"examples": [{"text": ["a", 1]}]}, "Unexpected element type in feature: text"),
    ],
)
@pytest.mark.parametrize("method", ["classify", "regress"])
def test_examples_that_are_none(rest, method, body, words):
    rest.refused(rest.post(f":{method}", body), 400, words)


def test_classify_of_a_signature_for_predict(rest):
    response = rest.post(":classify", {"examples": [{"text": "a"}]})
    rest.refused(response, 400)
    response = rest.post(":classify", {"signature_name": "none", "examples": [{"text": "a"}]})
    rest.refused(response, 400, "No signature was found with the name: none")


def test_regress_of_a_signature_for_predict(rest):
    rest.refused(rest.post(":regress", {"examples": [{"text": "a"}]}), 400, "Expected one output Tensor.")
    response = rest.post(":regress", {"signature_name": "none", "examples": [{"text": "a"}]})
    rest.refused(response, 400, "No signature was found with the name: none")
