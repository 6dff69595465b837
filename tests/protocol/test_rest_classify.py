"""Classify over REST, for models that have a signature for it."""

import base64

import numpy as np
import pytest

TEXTS = ["Shares fall as oil prices rise", "The striker scored twice", ""]


@pytest.fixture(scope="session")
def classify(rest, signatures):
    """Ask the signature `classify` for examples."""
    if "classify" not in signatures:
        pytest.skip("this model has no signature classify")

    def ask(**body):
        response = rest.post(":classify", {"signature_name": "classify", **body})
        assert response.status_code == 200, response.text
        return response.json()["results"]

    return ask


def test_classes_are_those_of_predict(rest, classify, single_text):
    predicted = rest.predict({"instances": TEXTS}).json()["predictions"]
    results = classify(examples=[{single_text: text} for text in TEXTS])
    for classes, row in zip(results, predicted, strict=True):
        labels, scores = zip(*classes, strict=True)
        assert np.allclose(scores, row["probabilities"], rtol=0, atol=1e-5)
        assert labels[int(np.argmax(scores))] == row["label"]


def test_values_lists_and_base64_are_the_same(classify, single_text):
    plain, listed, encoded = classify(
        examples=[
            {single_text: TEXTS[0]},
            {single_text: [TEXTS[0]]},
            {single_text: {"b64": base64.b64encode(TEXTS[0].encode()).decode()}},
        ]
    )
    for other in (listed, encoded):
        assert [label for label, _ in plain] == [label for label, _ in other]
        assert np.allclose([score for _, score in plain], [score for _, score in other], rtol=0, atol=1e-5)


def test_context_is_part_of_each_example(classify, single_text):
    (alone,) = classify(examples=[{single_text: TEXTS[0]}])
    (with_context,) = classify(context={single_text: TEXTS[0]}, examples=[{}])
    assert np.allclose([score for _, score in alone], [score for _, score in with_context], rtol=0, atol=1e-5)


def test_an_example_without_its_text(rest, classify):
    response = rest.post(":classify", {"signature_name": "classify", "examples": [{"none": "a"}]})
    rest.refused(response, 400)
