"""Arguments that several commands take."""

import click

RECIPE = click.argument("recipe")
RUN = click.argument("run", type=click.Path(), metavar="RUN")
SET = click.option(
    "--set",
    "assignments",
    multiple=True,
    metavar="KEY=VALUE",
    help="Override a key of the recipe, or leave it out (KEY=); may be repeated.",
)
