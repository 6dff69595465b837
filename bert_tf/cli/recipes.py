"""`bert-tf recipes`: list, show and check them."""

import click

from bert_tf.cli.options import RECIPE


@click.group(invoke_without_command=True)
@click.pass_context
def recipes(context: click.Context) -> None:
    """List the recipes there are.

    Example: bert-tf recipes
    """
    if context.invoked_subcommand:
        return
    from bert_tf.recipe.load import description_of, find_recipe, recipe_names

    for name in recipe_names():
        first = description_of(find_recipe(name)).partition("\n")[0]
        click.echo(f"{name:<12} {first}")


@recipes.command()
@RECIPE
def show(recipe: str) -> None:
    """Print RECIPE with every value that it leaves to the default.

    Example: bert-tf recipes show imdb
    """
    from bert_tf.recipe.load import description_of, find_recipe, load_recipe, resolved_toml

    for line in description_of(find_recipe(recipe)).splitlines():
        click.echo(f"# {line}".rstrip())
    click.echo(resolved_toml(load_recipe(recipe)), nl=False)


@recipes.command()
def check() -> None:
    """Validate every recipe in the folder; exit status 1 if one is wrong.

    Example: bert-tf recipes check
    """
    from bert_tf.errors import RecipeError
    from bert_tf.recipe.load import load_recipe, recipe_names

    names = recipe_names()
    wrong = []
    for name in names:
        try:
            load_recipe(name)
        except RecipeError as problem:
            wrong.append(str(problem))
    click.echo("\n".join([*wrong, f"{len(names)} recipes checked, {len(wrong)} wrong"]))
    if wrong or not names:
        raise click.exceptions.Exit(1)
