"""`bert-tf recipes`: list, show and check them."""

import rich_click as click
from click.exceptions import Exit

from bert_tf.cli.exit_codes import exit_code
from bert_tf.cli.options import JSON, RECIPE
from bert_tf.cli.output import echo, problem_of, write_json
from bert_tf.plurals import counted


@click.group(invoke_without_command=True)
@JSON
@click.pass_context
def recipes(context: click.Context, as_json: bool) -> None:
    """List the available recipes.

    Example: bert-tf recipes
    """
    if context.invoked_subcommand:
        return
    from bert_tf.recipe.load_recipe import description_of, find_recipe, recipe_names

    files = {name: find_recipe(name) for name in recipe_names()}
    about = {name: description_of(path).partition("\n")[0] for name, path in files.items()}
    if as_json:
        write_json([{"name": name, "file": path, "description": about[name]} for name, path in files.items()])
        return
    width = max(map(len, about), default=0)
    for name, first in about.items():
        echo(f"{name:<{width}}  {first}")


@recipes.command()
@RECIPE
@JSON
def show(recipe: str, as_json: bool) -> None:
    """Print RECIPE with all defaults filled in.

    Example: bert-tf recipes show imdb
    """
    from bert_tf.recipe.load_recipe import description_of, find_recipe, resolved_toml
    from bert_tf.tasks.recipes import load_recipe

    if as_json:
        write_json(load_recipe(recipe).model_dump(mode="json", exclude_none=True))
        return
    for line in description_of(find_recipe(recipe)).splitlines():
        echo(f"# {line}".rstrip())
    echo(resolved_toml(load_recipe(recipe)), nl=False)


@recipes.command()
def schema() -> None:
    """Print the JSON Schema of recipes, for editors that validate TOML.

    Example: bert-tf recipes schema > recipe.schema.json
    """

    from bert_tf.recipe.json_schema import recipe_json_schema
    from bert_tf.tasks.recipes import RECIPES

    write_json(recipe_json_schema(RECIPES))


@recipes.command()
@JSON
def check(as_json: bool) -> None:
    """Validate all recipes; the exit status is 3 if any is invalid.

    Example: bert-tf recipes check
    """
    from bert_tf.errors import RecipeError
    from bert_tf.recipe.load_recipe import recipe_names
    from bert_tf.recipe.space import search_space
    from bert_tf.tasks.recipes import load_recipe

    names = recipe_names()
    wrong = []
    for name in names:
        try:
            recipe = load_recipe(name)
            if recipe.tuning.space:
                search_space(recipe)
        except RecipeError as problem:
            wrong.append(problem)
    if as_json:
        write_json({"checked": names, "wrong": [problem_of(problem) for problem in wrong]})
    else:
        echo("\n".join([*map(str, wrong), f"{counted(len(names), 'recipe')} checked, {len(wrong)} invalid"]))
    if wrong or not names:
        raise Exit(exit_code("recipe"))
