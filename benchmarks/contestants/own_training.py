"""An ordinary `bert_tf.train`: everything but the imports is in its time, loading and checking the data too."""

import pathlib
import tempfile
from typing import Any

import pyarrow.parquet as pq
from rich.console import Console

from benchmarks.contestants.entity_scores import Entity, entities_of_tags, entity_f1, tags_between_blanks
from benchmarks.worker import Work, serve, timed
from bert_tf.quiet import quiet_start

# As `import bert_tf` does it.
with quiet_start():
    from bert_tf.runs.run import open_run
    from bert_tf.tasks.recipes import load_recipe
    from bert_tf.tasks.table import task_of
    from bert_tf.training.precision import matmuls_in
    from bert_tf.workflow.evaluate import measure
    from bert_tf.workflow.opened_run import OpenedRun
    from bert_tf.workflow.prepare import prepare as prepare_data
    from bert_tf.workflow.train import train_recipe

_WORD = 4  # numbers of a word in predictions of `tag`: its tag, start, end, and whether it was seen in training


def prepare(options: dict[str, Any]) -> Work:
    """Options: recipe, overrides; the recipe's test rows are for the score, outside of the time.

    A step tells `seconds`, `cpu_seconds`, `peak_mebibytes` of a whole training, from an empty cache, and what is
    followed of the recipe's task, such as `accuracy`; of `tag` also `f1_of_words`, the entity F1 of a task where the
    words between blanks are given and each has the tag of its first part, as the Trainer's is.
    """
    recipe = load_recipe(options["recipe"], options["overrides"])
    followed = [measure.key for measure in task_of(recipe).followed]
    untested = load_recipe(options["recipe"], {**options["overrides"], "data.test": None})

    def train() -> dict[str, Any]:
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            spent = timed(lambda _: str(train_recipe(untested, runs_folder=folder, cache_folder=folder).path), 1)
            run = open_run(pathlib.Path(spent.pop("told")))
            opened = OpenedRun(run, cache_folder=folder)
            data = prepare_data(recipe, encoder_folder=run.encoder, cache_folder=folder)
            with matmuls_in(opened.compute.graph_precision):
                predict = opened.predictor(opened.measured)
                metrics = measure(predict, data, run, network=opened.network, console=Console(quiet=True))
            scores = {key: metrics["test"][key] for key in followed}
            if recipe.task == "tag":
                scores["f1_of_words"] = f1_of_words(run.predictions("test"))
            return {**spent, **scores, "kernels": opened.compute.reason}

    return lambda count: [train() for _ in range(count)][-1]


def f1_of_words(predictions: pathlib.Path) -> float:
    """See `prepare`; from the file of a `tag` run."""
    expected, predicted = list[set[Entity]](), list[set[Entity]]()
    for row in pq.read_table(predictions, columns=["words", "tags"]).to_pylist():
        words = [row["words"][start : start + _WORD] for start in range(0, len(row["words"]), _WORD)]
        places = [(start, end) for _, start, end, _ in words]
        for found, tags in ((expected, [tag for tag, *_ in words]), (predicted, row["tags"])):
            found.append(entities_of_tags(tags_between_blanks(places, tags)))
    return entity_f1(expected, predicted)


if __name__ == "__main__":
    serve(prepare)
