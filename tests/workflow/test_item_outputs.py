"""Rankings from given vectors against loops in NumPy."""

import dataclasses
import pathlib

import numpy as np
import pytest
import tensorflow as tf

from bert_tf.batches.cache import open_token_cache
from bert_tf.data.histories import Events, histories_of
from bert_tf.tasks.embed.stored_texts import split_texts
from bert_tf.tasks.rank.network import RankNetwork
from bert_tf.text.loading import load_tokenizer
from bert_tf.workflow.interactions import Interactions
from bert_tf.workflow.item_outputs import ItemBaselines, item_outputs
from bert_tf.workflow.listed_texts import ListedTexts

TEXTS = [b"", *(f"item number {number}".encode() for number in range(1, 9))]
NETWORK = RankNetwork(history=2)
RANDOM = np.random.default_rng(1)
VECTORS = {"vector": RANDOM.normal(size=(9, 4)), "value": RANDOM.normal(size=(9, 4)), "attention": np.zeros((9, 2))}
VECTORS["vector"] /= np.linalg.norm(VECTORS["vector"], axis=1, keepdims=True)

# Users, times and items: of train, which has the items 1 to 6, and of test, with 7 and 8.
TRAIN = (np.array([1, 1, 2, 2, 1, 2]), np.arange(6.0), np.array([1, 2, 1, 3, 4, 5], np.int32))
TEST = (np.array([1, 2, 3]), np.array([10.0, 11, 12]), np.array([3, 8, 6], np.int32))


@pytest.fixture(scope="module")
def splits(cache: pathlib.Path, minilm: pathlib.Path):
    tokenizer = load_tokenizer(minilm, cache_folder=cache)
    tokens = open_token_cache(ListedTexts(TEXTS), tokenizer, max_tokens=16, cache_folder=cache)
    counts = np.bincount(TRAIN[2], minlength=9)
    events = [Events(users, times, 2) for users, times, _ in (TRAIN, TEST)]
    items = [TRAIN[2], TEST[2]]
    return [
        Interactions(TEXTS, tokens, items[split], histories_of(events[: split + 1], items[: split + 1]), 2, counts,
                     (6, 8)[split], events[split].users)
        for split in (0, 1)
    ]  # fmt: skip


def predict(dataset, order):
    assert sorted(order.tolist()) == list(range(9))
    assert sum(len(batch["input_ids"]) for batch in dataset) == 9
    return {name: values.astype(np.float32) for name, values in VECTORS.items()}


def test_ranks_and_what_is_kept_for_people(splits):
    _, test = splits
    found = item_outputs(NETWORK, predict, test, batch_tokens=64)
    tensors = {name: tf.constant(values, tf.float32) for name, values in VECTORS.items()}
    # User 1 liked 1, 2 and 4; user 2 liked 1, 3 and 5; of each the newest two are read; user 3 is new.
    users = NETWORK.users(tensors, tf.constant([[4, 2], [5, 3], [0, 0]])).numpy()
    known = [{1, 2, 4}, {1, 3, 5}, set()]
    for row, item in enumerate(TEST[2]):
        scores = {other: users[row] @ VECTORS["vector"][other] for other in range(1, 9) if other not in known[row]}
        assert found["rank"][row] == 1 + sum(score > scores[item] for score in scores.values())
        assert found["among"][row] == len(scores)
        assert found["top"][row, 0] == max(scores, key=scores.get) - 1
        first_other = max((other for other in scores if other != item), key=scores.get)
        assert split_texts(found["wrong"])[row] == (TEXTS[first_other],)
    assert found["items"].tolist() == [8, 8, 8]
    assert found["is_new"].tolist() == [False, True, True]
    assert found["liked_before"].tolist() == [3, 3, 0]
    assert split_texts(found["history"]) == [
        (TEXTS[4], TEXTS[2], TEXTS[1]), (TEXTS[5], TEXTS[3], TEXTS[1]), (b"",),
    ]  # fmt: skip


def test_baselines_know_training_events_only(splits):
    train, test = splits
    made = ItemBaselines(NETWORK, train, None, weights=np.ones(6, np.float32), seed=1)
    found = made.outputs(test)
    # By popularity: each of 2, 3, 4 and 5 once, 6 to 8 never; user 1 has not liked 3, 5, 6, 7 and 8.
    assert found["popularity_rank"].tolist() == [1, 4, 7]
    # Nobody knows the new items 8 and 6: they stand among the last ones.
    assert found["ids_rank"][1:].tolist() == [4, 7]
    # User 2, whose newest are 5 and 3: together with 1 only, which he knows, and user 3 has no history.
    assert found["cooccurrence_rank"][2] == 7
    assert {name.rpartition("_")[0] for name in found} == {"popularity", "cooccurrence", "ids"}
    np.testing.assert_array_equal(made.outputs(test)["ids_rank"], found["ids_rank"])


def test_co_occurrence_reads_as_much_of_a_history_as_is_best_on_validation_rows(splits):
    train, test = splits
    long = [dataclasses.replace(each, longest=20) for each in (train, test)]
    chosen = ItemBaselines(NETWORK, long[0], long[1], weights=np.ones(6, np.float32), seed=1)._newest
    assert chosen in (3, 5, 10, 20)
    assert ItemBaselines(NETWORK, long[0], None, weights=np.ones(6, np.float32), seed=1)._newest == 20
