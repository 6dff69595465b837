import json
import shlex

import pytest

from bert_tf.export.example_request import curl_line

URL = "http://localhost:8501/v1/models/a%20b"


@pytest.mark.parametrize(
    "inputs", [("text",), ("text_pair", "text"), ("token_type_ids", "input_ids", "attention_mask")]
)
def test_a_row_for_each_input(inputs):
    curl, flag, body, url = shlex.split(curl_line(URL, inputs))
    assert (curl, flag, url) == ("curl", "-d", f"{URL}:predict")
    values = json.loads(body)["inputs"]
    assert set(values) == set(inputs)
    assert {len(rows) for rows in values.values()} == {1}


@pytest.mark.parametrize("inputs", [(), ("text", "image")])
def test_other_signatures_have_no_example(inputs):
    assert curl_line(URL, inputs) is None
