"""The trials of a search in TensorBoard's HParams: a row for each set of values, whatever its seeds and rungs.

A trial's own runs leave HParams alone, so TensorBoard may be opened on the whole folder of the search.
"""

import json
import pathlib
import shutil
from collections.abc import Sequence
from typing import Any

from bert_tf.recipe.parameter import is_number
from bert_tf.recipe.space_values import own_value
from bert_tf.tasks.table import task_of
from bert_tf.tuning.history import Trial
from bert_tf.tuning.results import Search

_SECONDS = "seconds"


def write_hparams(search: Search) -> pathlib.Path:
    """Write `tensorboard/<trial>/` anew for each trial that has ended, and return the folder."""
    folder = search.folder / "tensorboard"
    trials = [trial for trial in search.last_rungs if trial.status != "running"]
    wanted = {f"trial {trial.number}": trial for trial in trials}
    shown = {path.name for path in folder.glob("*")}
    # A row doesn't change once its trial has ended; it only goes when another trial goes on from it.
    for name in shown - set(wanted):
        shutil.rmtree(folder / name)
    kinds = _kinds(search)
    for name in sorted(set(wanted) - shown):
        _write_row(folder / name, wanted[name], name, kinds=kinds, scores=_scores(search))
    return folder


def _scores(search: Search) -> list[str]:
    """The objective, and what else is followed; by their places in metrics.json."""
    followed = (f"validation.{measure.key}" for measure in task_of(search.recipe).followed)
    return list(dict.fromkeys((search.objective, *followed)))


def _write_row(folder: pathlib.Path, trial: Trial, name: str, *, kinds: dict[str, Any], scores: Sequence[str]) -> None:
    import tensorflow as tf
    from tensorboard.plugins.hparams import api, api_pb2
    from tensorboard.plugins.hparams.summary import experiment_pb, session_end_pb

    from bert_tf.training.tensorboard.scalars import write_scalars

    columns = [
        api_pb2.HParamInfo(name=key, type=getattr(api_pb2, f"DATA_TYPE_{kind}"), differs=True)
        for key, kind in kinds.items()
    ]
    metrics = [api.Metric(tag).as_proto() for tag in (*scores, _SECONDS)]
    found = {tag: trial.metrics[tag] for tag in scores if tag in trial.metrics}
    status = api_pb2.STATUS_FAILURE if trial.status == "failed" else api_pb2.STATUS_SUCCESS
    values = {key: _as(kinds[key], value) for key, value in trial.values.items() if value is not None}
    writer = tf.summary.create_file_writer(str(folder))
    write_scalars(writer, {**found, _SECONDS: trial.seconds or 0.0}, step=0)
    with writer.as_default(step=0):
        tf.summary.experimental.write_raw_pb(experiment_pb(columns, metrics).SerializeToString())
        api.hparams(values, trial_id=name)
        tf.summary.experimental.write_raw_pb(session_end_pb(status).SerializeToString())
    writer.close()


def _kinds(search: Search) -> dict[str, str]:
    """TensorBoard's type of each parameter, from all values it can have: several types are a text."""
    kinds = {}
    for parameter in search.parameters:
        values = [*parameter.values, own_value(search.recipe, parameter.key)]
        given = [value for value in values if value is not None]
        if all(isinstance(value, bool) for value in given):
            kinds[parameter.key] = "BOOL"
        else:
            kinds[parameter.key] = "FLOAT64" if all(map(is_number, given)) else "STRING"
    return kinds


def _as(kind: str, value: Any) -> Any:
    if kind != "STRING" or isinstance(value, str):
        return value
    return json.dumps(value)
