import numpy as np
import pytest
import tensorflow as tf

from bert_tf.export.signatures import ServingModule, describe, save
from bert_tf.tasks.classify.network import ClassifyNetwork
from bert_tf.tasks.classify.serving import ClassifyServing
from bert_tf.text.windows import Windows


def example(**texts):
    features = {
        name: tf.train.Feature(bytes_list=tf.train.BytesList(value=[text.encode()])) for name, text in texts.items()
    }
    return tf.train.Example(features=tf.train.Features(feature=features)).SerializeToString()


def test_text_in_named_answers_out(counting):
    serve = counting.signatures()["serving_default"]
    outputs = serve(text=tf.constant(["two words", "", "long " * 50, "one two three four five six"]))
    assert outputs["label"].numpy().tolist() == [b"many"] * 4
    np.testing.assert_allclose(
        outputs["probabilities"], [[1 / 5, 4 / 5], [1 / 3, 2 / 3], [1 / 9, 8 / 9], [1 / 9, 8 / 9]], rtol=1e-6
    )
    np.testing.assert_allclose(outputs["score"], [4 / 5, 2 / 3, 8 / 9, 8 / 9], rtol=1e-6)
    # Six words and two special tokens are as many as fit.
    assert outputs["truncated"].numpy().tolist() == [False, False, True, False]


def test_each_is_traced_once(counting):
    first, second = counting.signatures(), counting.signatures()
    assert all(second[name] is function for name, function in first.items())
    # What a caller takes out of its own is there for the next.
    first.clear()
    assert counting.signatures() == second


def test_examples_in_classes_and_scores_out(counting):
    outputs = counting.signatures()["classify"](inputs=tf.constant([example(text="two words"), example(text="")]))
    # Exactly these: TensorFlow Serving's Classify takes no signature with others.
    assert set(outputs) == {"classes", "scores"}
    assert outputs["classes"].numpy().tolist() == [[b"few", b"many"]] * 2
    np.testing.assert_allclose(outputs["scores"], [[1 / 5, 4 / 5], [1 / 3, 2 / 3]], rtol=1e-6)


def test_an_example_without_text_is_refused(counting):
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"text(.|\n)*required but could not be found"):
        counting.signatures()["classify"](inputs=tf.constant([example(txt="two words")]))


def test_empty_batches(counting):
    signatures = counting.signatures()
    nothing, no_ids = tf.constant([], tf.string), tf.zeros((0, 3), tf.int32)
    assert signatures["serving_default"](text=nothing)["probabilities"].shape == (0, 2)
    assert signatures["serving_default"](text=nothing)["truncated"].shape == (0,)
    assert signatures["classify"](inputs=nothing)["classes"].shape == (0, 2)
    ids = {"input_ids": no_ids, "attention_mask": no_ids, "token_type_ids": no_ids}
    assert signatures["from_ids"](**ids)["label"].shape == (0,)


def test_ids_in(counting):
    ids = tf.ones((1, 3), tf.int32)
    outputs = counting.signatures()["from_ids"](input_ids=ids, attention_mask=ids, token_type_ids=ids)
    np.testing.assert_allclose(outputs["score"], [3 / 4], rtol=1e-6)


def test_description(counting):
    answers = {"label": "string[None]", "probabilities": "float32[None, 2]", "score": "float32[None]"}
    ids = dict.fromkeys(("input_ids", "attention_mask", "token_type_ids"), "int32[None, None]")
    assert describe(counting.signatures()) == {
        "serving_default": {"inputs": {"text": "string[None]"}, "outputs": {**answers, "truncated": "bool[None]"}},
        "classify": {
            "inputs": {"inputs": "string[None]"},
            "outputs": {"classes": "string[None, 2]", "scores": "float32[None, 2]"},
        },
        "from_ids": {"inputs": ids, "outputs": answers},
    }


def counted_second(inputs):
    """Logits (0, log n) for n tokens of the second text."""
    second = tf.cast(tf.reduce_sum(inputs["token_type_ids"], 1), tf.float32)
    return {"logits": tf.stack([0 * second, tf.math.log(second)], 1)}


def pair_module(tokenizer):
    return ServingModule(
        outputs=counted_second,
        variables=[],
        network=ClassifyNetwork(("few", "many")),
        example_signatures=ClassifyServing(("few", "many")).example_signatures,
        tokenizer=tokenizer,
        max_tokens=9,
        pairs=True,
    )


def test_pairs(tokenizer):
    signatures = pair_module(tokenizer).signatures()
    # The second text's three words and its [SEP]; of the other, both texts get three of six places.
    outputs = signatures["serving_default"](
        text=tf.constant(["one", "long " * 9]), text_pair=tf.constant(["two more words", "long " * 9])
    )
    np.testing.assert_allclose(outputs["score"], [4 / 5, 4 / 5], rtol=1e-6)
    assert outputs["truncated"].numpy().tolist() == [False, True]
    inputs = tf.constant([example(text="one", text_pair="two more words")])
    np.testing.assert_allclose(signatures["classify"](inputs=inputs)["scores"], [[1 / 5, 4 / 5]], rtol=1e-6)


def test_without_a_tokenizer_ids_are_the_default():
    signatures = pair_module(None).signatures()
    assert set(signatures) == {"serving_default", "from_ids"}
    assert set(describe(signatures)["serving_default"]["inputs"]) == {"input_ids", "attention_mask", "token_type_ids"}


