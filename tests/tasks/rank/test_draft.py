import pytest

from bert_tf.data.rows import Header, Row
from bert_tf.data.survey import survey_columns
from bert_tf.drafting.guess import guess_roles
from bert_tf.drafting.new_recipe import new_recipe
from bert_tf.errors import DataError
from bert_tf.tasks.rank.draft import RankDraft
from bert_tf.tasks.recipes import load_recipe


def columns(users=4, **cells):
    """Twenty rows; a cell with {} has another text in each."""
    names = ("who", *cells)
    rows = [Row(row, {"who": f"u{row % users}", **{name: cell.format(row) for name, cell in cells.items()}})
            for row in range(1, 21)]  # fmt: skip
    made = survey_columns([Header("a.csv", names), *rows])
    made[0].name = "userId"
    return made


def test_a_user_and_a_time_beside_a_text_are_events():
    found = guess_roles(columns(timestamp="{}", text="a warm film, number {}"), file="a.csv")
    assert (found.task, found.text, found.labels) == ("rank", "text", ("userId", "timestamp"))
    assert found.settings == {"user": "userId", "time": "timestamp"}


def test_users_who_come_once_are_no_users():
    with pytest.raises(DataError, match="No two columns of a.csv look like a user and a time"):
        RankDraft().guess(columns(users=20, timestamp="{}", text="a {}"), file="a.csv", is_given=False)


def test_a_label_column_that_is_given_is_of_another_task():
    with pytest.raises(DataError):
        RankDraft().guess(columns(timestamp="{}"), file="a.csv", is_given=True)


def test_a_column_that_is_called_like_a_label_is_what_is_learned():
    found = guess_roles(columns(timestamp="{}", text="a warm film, number {}", label="good"), file="a.csv")
    assert found.task == "classify"


def test_the_drafted_recipe_says_how_rows_are_read(tmp_path):
    path = tmp_path / "events.csv"
    rows = [f"user{row % 5},{row},a warm film number {row % 7}" for row in range(40)]
    path.write_text("\n".join(["user,time,text", *rows]) + "\n")
    written, _ = new_recipe("mine", {"train": str(path)}, named={}, path=tmp_path / "mine.toml")
    recipe = load_recipe(str(written))
    assert (recipe.task, recipe.settings.user, recipe.settings.time) == ("rank", "user", "time")
    assert recipe.description


def test_events_without_texts_of_items_are_told_where_to_get_them():
    with pytest.raises(DataError, match="has events of users .*, but no texts of items") as problem:
        guess_roles(columns(timestamp="{}", movieId="{}", rating="4"), file="ratings.csv")
    assert 'rank.user = "userId", rank.time = "timestamp", and rank.items' in problem.value.hint


@pytest.mark.parametrize(
    ("text", "task"), [("a long review, number {}", "classify"), ("an item that others chose", "rank")]
)
def test_a_rating_beside_a_text_of_the_users_own_is_what_is_learned(text, task):
    """Reviews have users and times as well."""
    made = columns(timestamp="{}", text=text, other="{}")
    made[-1].name = "stars"
    made[-1].values.clear()
    made[-1].values.update({"1": 10, "5": 10})
    assert guess_roles(made, file="a.csv").task == task
