"""Finding a recipe by name, reading it, laying overrides over it, and writing the resolved recipe back as TOML."""

import re
import shlex
import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import tomli_w
from pydantic import ValidationError

from bert_tf.documents import parse_toml
from bert_tf.errors import RecipeError
from bert_tf.nearest_name import nearest_name
from bert_tf.recipe.encoder_training import settle_training
from bert_tf.recipe.recipe_models import Models, model_of
from bert_tf.recipe.recipe_problems import problems_of
from bert_tf.recipe.schema import Recipe

_SHOWN = 60  # characters of a value

_BACKSLASHES = "put a path with backslashes in single quotes: train = 'C:\\data\\train.csv'"
DOTTED_KEY = re.compile(r"[\w-]+(\.[\w-]+)*")


def recipe_folders() -> list[Path]:
    """Where recipes are looked for, in order: the working directory, and the package's own, or the checkout's."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "recipes"
    folders = (Path("recipes"), installed if installed.is_dir() else package.parent / "recipes")
    return [folder for folder in folders if folder.is_dir()]


def recipe_names() -> list[str]:
    """Names of all recipes at hand, sorted."""
    return sorted({path.stem for folder in recipe_folders() for path in folder.glob("*.toml")})


def find_recipe(name_or_path: str) -> Path:
    """The file of a recipe: a path that ends in .toml, else the first NAME.toml of `recipe_folders()`.

    Raises:
        RecipeError: There is none; names the nearest one and lists those at hand.
    """
    if name_or_path.endswith(".toml"):
        candidates = [Path(name_or_path).expanduser()]
    else:
        candidates = [folder / f"{name_or_path}.toml" for folder in recipe_folders()]
    for path in candidates:
        if path.is_file():
            return path
    if Path(name_or_path).is_file():
        raise RecipeError(
            f"{name_or_path} is a file, but no recipe, which ends in .toml.",
            where=name_or_path,
            hint=f"bert-tf new NAME --from {shlex.quote(name_or_path)} writes a recipe for a file of labelled texts",
        )
    names = recipe_names()
    match = nearest_name(Path(name_or_path).stem, names)
    listed = f"Available recipes: {', '.join(names)}." if names else "No recipes were found."
    raise RecipeError(
        f"There is no recipe {name_or_path!r}. {listed}",
        where=", ".join(str(path) for path in candidates) or None,
        hint=f"did you mean {match!r}?" if match else "use a name from the list, or a path that ends in .toml",
    )


def read_recipe(
    name_or_path: str,
    models: Models,
    overrides: Mapping[str, object] | None = None,
    *,
    overridden_by: str = "overrides",
    training_of: Callable[[str], Mapping[str, object]] = lambda _: {},
) -> Recipe:
    """Read and validate a recipe, with `overrides` applied.

    Args:
        name_or_path: As for `find_recipe`.
        models: By task.
        overrides: Values by dotted key: `{"training.epochs": 1}`; None removes the key.
        overridden_by: How the user gave the overrides, for error messages.
        training_of: From the name of an encoder to values of `[training]` that it needs, by key; see
            `settle_training`.

    Raises:
        RecipeError: The recipe is missing, not TOML, or invalid; lists all problems of file and overrides at once.
    """
    path = find_recipe(name_or_path)
    in_file: dict[str, object] = {"name": path.stem, **_read_toml(path)}
    values = dict(in_file)
    for key, value in (overrides or {}).items():
        _put(values, key.split("."), value)
    values = settle_training(values, in_file, overridden=overrides or {}, training_of=training_of)
    try:
        return model_of(values, models).model_validate(values)
    except ValidationError as error:
        problems = problems_of(error, values, models)
        count = f"{len(problems)} problems" if len(problems) > 1 else "a problem"
        where = _places(problems, path, overrides or {}, overridden_by)
        raise RecipeError(f"The recipe {path.stem!r} has {count}:", where=where, problems=problems) from None


def parse_overrides(assignments: Sequence[str]) -> dict[str, object]:
    """Values by dotted key from `key=value` texts.

    A value is read as TOML (`1`, `true`, `["a"]`), else as a text; no value, as in `data.validation=`, leaves the key
    out.

    Raises:
        RecipeError: An assignment has not the form `section.key=value`; lists all of these.
    """
    overrides: dict[str, object] = {}
    problems = []
    for assignment in assignments:
        key, equals, value = assignment.partition("=")
        if equals and DOTTED_KEY.fullmatch(key.strip()):
            overrides[key.strip()] = _parse_value(value.strip())
        else:
            problems.append(f"found {assignment!r}; allowed: section.key=value")
    if problems:
        raise RecipeError(
            "An override can't be read:", problems=problems, hint='write it like "training.epochs=1", without spaces'
        )
    return overrides


def resolved_toml(recipe: Recipe) -> str:
    """The recipe with all defaults, as TOML that loads to an equal recipe."""
    return tomli_w.dumps(recipe.model_dump(mode="json", exclude_none=True))


def description_of(path: Path) -> str:
    """The comment that opens a recipe's file, without its `#` marks; empty if there is none."""
    lines = []
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        if not line.startswith("#"):
            break
        lines.append(line.removeprefix("#").removeprefix(" ").rstrip())
    return "\n".join(lines)