def counted(inputs):
    count = tf.cast(tf.reduce_sum(inputs["attention_mask"], 1), tf.float32)
    return {"logits": tf.stack([0 * count, tf.math.log(count)], 1)}


def test_windows_of_a_long_text_are_averaged(tokenizer):
    module = ServingModule(
        outputs=counted,
        variables=[],
        network=ClassifyNetwork(("few", "many")),
        example_signatures=ClassifyServing(("few", "many")).example_signatures,
        tokenizer=tokenizer,
        max_tokens=6,
        pairs=False,
        windows=Windows(max_tokens=6, overlap=1, most=3),
    )
    # Four words fit. Eight are windows of 6, 6 and 4 tokens, whose probabilities are 6/7, 6/7 and 4/5; ten are the
    # most that three windows of four words hold that share one.
    texts = ["one two", "word " * 8, "word " * 10, "word " * 11, ""]
    outputs = module.signatures()["serving_default"](text=tf.constant(texts))
    by_hand = [4 / 5, (6 * 6 / 7 + 6 * 6 / 7 + 4 * 4 / 5) / 16, 6 / 7, 6 / 7, 2 / 3]
    np.testing.assert_allclose(outputs["probabilities"][:, 1], by_hand, rtol=1e-6)
    assert outputs["truncated"].numpy().tolist() == [False, False, False, True, False]
    nothing = module.signatures()["serving_default"](text=tf.constant([], tf.string))
    assert nothing["probabilities"].shape == (0, 2)


def test_methods_are_those_that_a_strict_server_asks_for(counting, tmp_path):
    save(counting, tmp_path / "saved")
    with tf.compat.v1.Session(graph=tf.Graph()) as session:
        loaded = tf.compat.v1.saved_model.load(session, ["serve"], str(tmp_path / "saved"))
    methods = {name: signature.method_name for name, signature in loaded.signature_def.items()}
    assert methods["classify"] == "tensorflow/serving/classify"
    assert methods["serving_default"] == methods["from_ids"] == "tensorflow/serving/predict"


def test_the_fingerprint_is_that_of_the_file(counting, tmp_path):
    save(counting, tmp_path / "saved")
    written = tf.saved_model.experimental.read_fingerprint(str(tmp_path / "saved"))
    (tmp_path / "saved" / "fingerprint.pb").unlink()
    from tensorflow.python.saved_model.fingerprinting_utils import write_fingerprint

    write_fingerprint(str(tmp_path / "saved"))
    assert tf.saved_model.experimental.read_fingerprint(str(tmp_path / "saved")) == written


def shapes(outputs):
    return {name: array.shape for name, array in outputs.items()}


@pytest.mark.parametrize("length", [0, 5])
def test_a_real_model_answers_empty_batches(served, length):
    nothing, no_ids = np.array([], object), np.zeros((0, length), np.int32)
    answers = {"label": (0,), "score": (0,), "probabilities": (0, 5)}
    assert shapes(served("serving_default", text=nothing)) == {**answers, "truncated": (0,)}
    assert shapes(served("classify", inputs=nothing)) == {"classes": (0, 5), "scores": (0, 5)}
    ids = dict.fromkeys(("input_ids", "attention_mask", "token_type_ids"), no_ids)
    assert shapes(served("from_ids", **ids)) == answers


def test_a_real_models_signatures_agree(served, tokenizer):
    texts = ["the match was won in extra time", "", "shares fell " * 40]
    answer = served("serving_default", text=np.array([text.encode() for text in texts], object))
    classified = served("classify", inputs=np.array([example(text=text) for text in texts], object))
    np.testing.assert_allclose(classified["scores"], answer["probabilities"], atol=1e-5)
    assert answer["truncated"].tolist() == [False, False, True]
    best = classified["classes"][np.arange(3), classified["scores"].argmax(-1)]
    assert best.tolist() == answer["label"].tolist()
    ids = {name: tensor.numpy() for name, tensor in tokenizer.encode(tf.constant(texts), max_tokens=32).items()}
    np.testing.assert_allclose(served("from_ids", **ids)["probabilities"], answer["probabilities"], atol=1e-5)


def test_a_real_model_answers_many_texts_as_it_answers_each(served):
    """Enough for several slices of `models.frozen.micro_batches`."""
    texts = np.array([f"{index} goals and {'many ' * (index % 40)}shares".encode() for index in range(150)], object)
    together = served("serving_default", text=texts)
    for index in (0, 49, 74, 75, 149):
        alone = served("serving_default", text=texts[index : index + 1])
        np.testing.assert_allclose(together["probabilities"][index], alone["probabilities"][0], atol=1e-5)
        assert together["truncated"][index] == alone["truncated"][0]


def test_a_constant_is_saved_once(tmp_path):
    table = np.random.default_rng(0).normal(size=(1000, 300)).astype(np.float32)
    module = ServingModule(
        outputs=lambda inputs: {"logits": tf.gather(tf.constant(table), inputs["input_ids"][:, 0])[:, :2]},
        variables=[],
        network=ClassifyNetwork(("few", "many")),
        example_signatures=ClassifyServing(("few", "many")).example_signatures,
        tokenizer=None,
        max_tokens=8,
        pairs=False,
    )
    save(module, tmp_path / "model")
    assert table.nbytes < (tmp_path / "model" / "saved_model.pb").stat().st_size < 1.5 * table.nbytes
