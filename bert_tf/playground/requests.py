"""What the page may ask, and how a wrong question is told."""

from typing import Annotated, Any

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

MOST_CHARACTERS = 20_000  # of a text
MOST_TEXTS = 1_000  # of a request
MOST_BYTES = 16 << 20  # of a request


def _readable(value: object) -> object:
    """Text without what UTF-8 can't hold: half of a character that a page cut in two."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


Text = Annotated[str, Field(max_length=MOST_CHARACTERS), BeforeValidator(_readable)]


class AnswersRequest(BaseModel):
    """Texts to label, with their second texts for a model of pairs."""

    model_config = ConfigDict(extra="forbid")

    texts: list[Text] = Field(min_length=1, max_length=MOST_TEXTS)
    pairs: list[Text] | None = Field(default=None, max_length=MOST_TEXTS)


class WordsRequest(BaseModel):
    """A text whose words are to be scored for a label."""

    model_config = ConfigDict(extra="forbid")

    text: Text
    pair: Text | None = None
    label: str


class ItemsRequest(BaseModel):
    """Words that items are searched by."""

    model_config = ConfigDict(extra="forbid")

    words: Text = ""


class NeighboursRequest(BaseModel):
    """An item, by its place in the index, whose neighbours are wanted."""

    model_config = ConfigDict(extra="forbid")

    place: int = Field(ge=0)


class RecommendedRequest(BaseModel):
    """Items that somebody liked, by their places in the index, the newest first."""

    model_config = ConfigDict(extra="forbid")

    places: list[Annotated[int, Field(ge=0)]] = Field(min_length=1, max_length=MOST_TEXTS)


def sentence_of(error: RequestValidationError) -> str:
    """What is wrong with a request; of several things the first."""
    first: dict[str, Any] = error.errors()[0]
    kind, place = first["type"], [part for part in first["loc"] if part != "body"]
    if kind == "string_too_long":
        line = f"Line {place[1] + 1}" if len(place) > 1 else "The text"
        return f"{line} is longer than {MOST_CHARACTERS:,} characters; shorten it."
    if kind == "too_long":
        return f"There are more than {MOST_TEXTS:,} texts; send fewer at a time."
    if kind == "too_short":
        return "There is no text; send at least one."
    if kind == "json_invalid":
        return "The request is not JSON."
    where = ".".join(str(part) for part in place)
    return (
        f"{where}: {first['msg']}." if where else "The request must be a JSON object: Content-Type: application/json."
    )
