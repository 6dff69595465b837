import pathlib

import numpy as np
import pytest

from bert_tf.batches.cache import Tokenizing
from bert_tf.errors import DataError
from bert_tf.recipe.schema import Recipe
from bert_tf.tasks.recipes import make_recipe
from bert_tf.tasks.table import task_of
from bert_tf.text.loading import load_tokenizer
from bert_tf.workflow.data import load_data, named_examples
from bert_tf.workflow.interactions import interactions

EVENTS = "user,time,text\nann,1,Heat\nann,2,Up\nbob,3,Up\nann,4,Big\nbob,5,Heat\n"


@pytest.fixture
def found(tmp_path: pathlib.Path, cache: pathlib.Path, minilm: pathlib.Path):
    """The interactions of CSV rows."""

    def make(events: str, *, task: str = "rank", test: str | float = 0.4, **own: object):
        path = tmp_path / "events.csv"
        path.write_text(events)
        data = {"source": "files", "train": str(path), "test": test, "label": "user"}
        recipe: Recipe = make_recipe({"name": "mine", "task": task, "data": data, **({task: own} if own else {})})
        tokenizer = load_tokenizer(minilm, cache_folder=cache)
        examples = named_examples(load_data(recipe, cache_folder=cache))
        return interactions(task_of(recipe), examples, Tokenizing(tokenizer, recipe.text.max_tokens, cache))

    return make


def test_items_are_their_texts_and_those_of_train_come_first(found):
    made = found(EVENTS, history=2)
    train, test = made["train"], made["test"]
    assert list(train.texts) == [b"", b"Heat", b"Up", b"Big"]
    assert (train.items.tolist(), test.items.tolist()) == ([1, 2, 2], [3, 1])
    assert (train.known, test.known) == (2, 3)
    assert (train.counts.tolist(), test.is_new.tolist()) == ([0, 1, 2, 0], [True, False])
    assert len(train.tokens) == 4


def test_test_users_have_the_histories_of_train(found):
    made = found(EVENTS, history=1)
    test = made["test"]
    assert test.read.tolist() == [[2], [2]]
    assert test.histories.lengths.tolist() == [2, 1]
    # One history is longer than what is read.
    assert test.cut == 1
    # Training events of the item, the item, and the history.
    assert made["train"].numbers.tolist() == [[1, 1, 0], [2, 2, 1], [2, 2, 0]]
    assert test.head(1).items.tolist() == [3]
    assert (len(test.head(1)), len(test)) == (1, 2)


def test_ages_stand_behind_the_numbers_where_they_are_read(found):
    numbers = found(EVENTS, history=2, event_age=True)["train"].numbers
    assert numbers[:, :4].tolist() == [[1, 1, 0, 0], [2, 2, 1, 0], [2, 2, 0, 0]]
    assert numbers[:, 4:].view(np.float32).tolist() == [[0, 0], [1, 0], [0, 0]]


def test_a_test_split_that_is_not_later_is_refused(found, tmp_path):
    (tmp_path / "test.csv").write_text("user,time,text\nann,1.5,Heat\nbob,9,Up\n")
    with pytest.raises(DataError, match="The test split is not later than train: 1 event of it has a time up to 5"):
        found(EVENTS, test=str(tmp_path / "test.csv"))
    (tmp_path / "test.csv").write_text("user,time,text\nann,6,Heat\nbob,9,Up\n")
    assert found(EVENTS, test=str(tmp_path / "test.csv"))["test"].read[:, 0].tolist() == [3, 1]


def test_one_item_is_refused(found):
    with pytest.raises(DataError, match="one item, so that every ranking is right"):
        found("user,time,text\nann,1,Up\nann,2,Up\nann,3,Up\nann,4,Up\n")


def test_other_tasks_have_none(found):
    rows = "user,time,text\n" + "".join(f"{user},1,text {row}\n" for row, user in enumerate("abababab"))
    assert found(rows, task="classify") == {}


def test_nothing_later_is_in_a_history(found):
    random = np.random.default_rng(0)
    rows = [(f"u{random.integers(5)}", random.integers(100), f"item {random.integers(20)}") for _ in range(80)]
    made = found("user,time,text\n" + "".join(f"{user},{time},{text}\n" for user, time, text in rows), history=5)
    taken = {"train": 0, "test": 0}
    boundary = sorted(time for _, time, _ in rows)[len(made["train"])]
    for user, time, text in rows:
        split = "train" if time < boundary else "test"
        row = taken[split]
        taken[split] += 1
        whole = [made[split].texts[item].decode() for item in made[split].histories[row : row + 1].whole[0]]
        assert sorted(whole) == sorted(other for who, when, other in rows if who == user and when < time)
        assert made[split].texts[made[split].items[row]].decode() == text
