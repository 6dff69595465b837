import hypothesis
import hypothesis.extra.numpy as arrays
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import strategies

from bert_tf.export.answer_search import AnswerSearch

# Of length 1, and from [0.6, 0.8] at cosines of 0.6, 0.8, 1 and -0.6.
VECTORS = np.array([[1, 0], [0, 1], [0.6, 0.8], [-1, 0]], np.float32)
COLUMNS = {"ids": [b"a", b"b", b"c", b"d"], "texts": [b"east", "nördlich".encode(), b"", b"west"]}


def search(top=3, threshold=None):
    return AnswerSearch(VECTORS, columns=COLUMNS, top=top, threshold=threshold)


def test_the_nearest_answers_come_first():
    found = search()(tf.constant([[0.6, 0.8], [-1, 0]]))
    assert set(found) == {"ids", "texts", "scores"}
    np.testing.assert_allclose(found["scores"], [[1, 0.8, 0.6], [1, 0, -0.6]], atol=1e-6)
    assert found["ids"].numpy().tolist() == [[b"c", b"b", b"a"], [b"d", b"b", b"c"]]
    assert found["texts"].numpy()[0].tolist() == [b"", "nördlich".encode(), b"east"]


def test_no_answer_fits_below_the_threshold():
    asked = tf.constant([[0.6, 0.8], [-0.6, -0.8]])
    # The best of the second is "d", at a cosine of 0.6.
    assert search(threshold=0.7)(asked)["none_fits"].numpy().tolist() == [False, True]
    assert search(threshold=0.5)(asked)["none_fits"].numpy().tolist() == [False, False]


def test_no_questions():
    found = search(threshold=0.5)(tf.zeros([0, 2]))
    assert {name: values.shape.as_list() for name, values in found.items()} == {
        "ids": [0, 3], "texts": [0, 3], "scores": [0, 3], "none_fits": [0],
    }  # fmt: skip


@hypothesis.settings(max_examples=30)
@hypothesis.given(
    arrays.arrays(np.float32, (7, 3), elements=strategies.integers(-4, 4)),
    arrays.arrays(np.float32, (2, 3), elements=strategies.integers(-4, 4)),
)
def test_as_a_sort_finds_them(vectors, asked):
    # Whole numbers: sums are exact, and many are equal.
    ids = [str(row).encode() for row in range(7)]
    found = AnswerSearch(vectors, columns={"ids": ids}, top=4, threshold=None)(tf.constant(asked))
    for row, question in enumerate(asked):
        order = sorted(range(7), key=lambda place: (-float(vectors[place] @ question), place))[:4]
        assert found["ids"][row].numpy().tolist() == [ids[place] for place in order]


@pytest.mark.parametrize("loader", ["load", "session"])
def test_saved_and_loaded(loader, tmp_path):
    module = tf.Module()
    module.search = search(threshold=0.7)
    spec = tf.TensorSpec([None, 2], tf.float32, name="vector")
    function = tf.function(module.search, input_signature=[spec]).get_concrete_function()
    tf.saved_model.save(module, str(tmp_path / "saved"), signatures={"serving_default": function})
    asked, expected = VECTORS[1:3], module.search(tf.constant(VECTORS[1:3]))
    if loader == "load":
        signature = tf.saved_model.load(str(tmp_path / "saved")).signatures["serving_default"]
        found = {name: values.numpy() for name, values in signature(**{_input(signature): tf.constant(asked)}).items()}
    else:
        with tf.compat.v1.Session(graph=tf.Graph()) as session:
            meta = tf.compat.v1.saved_model.load(session, ["serve"], str(tmp_path / "saved"))
            described = meta.signature_def["serving_default"]
            (fed,) = (info.name for info in described.inputs.values())
            fetched = {name: info.name for name, info in described.outputs.items()}
            found = session.run(fetched, {fed: asked})
    assert {name: values.tolist() for name, values in found.items()} == {
        name: values.numpy().tolist() for name, values in expected.items()
    }


def _input(signature):
    (name,) = signature.structured_input_signature[1]
    return name


def test_what_is_left_out_makes_room_for_the_next_and_repeated_texts_go_together():
    vectors = np.eye(5, dtype=np.float32)
    texts = [b"a", b"a", b"b", b"c", b"d"]
    search = AnswerSearch(
        vectors, columns={"ids": [b"0", b"1", b"2", b"3", b"4"], "texts": texts}, top=2, threshold=0.5
    )
    asked = tf.constant([[0.9, 0.8, 0.7, 0.6, 0.1]] * 3)
    found = search.without(asked, tf.constant([["a", ""], ["b", "not an answer"], ["a", "b"]]))
    assert found["ids"].numpy().tolist() == [[b"2", b"3"], [b"0", b"1"], [b"3", b"4"]]
    np.testing.assert_allclose(found["scores"], [[0.7, 0.6], [0.9, 0.8], [0.6, 0.1]], atol=1e-6)
    assert found["none_fits"].numpy().tolist() == [False] * 3
    # Of everything, nothing is left, and nothing fits.
    nothing = search.without(asked[:1], tf.constant([["a", "b", "c", "d"]]))
    assert nothing["texts"].numpy().tolist() == [[b"", b""]]
    assert (nothing["scores"].numpy().tolist(), nothing["none_fits"].numpy().tolist()) == ([[-2, -2]], [True])
    assert search.without(asked[:0], tf.zeros([0, 3], tf.string))["ids"].shape == (0, 2)