def _read_toml(path: Path) -> dict[str, object]:
    try:
        return parse_toml(path.read_bytes())
    except tomllib.TOMLDecodeError as error:
        reason, _, place = str(error).rstrip(")").partition(" (at ")
        line = re.search(r"line (\d+)", place)
        where = f"{path}:{line[1]}" if line else f"{path}, {place or 'at its end'}"
        is_path = "\\" in reason or "escape" in reason or "hex value" in reason
        raise RecipeError(
            f"The recipe {path.stem!r} is not valid TOML: {reason[0].lower()}{reason[1:]}.",
            where=where,
            hint=_BACKSLASHES
            if is_path
            else "put strings in double quotes; write numbers and true/false without quotes",
        ) from None
    except UnicodeDecodeError as error:
        raise RecipeError(
            f"The recipe {path.stem!r} is not UTF-8: byte {error.start} can't be decoded.",
            where=str(path),
            hint="save the file as UTF-8",
        ) from None
    except ValueError as error:
        raise RecipeError(f"The recipe {path.stem!r} can't be read: {error}.", where=str(path)) from None
    except OSError as error:
        raise RecipeError(f"The recipe {path.stem!r} can't be read: {error.strerror}.", where=str(path)) from None


def _put(values: dict[str, object], parts: Sequence[str], value: object) -> None:
    """Set a leaf; what stands in the way of a deeper key gives way, and validation then judges the result."""
    for part in parts[:-1]:
        inner = values.get(part)
        values[part] = inner = dict(inner) if isinstance(inner, dict) else {}
        values = inner
    if value is None:
        values.pop(parts[-1], None)
    else:
        values[parts[-1]] = value


def _places(problems: Sequence[str], path: Path, overrides: Mapping[str, object], overridden_by: str) -> str:
    """Where the problems are: in the file, in the overrides, or in both."""
    keys = [problem.partition(":")[0] for problem in problems]
    blamed = {name: [key for key in keys if _are_nested(name, key)] for name in overrides}
    wrong = [f"{overridden_by} {name}={overrides[name]}" for name, found in blamed.items() if found]
    in_file = set(keys) - {key for found in blamed.values() for key in found}
    return ", ".join([*([str(path)] if in_file or not wrong else []), *wrong])


def _are_nested(one: str, other: str) -> bool:
    """Whether dotted keys are equal, or one is a table that the other stands in."""
    return f"{one}.".startswith(f"{other}.") or f"{other}.".startswith(f"{one}.")


def _parse_value(text: str) -> object:
    if not text:
        return None
    try:
        parsed = parse_toml(f"value = {text}".encode())
    except tomllib.TOMLDecodeError:
        return text
    except ValueError as error:
        raise RecipeError(f"The value of an override can't be read: {error}.", where=_beginning(text)) from None
    value = parsed.get("value")
    is_plain = len(parsed) == 1 and isinstance(value, str | bool | int | float | list | dict)
    return value if is_plain else text


def _beginning(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
