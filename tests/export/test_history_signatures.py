"""The signatures against a sum in NumPy, on a tokenizer and a model that are small enough to see through."""

import numpy as np
import pytest
import tensorflow as tf

from bert_tf.export.answer_search import AnswerSearch
from bert_tf.export.history_signatures import NO_CANDIDATE, HistorySignatures
from bert_tf.tasks.rank.network import RankNetwork
from bert_tf.text.packing import Packed

SIZE, HISTORY = 3, 2
NETWORK = RankNetwork(history=HISTORY)


class Tokenizer:
    """A text is as many tokens as it has bytes, behind one that every text has."""

    pad_id = 0

    def pack(self, texts, pairs=None, *, max_tokens):
        ids = tf.cast(tf.strings.unicode_decode(texts, "UTF-8"), tf.int32)
        ids = tf.concat([tf.ones([tf.size(texts), 1], tf.int32), ids], 1)[:, :max_tokens]
        return Packed(ids, ids.row_lengths(), tf.zeros([tf.size(texts)], tf.bool))


ROWS = tf.Variable(0)  # how many texts were computed


@pytest.fixture(scope="module")
def functions():
    table = np.random.default_rng(0).normal(size=(256, 2 * SIZE + 2)).astype(np.float32)
    ids = {name: tf.TensorSpec([None, None], tf.int32, name=name)
           for name in ("input_ids", "attention_mask", "token_type_ids")}  # fmt: skip

    @tf.function(input_signature=[ids])
    def outputs(inputs):
        ROWS.assign_add(tf.shape(inputs["input_ids"])[0])
        mask = tf.cast(inputs["attention_mask"], tf.float32)[..., tf.newaxis]
        values = tf.reduce_sum(tf.gather(tf.constant(table), inputs["input_ids"]) * mask, 1)
        return NETWORK.outputs(values / tf.reduce_sum(mask, 1))

    made = HistorySignatures(outputs.get_concrete_function(), NETWORK, Tokenizer(), max_tokens=6)
    vectors = np.eye(SIZE, dtype=np.float32)
    columns = {"ids": [b"x", b"y", b"z"], "texts": [b"d", b"y", b"z"]}
    search = AnswerSearch(vectors, columns=columns, top=2, threshold=None)
    return made.functions(search), table


def by_hand(table, history, candidates):
    def of(text):
        values = table[[1, *text.encode()]][:6].mean(0)
        return {name: each.numpy() for name, each in NETWORK.outputs(tf.constant(values[np.newaxis])).items()}

    read = [of(text) for text in [text for text in history if text][:HISTORY]]
    stacked = {name: tf.concat([part[name] for part in [of(""), *read]], 0) for name in of("")}
    (user,) = NETWORK.users(stacked, tf.constant([list(range(1, len(read) + 1))], tf.int32)).numpy()
    return user, [user @ of(text)["vector"][0] if text else NO_CANDIDATE for text in candidates]


HISTORIES = [["ab", "", "c"], ["", "", ""], ["d", "c", "ab"]]
CANDIDATES = [["c", "xyz", ""], ["ab", "ab", "c"], ["long text here", "", "d"]]


def asked(function, **lists):
    return {name: values.numpy() for name, values in function(
        **{name: tf.constant(value, tf.string) for name, value in lists.items()}
    ).items()}  # fmt: skip


def test_scores_are_those_of_each_row_by_itself(functions):
    made, table = functions
    found = asked(made["rank"], history=HISTORIES, candidates=CANDIDATES)
    wanted = [by_hand(table, *row)[1] for row in zip(HISTORIES, CANDIDATES, strict=True)]
    np.testing.assert_allclose(found["scores"], wanted, atol=1e-5)
    # What is none is left out, so that only the last history is longer than what is read.
    assert found["history_cut"].tolist() == [False, False, True]


def test_users_and_what_an_index_finds_for_them(functions):
    made, table = functions
    users = asked(made["user"], history=HISTORIES)["vector"]
    np.testing.assert_allclose(users, [by_hand(table, history, [])[0] for history in HISTORIES], atol=1e-5)
    found = asked(made["recommend"], history=HISTORIES)
    # The text of x is in the last history.
    for row, user in enumerate(users):
        best = [place for place in np.argsort(-user) if row < 2 or place > 0][:2]
        assert found["ids"][row].tolist() == [(b"x", b"y", b"z")[place] for place in best]
        np.testing.assert_allclose(found["scores"][row], user[best], atol=1e-5)
    # So are all texts in this one, some of them older than what is read.
    nothing = asked(made["recommend"], history=[["c", "ab", "d", "y", "z"]])
    assert (nothing["ids"].tolist(), nothing["scores"].tolist()) == ([[b"", b""]], [[-2, -2]])


@pytest.mark.parametrize("shape", [(0, 2, 3), (1, 0, 0), (2, 0, 3), (2, 3, 0)])
def test_nothing_asked_is_nothing_answered(functions, shape):
    rows, history, candidates = shape
    made = functions[0]
    found = made["rank"](history=tf.fill([rows, history], "a"), candidates=tf.fill([rows, candidates], "b"))
    assert found["scores"].shape == (rows, candidates)
    assert np.isfinite(found["scores"].numpy()).all()


def test_ten_thousand_candidates_are_computed_once_each(functions):
    made, table = functions
    candidates = [f"{number:05}" for number in range(5000)] * 2
    ROWS.assign(0)
    found = asked(made["rank"], history=[["ab", "c"]], candidates=[candidates])["scores"][0]
    # The empty text, two of the history, and the different candidates.
    assert ROWS.numpy() == 5003
    np.testing.assert_allclose(found[:5000], found[5000:])
    np.testing.assert_allclose(found[[7, 4999]], by_hand(table, ["ab", "c"], ["00007", "04999"])[1], atol=1e-5)
