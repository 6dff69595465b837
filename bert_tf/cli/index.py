"""`bert-tf index`."""

import dataclasses
import pathlib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import rich_click as click

from bert_tf.cli.options import DELIMITER, ENCODING, JSON, QUOTE, RUN, SIGN_KEY, SKIP_LINES, TARGET_SERVING, TO
from bert_tf.cli.output import echo, progress_console, write_json
from bert_tf.plurals import counted
from bert_tf.quiet import quiet_start
from bert_tf.scores import score_text
from bert_tf.stage import Stage

if TYPE_CHECKING:
    from rich.console import Console

    from bert_tf.handoff.index_rows import IndexRows
    from bert_tf.runs.run import RunFolder


@click.command()
@RUN
@click.option(
    "--answers",
    required=True,
    metavar="FILE",
    help="The answers: a table with a text and an id in each row, or answers.parquet of an earlier index.",
)
@click.option("--text", metavar="COLUMN", help="Column of the answers' texts [text].")
@click.option("--id", "identifier", metavar="COLUMN", help="Column of the answers' ids [id].")
@click.option("--metadata", multiple=True, metavar="COLUMN", help="A column to return with an answer. May be repeated.")
@click.option(
    "--questions",
    metavar="FILE",
    help="Questions with the id of the correct answer (empty if none fits); they choose the threshold.",
)
@click.option(
    "--held-out",
    is_flag=True,
    help="Choose the threshold on the run's validation rows, whose matching texts are among the answers.",
)
@click.option("--question", default="question", metavar="COLUMN", help="Column of the questions [question].")
@click.option("--answer", default="id", metavar="COLUMN", help="Column of the correct answers' ids [id].")
@DELIMITER
@ENCODING
@QUOTE
@SKIP_LINES
@click.option("--top", type=click.IntRange(min=1), metavar="N", help="Number of answers to a question [5].")
@click.option(
    "--approximate",
    "search_folder",
    type=click.Path(path_type=pathlib.Path),
    metavar="FOLDER",
    help="Write files for an approximate search beside the server into this new folder, instead of a version; for more "
    "than 200,000 answers. Needs bert_tf[search].",
)
@TO
@TARGET_SERVING
@SIGN_KEY
@JSON
def index(
    run: pathlib.Path,
    search_folder: pathlib.Path | None,
    folder: pathlib.Path | None,
    target: str,
    sign_key: pathlib.Path | None,
    as_json: bool,
    **given: Any,
) -> None:
    """Index answers with the model of RUN, as the next version of its export, and verify it.

    The version takes a question and returns the nearest answers. With --questions or --held-out it also says when none
    fits. Nothing is trained: for other answers, index again. RUN is a run of the task embed.

    Example: bert-tf index runs/customer-service --answers answers.csv
    Example: bert-tf index runs/customer-service --answers answers.csv --questions asked.csv --top 3
    Example: bert-tf index runs/customer-service --answers faq.jsonl --text body --id nr --metadata link
    Example: bert-tf index runs/customer-service --answers many.parquet --approximate search
    """
    from bert_tf.export.serving_releases import release_table
    from bert_tf.export.signing import check_private_key
    from bert_tf.handoff.index_rows import IndexRequest, check_run, read_index_rows
    from bert_tf.runs.run import open_run

    if search_folder is not None and (folder is not None or sign_key is not None):
        raise click.UsageError("--approximate writes no version: leave out --to and --sign-key.")
    # What is wrong is told before TensorFlow's seconds of start-up.
    opened = open_run(run)
    check_run(opened)
    release_table().check_release(target)
    if sign_key is not None:
        check_private_key(sign_key)
    rows = read_index_rows(IndexRequest(**given, approximate=search_folder is not None), opened)
    console = progress_console(as_json=as_json)
    if search_folder is not None:
        _write_search(opened, rows, search_folder, console, as_json=as_json)
        return
    with Stage(console, "starting TensorFlow"), quiet_start():
        from bert_tf.handoff.index_run import index_run
    from bert_tf.cli.verify import report
    from bert_tf.environment import cache_folder
    from bert_tf.export.folders import read_manifest

    with Stage(console, "indexing") as stage:
        version = index_run(
            opened,
            rows,
            folder,
            cache_folder=cache_folder(),
            target=target,
            sign_key=sign_key,
            notice=stage.rename,
        )
    verified = report(version, quiet=as_json, console=console)
    facts = read_manifest(version)["answers"]
    if as_json:
        write_json({**dataclasses.asdict(verified), "answers": facts})
        return
    for line in answer_lines(facts):
        echo(line)


