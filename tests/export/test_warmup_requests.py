"""Warm-up requests: parsed back, and answered by the model that they are for."""

import collections

import numpy as np
import pytest
import tensorflow as tf
from tensorflow_serving.apis import prediction_log_pb2

from bert_tf.export.batch_sizes import batch_sizes
from bert_tf.export.signatures import save
from bert_tf.export.warmup_requests import WARMUP_FILE, one_token_word, row_lengths, write_warmup
from bert_tf.text.windows import Windows

SIZES = [1, 2, 3]


def logs(version):
    for record in tf.data.TFRecordDataset(str(version / WARMUP_FILE)).as_numpy_iterator():
        yield prediction_log_pb2.PredictionLog.FromString(record)


def request_of(log):
    """Signature and inputs, as a server reads them."""
    if log.WhichOneof("log_type") == "classify_log":
        request = log.classify_log.request
        examples = request.input.example_list.examples
        return request.model_spec, {"inputs": np.array([each.SerializeToString() for each in examples], object)}
    request = log.predict_log.request
    return request.model_spec, {name: tf.make_ndarray(tensor) for name, tensor in request.inputs.items()}


def write(folder, tokenizer, **changes):
    settings = {
        "max_tokens": 20,
        "pairs": False,
        "windows": None,
        "sizes": SIZES,
        "text_signatures": [],
        "example_apis": ["classify"],
        **changes,
    }
    write_warmup(folder, name="counts", tokenizer=tokenizer, **settings)
    return [request_of(log) for log in logs(folder)]


@pytest.mark.parametrize(
    "max_tokens, lengths", [(2, [2]), (8, [8]), (20, [8, 16, 20]), (128, [8, 16, 32, 64, 128]), (9, [8, 9])]
)
def test_lengths(max_tokens, lengths):
    assert row_lengths(max_tokens) == lengths


def tokens_of(tokenizer, inputs, max_tokens):
    if "input_ids" in inputs:
        return inputs["input_ids"].shape[1]
    if "inputs" in inputs:
        parsed = [tf.train.Example.FromString(each).features.feature for each in inputs["inputs"]]
        inputs = {name: np.array([each[name].bytes_list.value[0] for each in parsed]) for name in parsed[0]}
    pairs = list(inputs["text_pair"]) if "text_pair" in inputs else None
    encoded = tokenizer.encode_batch(list(inputs["text"]), pairs, max_tokens=max_tokens)
    assert not encoded.truncated.any()
    return set(encoded.lengths.tolist()).pop()


@pytest.mark.parametrize("pairs", [False, True])
def test_every_signature_size_and_length(tokenizer, tmp_path, pairs):
    found = collections.Counter()
    for spec, inputs in write(tmp_path, tokenizer, pairs=pairs):
        size = len(next(iter(inputs.values())))
        found[spec.signature_name, size, tokens_of(tokenizer, inputs, 20)] += 1
        assert spec.name == "counts"
    signatures = ("serving_default", "classify", "from_ids")
    assert found == {(name, size, length): 1 for name in signatures for size in SIZES for length in (8, 16, 20)}


def test_signatures_of_texts_beside_the_default(tokenizer, tmp_path):
    requests = write(tmp_path, tokenizer, text_signatures=["encode", "answer"])
    found = collections.Counter(spec.signature_name for spec, inputs in requests if "text" in inputs)
    assert found == dict.fromkeys(("serving_default", "encode", "answer"), len(SIZES) * 3)


def test_windows_have_their_longest_text(tokenizer, tmp_path):
    windows = Windows(max_tokens=20, overlap=4, most=5)
    requests = write(tmp_path, tokenizer, windows=windows)
    lengths = {tokens_of(tokenizer, inputs, 1000) for spec, inputs in requests if spec.signature_name != "from_ids"}
    assert lengths == {8, 16, 20, windows.longest_row}
    assert {inputs["input_ids"].shape[1] for _, inputs in requests if "input_ids" in inputs} == {8, 16, 20}


def test_without_a_tokenizer_ids_only(tmp_path):
    requests = write(tmp_path, None)
    assert {spec.signature_name for spec, _ in requests} == {"serving_default", "from_ids"}
    for _, inputs in requests:
        assert {array.dtype for array in inputs.values()} == {np.dtype("int32")}
        assert inputs["attention_mask"].all()


def test_the_largest_that_a_recipe_allows_is_few_and_small(tokenizer, tmp_path):
    requests = write(tmp_path, tokenizer, max_tokens=4096, sizes=batch_sizes(256))
    assert len(requests) <= 1000
    assert (tmp_path / WARMUP_FILE).stat().st_size < 64 << 20


def test_a_word_of_one_token(tokenizer):
    word = one_token_word(tokenizer)
    assert tokenizer.encode_batch([b" ".join([word] * 7)], max_tokens=20).lengths.tolist() == [9]


def test_a_real_model_answers_its_own(trained, served):
    answered = collections.Counter()
    for spec, inputs in map(request_of, logs(trained.model)):
        outputs = served(spec.signature_name, **inputs)
        scores = outputs["scores" if spec.signature_name == "classify" else "probabilities"]
        # All rows of a batch are the same.
        np.testing.assert_allclose(scores, np.tile(scores[:1], (len(scores), 1)), atol=1e-5)
        np.testing.assert_allclose(scores.sum(-1), 1, atol=1e-5)
        answered[spec.signature_name, len(scores)] += 1
    config = (trained.model.parent / "serving" / "batching.config").read_text()
    allowed = [int(line.split()[1]) for line in config.splitlines() if line.startswith("allowed_batch_sizes")]
    assert allowed == [1, 2, 4, 8, 16, 32]
    # Texts of 8, 16 and 32 tokens, which is the run's longest.
    signatures = ("serving_default", "classify", "from_ids")
    assert answered == {(signature, size): 3 for signature in signatures for size in allowed}


def test_replayed_by_the_model(counting, tokenizer, tmp_path):
    save(counting, tmp_path)
    signatures = tf.saved_model.load(str(tmp_path)).signatures
    answered = 0
    for spec, inputs in write(tmp_path, tokenizer, max_tokens=8):
        outputs = signatures[spec.signature_name](**{name: tf.constant(array) for name, array in inputs.items()})
        # As many tokens as the length says: 8.
        scores = outputs["scores" if spec.signature_name == "classify" else "probabilities"]
        np.testing.assert_allclose(scores, np.tile([[1 / 9, 8 / 9]], (len(scores), 1)), rtol=1e-6)
        answered += 1
    assert answered == 9
