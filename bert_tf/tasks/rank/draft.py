"""What `rank` says of a user's files: a user, a time, and the text of an item."""

from collections.abc import Mapping, Sequence

from bert_tf.data.survey import NAMED, Column, describe_columns, name_score
from bert_tf.errors import DataError
from bert_tf.plurals import counted
from bert_tf.recipe.commented_toml import Entry
from bert_tf.tasks.embed.draft import LABEL_NAMES
from bert_tf.tasks.rank.settings import RankSettings
from bert_tf.tasks.rank.target import RankTarget
from bert_tf.tasks.target_draft import CheckedLabels, Finding, Guess, UnreadableLabelsError

_USERS = (
    "user",
    "user_id",
    "userid",
    "customer",
    "customer_id",
    "visitor",
    "visitor_id",
    "member",
    "account",
    "nutzer",
)
_TIMES = ("time", "timestamp", "date", "datetime", "unixtime", "event_time", "created_at", "zeit", "datum")
_RATINGS = ("stars", "rating", "overall", "sentiment", "polarity")
_CERTAINTY = 2 * NAMED  # two telling names


class RankDraft:
    """See `TargetDraft`."""

    drawn = "the latest events"
    needs_two_labels = False

    def guess(self, columns: Sequence[Column], *, file: str, is_given: bool) -> Guess:
        """A column that is called like users, several events each, beside one that is called like a time; none where a
        column is called like a label."""
        user = next((column for column in columns if self.could_be(column)), None)
        time = next((each for each in columns if each is not user and name_score(each.name, _TIMES) == NAMED), None)
        others = [column for column in columns if column not in (user, time)]
        if not is_given and user is not None and time is not None and all(map(_is_number, others)):
            raise _no_texts(user, time, file=file)
        labels = any(name_score(each.name, LABEL_NAMES) == NAMED for each in columns) or _are_reviews(others)
        if is_given or labels or user is None or time is None:
            raise DataError(
                f"No two columns of {file} look like a user and a time:",
                where=file,
                problems=describe_columns(columns),
                hint='write the recipe by hand: task = "rank" with rank.user and rank.time',
            )
        return Guess(
            (user.name, time.name),
            _CERTAINTY,
            f"by their names; {counted(user.distinct, 'user')}",
            settings={"user": user.name, "time": time.name},
        )

    def could_be(self, column: Column) -> bool:
        """Whether it is called like users, some of whom come again."""
        return name_score(column.name, _USERS) == NAMED and 0 < column.distinct < column.filled

    def target(self, columns: Sequence[str], settings: Mapping[str, object], *, text: str) -> RankTarget:
        """Reads events."""
        return RankTarget(RankSettings(user=columns[0], time=columns[1]), text)

    def described(self, train: CheckedLabels) -> str:
        """`events of 610 users`."""
        return f"events of {counted(_users(train), 'user')}"

    def finding(self, train: CheckedLabels) -> Finding:
        """How many users there are."""
        return Finding("users", f"{_users(train):,}", f"in {counted(train.labels.total(), 'event')}")

    def column_entries(self, columns: Sequence[str]) -> list[Entry]:
        """None: user and time are keys of `[rank]`."""
        return []

    def label_entries(self, splits: Mapping[str, CheckedLabels]) -> list[Entry]:
        """None: any user may come."""
        return []

    def settings(self, train: CheckedLabels) -> Mapping[str, list[Entry]]:
        """None."""
        return {}

    def notes(self, splits: Mapping[str, CheckedLabels]) -> list[str]:
        """What else a recipe can say."""
        return ["where rows have a rating, rank.rating and rank.liked_from leave out what was not liked"]


def _are_reviews(columns: Sequence[Column]) -> bool:
    """Whether each row has a text of its own beside a rating: what a user wrote, and no item that others chose too."""
    texts = [column for column in columns if column.filled and not column.is_numeric]
    longest = max(texts, key=lambda column: column.mean_characters, default=None)
    is_rated = any(name_score(column.name, _RATINGS) == NAMED for column in columns)
    return is_rated and longest is not None and longest.distinct == longest.values.total()


def _is_number(column: Column) -> bool:
    return column.is_numeric or not column.filled


def _no_texts(user: Column, time: Column, *, file: str) -> UnreadableLabelsError:
    return UnreadableLabelsError(
        f"{file} has events of users ({user.name!r}, {time.name!r}), but no texts of items.",
        certainty=_CERTAINTY,
        where=file,
        hint=f'write the recipe by hand: task = "rank", rank.user = "{user.name}", rank.time = "{time.name}", and '
        "rank.items, rank.item and rank.item_texts for the file that has the texts",
    )


def _users(train: CheckedLabels) -> int:
    return len({event.user for event in train.labels})