def _write_search(
    run: "RunFolder", rows: "IndexRows", folder: pathlib.Path, console: "Console", *, as_json: bool
) -> None:
    """Write files for an approximate search, and say what was measured."""
    with Stage(console, "starting TensorFlow"), quiet_start():
        from bert_tf.handoff.approximate_index import approximate_index
    from bert_tf.environment import cache_folder

    with Stage(console, "indexing") as stage:
        facts = approximate_index(run, rows, folder, cache_folder=cache_folder(), notice=stage.rename)
    if as_json:
        write_json({"folder": str(folder), "answers": facts})
        return
    echo(str(folder))
    for line in answer_lines(facts):
        echo(line)


def answer_lines(facts: Mapping[str, Any]) -> Iterator[str]:
    """What was indexed and measured, for people.

    Args:
        facts: What the manifest says of the answers.
    """
    report, top = facts["report"], facts["top"]
    cut = f", {facts['truncated']:,} of them truncated" if facts["truncated"] else ""
    yield f"answers  {facts['rows']:,}{cut}; {counted(top, 'answer')} to a question"
    if repeated := facts["repeated_texts"]:
        verb = "repeats" if repeated == 1 else "repeat"
        yield f"note     {counted(repeated, 'answer')} {verb} the text of another one"
    if f"mrr@{top}" in report:
        shares = ", ".join(
            f"{name} {score_text(report[name])}" for name in dict.fromkeys(("recall@1", f"recall@{top}"))
        )
        yield f"found    {shares} of {counted(report['questions']['in_scope'], 'question')}"
    if search := facts.get("search"):
        yield (
            f"search   {score_text(search['recall'])} of the nearest {counted(search['top'], 'answer')} are found, by "
            f"{search['candidates']} candidates ({counted(search['questions'], 'text')} compared with an exact search)"
        )
    if facts["threshold"] is None:
        yield f"note     {_no_threshold(report)}"
    else:
        yield from _threshold_lines(facts["threshold"], report)


def _threshold_lines(threshold: float, report: Mapping[str, Any]) -> Iterator[str]:
    inside, outside = (report["questions"][kind] for kind in ("in_scope", "out_of_scope"))
    yield (
        f"scope    none_fits below {score_text(threshold)}; area under the curve "
        f"{score_text(report['area_under_curve'])} ({inside:,} questions with an answer, {outside:,} without)"
    )
    if report.get("held_out_rows"):
        yield (
            "note     the questions are the run's validation rows; those without an answer are the same ones, with "
            "their correct answer removed"
        )
    named = {"errors": "chosen on these questions", "held_out_errors": "chosen on other questions"}
    for key, words in named.items():
        if found := report[key]:
            yield (
                f"errors   {found['in_scope_rejected']:,} of {inside:,} rejected, "
                f"{found['out_of_scope_answered']:,} of {outside:,} answered, with a threshold {words}"
            )


def _no_threshold(report: Mapping[str, Any]) -> str:
    """Why `none_fits` is not served."""
    served = "none_fits is not served"
    if not report:
        return f"{served}: it takes --questions, some with an answer and some without, or --held-out"
    counts = report["questions"]
    if not counts["in_scope"] or not counts["out_of_scope"]:
        missing = "without an answer" if counts["in_scope"] else "with an answer"
        return f"{served}: there are no questions {missing}"
    return f"{served}: no threshold separates questions with an answer from those without one"
