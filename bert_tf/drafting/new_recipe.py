"""From a user's files to a recipe on disk that overwrites none."""

import pathlib
import re
import shlex
from collections.abc import Mapping

from bert_tf.atomic import new_file
from bert_tf.drafting.draft_recipe import ENCODER, Draft, draft_recipe
from bert_tf.drafting.inspect_files import inspect_files
from bert_tf.errors import RecipeError
from bert_tf.recipe.load_recipe import recipe_folders
from bert_tf.recipe.schema import Recipe


def new_recipe(
    name: str,
    files: Mapping[str, str | None],
    *,
    named: Mapping[str, str | None],
    path: pathlib.Path | None = None,
    has_header: bool | None = None,
) -> tuple[pathlib.Path, Draft]:
    """Inspection at files and write a recipe for them; nothing is ever overwritten.

    Args:
        name: Of the recipe.
        files: As of `inspect_files`.
        named: As of `inspect_files`.
        path: Where it goes; `recipes/<name>.toml` if not given.
        has_header: As of `inspect_files`.

    Returns:
        Where it is, and what it says.

    Raises:
        RecipeError: A name that can't be one, or that is taken; the file can't be written.
        DataError: As of `inspect_files`.
    """
    target = path or pathlib.Path("recipes") / f"{name}.toml"
    _check_name(name, target, is_placed=path is not None)
    inspection = inspect_files(files, named=named, encoder=ENCODER, has_header=has_header)
    draft = draft_recipe(name, inspection, command=shlex.quote(name if path is None else str(path)))
    _check_name(name, target, is_placed=path is not None)  # looking may have taken a while
    with new_file(target, error=RecipeError, private=False) as temporary:
        temporary.write_text(draft.toml, encoding="utf-8")
    return target, draft


def _check_name(name: str, target: pathlib.Path, *, is_placed: bool) -> None:
    if not re.fullmatch(Recipe.model_json_schema()["properties"]["name"]["pattern"], name) or name.endswith(".toml"):
        stem = re.sub(r"[^\w.-]+", "-", name.removesuffix(".toml")).strip("-.")
        hint = f"letters, digits, spaces, dots, - and _: {stem}" if stem else "letters, digits, spaces, dots, - and _"
        raise RecipeError(f"{name!r} is not a valid recipe name.", hint=hint)
    if target.suffix != ".toml":
        raise RecipeError(f"{target} is not a recipe file.", hint=f"it must end in .toml: --to {target}.toml")
    places = [target] if is_placed else [target, *(folder / target.name for folder in recipe_folders())]
    for place in places:
        if place.exists():
            raise _taken(place)


def _taken(place: pathlib.Path) -> RecipeError:
    return RecipeError(
        f"Recipe {place.stem!r} already exists and was not changed.",
        where=str(place),
        hint="use another name, or another file: --to FILE.toml",
    )
