"""What a run was set to and what came of it, for TensorBoard's HParams."""

from collections.abc import Iterator, Mapping, Sequence

import tensorflow as tf

from bert_tf.measures import Measure
from bert_tf.runs.run_metrics import SPLITS
from bert_tf.training.tensorboard.scalars import write_scalars

# What is changed most often. The table shows five columns unless asked for others, those that differ first; what
# differs is only known once there are other runs.
_SHOWN = {"recipe", "model.encoder", "text.max_tokens", "training.epochs", "training.learning_rate"}

Value = str | float | bool


def write_hparams(
    writer: tf.summary.SummaryWriter,
    values: Mapping[str, Value | None],
    *,
    name: str,
    measures: Sequence[Measure],
) -> None:
    """Say that a run starts, and with what.

    TensorBoard takes the columns of its table from one of the runs, whichever it finds first. So each names all keys.

    Args:
        writer: Of the run as a whole.
        values: By the recipe's keys, such as `training.learning_rate`; None for a key that is left out.
        name: Of the run, for people.
        measures: What `write_results` will be given.
    """
    from tensorboard.plugins.hparams import api, api_pb2
    from tensorboard.plugins.hparams.summary import experiment_pb

    types = {bool: api_pb2.DATA_TYPE_BOOL, str: api_pb2.DATA_TYPE_STRING, type(None): api_pb2.DATA_TYPE_UNSET}
    columns = []
    for key, value in values.items():
        kind = types.get(type(value), api_pb2.DATA_TYPE_FLOAT64)
        columns.append(api_pb2.HParamInfo(name=key, type=kind, differs=key in _SHOWN))
        if isinstance(value, bool):
            columns[-1].domain_discrete.extend([False, True])
    metrics = [
        api.Metric(tag, group=group, display_name=display_name).as_proto()
        for tag, group, display_name in _scores(measures)
    ]
    experiment = experiment_pb(columns, metrics)
    with writer.as_default(step=0):
        tf.summary.experimental.write_raw_pb(experiment.SerializeToString())
        api.hparams({key: value for key, value in values.items() if value is not None}, trial_id=name)


def _scores(measures: Sequence[Measure]) -> Iterator[tuple[str, str, str]]:
    """Tag, folder of event files and name on the page: of the best checkpoint, or followed while it trains."""
    for split in reversed(SPLITS):
        for measure in measures:
            yield f"final/{split}_{measure.key}", "", f"{split} {measure.name}"
    yield "final/training_seconds", "", "training seconds"
    yield "epoch_loss", "validation", "validation loss, last epoch"


def write_results(
    writer: tf.summary.SummaryWriter,
    metrics: Mapping[str, Mapping[str, float]],
    *,
    measures: Sequence[Measure],
    training_seconds: float,
) -> None:
    """Say that a run has ended well, and what was measured of its best checkpoint.

    Args:
        writer: Of the run as a whole.
        metrics: Those of metrics.json by split.
        measures: Which of them.
        training_seconds: Of all epochs.
    """
    from tensorboard.plugins.hparams import api_pb2
    from tensorboard.plugins.hparams.summary import session_end_pb

    results = {
        f"final/{split}_{measure.key}": found[measure.key] for split, found in metrics.items() for measure in measures
    }
    write_scalars(writer, {**results, "final/training_seconds": training_seconds}, step=0)
    end = session_end_pb(api_pb2.STATUS_SUCCESS)
    with writer.as_default(step=0):
        tf.summary.experimental.write_raw_pb(end.SerializeToString())
