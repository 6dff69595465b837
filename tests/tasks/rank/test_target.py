import numpy as np
import pytest

from bert_tf.data.checks import Refusal
from bert_tf.data.load_data import load_splits
from bert_tf.data.target import Values
from bert_tf.errors import DataError, RecipeError
from bert_tf.tasks.rank.settings import RankSettings
from bert_tf.tasks.rank.target import LearnedEvents, Liked, RankTarget, check_recipe, events_of, stored_events
from bert_tf.tasks.recipes import make_recipe


@pytest.fixture
def splits(tmp_path):
    """Rows of CSV, read and divided."""

    def read(rows, items=None, test=None, on_bad_row="fail", **settings):
        path = tmp_path / "events.csv"
        path.write_text(rows)
        if items is not None:
            (tmp_path / "items.csv").write_text(items)
            settings["items"] = str(tmp_path / "items.csv")
        target = RankTarget(RankSettings(**settings), "text")
        return load_splits(
            source="files",
            train=str(path),
            test=test,
            target=target,
            on_bad_row=on_bad_row,
            cache_folder=tmp_path / "cache",
        )

    return read


EVENTS = "user,time,text\nann,3,Up\nann,1,Heat\nbob,2,Up\nbob,4,Heat\nann,5,Big\n"


def test_the_latest_events_are_the_test_rows_whatever_their_order(splits):
    found = splits(EVENTS, test=0.4)
    assert stored_events(found.train.targets) == [Liked("ann", 3), Liked("ann", 1), Liked("bob", 2)]
    assert stored_events(found.test.targets) == [Liked("bob", 4), Liked("ann", 5)]
    assert found.test.texts(0, 2) == [b"Heat", b"Big"]
    # An item that several users liked is neither repeated nor a leak.
    report = found.report
    assert (report.duplicates, report.contradictions, report.leakage) == (0, None, {"test": 0})
    assert not found.leaked["test"].any()
    assert report.summary.by_split["train"] == {"users": 2, "median of a user": 1.5, "most of a user": 2}


def test_items_get_their_texts_from_a_file_and_what_was_not_liked_is_left_out(splits):
    rows = "user,time,item,stars\nann,1,7,5\nann,2,8,4\nbob,3,7,2\nbob,4,8,4.5\n"
    found = splits(rows, "item,text\n7,Heat\n8,Up\n", rating="stars", liked_from=4.0)
    assert found.train.texts(0, 9) == [b"Heat", b"Up", b"Up"]
    assert stored_events(found.train.targets)[2] == Liked("bob", 4)
    assert any("1 row left out, whose stars is below 4" in remark for remark in found.report.remarks)


def test_items_without_text_are_bad_rows(splits):
    rows = "user,time,item\nann,1,7\nann,2,8\nann,3,9\nann,4,7\n"
    with pytest.raises(DataError) as told:
        splits(rows, "item,text\n7,Heat\n8,\n")
    assert [problem.split(": ")[-1] for problem in told.value.problems] != []
    said = " ".join(told.value.problems)
    assert "the item '8' has no text" in said
    assert "the file of items has no item '9'" in said
    assert len(splits(rows, "item,text\n7,Heat\n8,\n", on_bad_row="skip").train) == 2


def test_users_who_did_one_thing_each_are_refused(splits):
    with pytest.raises(DataError, match="None of the 2 users of train has two events"):
        splits("user,time,text\nann,1,Up\nbob,2,Heat\n")
    # One of them may have one event.
    assert len(splits("user,time,text\nann,1,Up\nbob,2,Heat\nbob,3,Up\n").train) == 3


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"user": "", "time": "1"}, "user is empty"),
        ({"user": "ann", "time": ""}, "time is empty"),
        ({"user": "ann", "time": "soon"}, "time is 'soon', neither a number nor a date"),
    ],
)
def test_cells_that_say_nothing_are_refused(cells, reason):
    found = RankTarget(RankSettings(), "text").check(cells)
    assert isinstance(found, Refusal)
    assert reason in found.message


def test_a_rating_that_is_no_number_is_refused():
    target = RankTarget(RankSettings(rating="stars", liked_from=4.0), "text")
    assert target.columns == ("user", "time", "stars")
    found = target.check({"user": "ann", "time": "1", "stars": "many"})
    assert isinstance(found, Refusal)
    assert "stars is 'many', not a number" in found.message
    assert target.check({"user": 7, "time": "1", "stars": "5"}) == Liked("7", 1.0)


def test_events_are_stored_as_they_are(splits):
    learned = LearnedEvents(9)
    label = Liked("jörg \N{PILE OF POO}", 1.5e9 + 0.125)
    found = splits(f"user,time,text\n{label.user},{label.time},Up\n{label.user},1,Heat\n")
    assert stored_events(found.train.targets)[0] == label
    events = events_of(found.train.targets, learned.facts)
    assert events.users[0] == events.users[1]
    assert events.times.tolist() == [label.time, 1.0]
    assert events.longest == 9
    assert learned.content(label) != learned.content(label._replace(time=2.0))
    assert events_of(splits(EVENTS).train.targets, learned.facts).users.tolist()[:2] != events.users.tolist()


def test_a_draw_is_of_the_latest_events():
    values = Values(tuple(Liked("a", time) for time in (4.0, 1.0, 3.0, 2.0)), np.array([0, 1, 2, 3]))
    target = RankTarget(RankSettings(), "text")
    assert target.draw(values, shares=[0.25, 0.25], seed=9, groups=np.zeros(4, int)).tolist() == [2, 0, 1, 0]


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ({"data": {"text_pair": "b"}}, "data.text_pair"),
        ({"data": {"duplicates": "drop"}}, "data.duplicates"),
        ({"data": {"merge_labels": True}}, "data.merge_labels"),
        ({"model": {"dropout": 0.1}}, "model.dropout"),
        ({"text": {"long_texts": "windows", "max_tokens": 128}}, "text.long_texts"),
    ],
)
def test_what_only_other_tasks_can_do_is_refused(table, key):
    values = {"name": "mine", "task": "rank", **table, "data": {"source": "files", **table.get("data", {})}}
    with pytest.raises(RecipeError, match=f"{key} can't be used"):
        check_recipe(make_recipe(values))


def test_events_of_one_time_leave_no_rows_to_learn_from(splits):
    with pytest.raises(DataError, match="train split has no rows: all 4 rows went to the splits that are drawn from"):
        splits("user,time,text\n" + "ann,2024-01-01,Up\nbob,2024-01-01,Heat\n" * 2, test=0.4)


def test_times_of_several_units_are_refused(splits):
    """Ordered as they are, half of the events would come after all others."""
    with pytest.raises(DataError, match="times of train are of several units: from 978300000 to 978400000000"):
        splits("user,time,text\nann,978300000,Up\nann,978400000000,Heat\nbob,978300500,Up\n")
    splits("user,time,text\nann,1,Up\nann,978400000000,Heat\nbob,5,Up\n")


def test_ids_that_pandas_has_made_floats_of_are_the_same(splits):
    found = splits("user,time,item\nann,1,7.0\nann,2,8.0\n", "item,text\n7,Heat\n8,Up\n", item="item")
    assert found.train.texts(0, 9) == [b"Heat", b"Up"]
