"""`bert-tf prepare`."""

import rich_click as click

from bert_tf.cli.options import JSON, RECIPE, RUNNER, RUNNER_OPTION, SET, check_runner_options, given_recipe
from bert_tf.cli.output import echo, progress_console, write_json
from bert_tf.plurals import counted
from bert_tf.quiet import quiet_start
from bert_tf.stage import Stage


@click.command()
@RECIPE
@SET
@RUNNER
@RUNNER_OPTION
@JSON
def prepare(
    recipe: str, assignments: tuple[str, ...], runner: str | None, runner_options: tuple[str, ...], as_json: bool
) -> None:
    """Read, check and tokenize RECIPE's data, so that training finds the token ids in the cache.

    Large data is tokenized in parts: after an interruption, the same command goes on with the next part. Run it on the
    machine that will train, or set BERT_TF_CACHE to a folder that both machines share. With --runner, the rows are
    tokenized by an Apache Beam pipeline, which leaves the same files.

    Example: bert-tf prepare imdb
    Example: bert-tf prepare reviews --set text.max_tokens=64
    Example: bert-tf prepare imdb --runner DirectRunner --runner-option direct_num_workers=4
    """
    from bert_tf.environment import cache_folder

    check_runner_options(runner, runner_options)
    loaded = given_recipe(recipe, assignments)
    with Stage(progress_console(as_json=True), "starting TensorFlow") as stage:
        with quiet_start():
            from bert_tf.planning.preparation import prepare_recipe
        ahead = {}
        if runner is not None:
            from bert_tf.pipelines.beam_runner import BeamRunner
            from bert_tf.pipelines.token_pipeline import TokenPipeline

            pipeline = TokenPipeline(loaded, runner=BeamRunner(runner, runner_options), cache_folder=cache_folder())
            ahead = {"ahead": pipeline.tokenize}
        found = prepare_recipe(loaded, cache_folder=cache_folder(), notice=stage.rename, **ahead)
    if as_json:
        write_json(found.as_json())
        return
    from bert_tf.data.data_table import data_table

    progress_console(as_json=False).print(data_table(found.report))
    for split, tokens in found.tokens.items():
        rows = counted(found.report.rows[split], "row")
        echo(f"{split:<10} {rows}, {counted(tokens, 'token')}, {counted(found.truncated[split], 'text')} truncated")
    echo(f"cache      {found.cache}")
