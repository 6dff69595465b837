from tensorboard.plugins.hparams import api_pb2, plugin_data_pb2

from bert_tf.tasks.classify.measures import FOLLOWED
from bert_tf.training.tensorboard.hparams import write_hparams, write_results

VALUES = {"training.learning_rate": 1e-4, "training.epochs": 3, "model.encoder": "minilm-l6", "training.flag": True}
LEFT_OUT = {"model.dropout": None}
METRICS = {"test": {"accuracy": 0.75, "macro_f1": 0.5, "log_loss": 0.25, "examples": 4}}


def test_read_back(write, read_events, tmp_path, scalars):
    def both(writers):
        write_hparams(writers.run, {**VALUES, **LEFT_OUT}, name="bbc-news 1", measures=FOLLOWED)
        write_results(writers.run, METRICS, measures=FOLLOWED, training_seconds=12.5)

    write(both)
    content = {
        tag: plugin_data_pb2.HParamsPluginData.FromString(data)
        for tag, data in read_events(tmp_path).PluginTagToContent("hparams").items()
    }
    start = content["_hparams_/session_start_info"].session_start_info
    assert start.group_name == "bbc-news 1"
    told = {name: getattr(value, value.WhichOneof("kind")) for name, value in start.hparams.items()}
    assert told == VALUES
    assert content["_hparams_/session_end_info"].session_end_info.status == api_pb2.STATUS_SUCCESS
    experiment = content["_hparams_/experiment"].experiment
    # A run without a key must not hide it of the others.
    assert {info.name for info in experiment.hparam_infos} == {*VALUES, *LEFT_OUT}
    types = {info.name: info.type for info in experiment.hparam_infos}
    assert types["training.epochs"] == types["training.learning_rate"] == api_pb2.DATA_TYPE_FLOAT64
    assert (types["model.encoder"], types["training.flag"]) == (api_pb2.DATA_TYPE_STRING, api_pb2.DATA_TYPE_BOOL)
    columns = {(info.name.group, info.name.tag) for info in experiment.metric_infos}
    found = {("", tag) for tag in scalars(tmp_path) if tag.startswith("final/")}
    assert found == {
        ("", f"final/{name}") for name in ("test_accuracy", "test_macro_f1", "test_log_loss", "training_seconds")
    }
    # Each has a column in the table; those of validation stay empty here.
    assert found < columns
    assert scalars(tmp_path)["final/test_accuracy"] == [(0, 0.75)]
    assert scalars(tmp_path)["final/training_seconds"] == [(0, 12.5)]
