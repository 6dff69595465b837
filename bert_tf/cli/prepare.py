"""`bert-tf prepare`."""

import rich_click as click

from bert_tf.cli.options import JSON, RECIPE, SET, given_recipe
from bert_tf.cli.output import echo, progress_console, write_json
from bert_tf.plurals import counted
from bert_tf.quiet import quiet_start
from bert_tf.stage import Stage


@click.command()
@RECIPE
@SET
@JSON
def prepare(recipe: str, assignments: tuple[str, ...], as_json: bool) -> None:
    """Read, check and tokenize RECIPE's data, so that training finds the token ids in the cache.

    Large data is tokenized in parts: after an interruption, the same command goes on with the next part. Run it on the
    machine that will train, or set BERT_TF_CACHE to a folder that both machines share.

    Example: bert-tf prepare imdb
    Example: bert-tf prepare reviews --set text.max_tokens=64
    """
    from bert_tf.environment import cache_folder

    loaded = given_recipe(recipe, assignments)
    with Stage(progress_console(as_json=True), "starting TensorFlow") as stage:
        with quiet_start():
            from bert_tf.planning.preparation import prepare_recipe
        found = prepare_recipe(loaded, cache_folder=cache_folder(), notice=stage.rename)
    if as_json:
        write_json(found.as_json())
        return
    from bert_tf.data.data_table import data_table

    progress_console(as_json=False).print(data_table(found.report))
    for split, tokens in found.tokens.items():
        rows = counted(found.report.rows[split], "row")
        echo(f"{split:<10} {rows}, {counted(tokens, 'token')}, {counted(found.truncated[split], 'text')} truncated")
    echo(f"cache      {found.cache}")
