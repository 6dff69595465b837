"""What TensorBoard's own HParams plugin makes of the whole folder of a search."""

import pytest
from searches import add_run, make_search

from bert_tf.tuning.dashboard import write_hparams
from bert_tf.tuning.results import read_search


@pytest.fixture
def groups():
    """Rows of the table by name, as TensorBoard answers its page, over every event file in a folder."""
    from tensorboard.backend.event_processing import data_provider, plugin_event_multiplexer
    from tensorboard.context import RequestContext
    from tensorboard.plugins import base_plugin
    from tensorboard.plugins.hparams import api_pb2, backend_context, get_experiment, list_session_groups

    def read(folder):
        multiplexer = plugin_event_multiplexer.EventMultiplexer()
        multiplexer.AddRunsFromDirectory(str(folder))
        multiplexer.Reload()
        provider = data_provider.MultiplexerDataProvider(multiplexer, str(folder))
        context = backend_context.Context(base_plugin.TBContext(data_provider=provider, multiplexer=multiplexer))
        experiment = get_experiment.Handler(RequestContext(), context, "", api_pb2.GetExperimentRequest()).run()
        request = api_pb2.ListSessionGroupsRequest(
            start_index=0,
            slice_size=100,
            allowed_statuses=[api_pb2.STATUS_SUCCESS, api_pb2.STATUS_FAILURE, api_pb2.STATUS_RUNNING],
            col_params=[api_pb2.ColParams(metric=info.name) for info in experiment.metric_infos],
        )
        answer = list_session_groups.Handler(RequestContext(), context, "", request).run()
        return experiment, {group.name: group for group in answer.session_groups}

    return read


TRIALS = [
    {"score": 0.5, "epochs": 1},
    {"score": 0.6, "epochs": 1},
    {"status": "failed", "reason": "diverged", "epochs": 1},
    {"score": 0.65, "epochs": 3, "continued_from": "01"},
    {"status": "running", "epochs": 3, "continued_from": "00"},
]


def score(group, tag="validation.accuracy"):
    return next((value.value for value in group.metric_values if value.name.tag == tag), None)


def test_each_set_of_values_is_one_row(tmp_path, groups):
    folder = make_search(tmp_path / "s", TRIALS, training__epochs=3)
    write_hparams(read_search(folder))
    experiment, rows = groups(folder)
    assert set(rows) == {"trial 0", "trial 2", "trial 3"}
    assert score(rows["trial 3"]) == pytest.approx(0.65)
    assert score(rows["trial 2"]) is None
    tuned = rows["trial 3"].hparams
    assert tuned["training.learning_rate"].number_value == pytest.approx(3e-4)
    assert tuned["training.batch_size"].number_value == 32
    assert {info.name for info in experiment.hparam_infos} == set(read_search(folder).recipe.tuning.space)
    assert "seconds" in {info.name.tag for info in experiment.metric_infos}


def test_written_again_nothing_is_there_twice(tmp_path, groups):
    folder = make_search(tmp_path / "s", TRIALS[:2], training__epochs=3)
    write_hparams(read_search(folder))
    make_search(folder, TRIALS, training__epochs=3)
    write_hparams(read_search(folder))
    write_hparams(read_search(folder))
    _, rows = groups(folder)
    assert {name: len(group.sessions) for name, group in rows.items()} == {"trial 0": 1, "trial 2": 1, "trial 3": 1}


def test_values_of_several_types_are_texts(tmp_path, groups):
    space = {"classify.class_weights": {"choice": ["none", {"tech": 2.0}]}}
    trials = [{"score": 0.5, "values": {"classify.class_weights": value}} for value in ("none", {"tech": 2.0})]
    folder = make_search(tmp_path / "s", trials, tuning__space=space)
    write_hparams(read_search(folder))
    _, rows = groups(folder)
    found = {name: group.hparams["classify.class_weights"].string_value for name, group in rows.items()}
    assert found == {"trial 0": "none", "trial 1": '{"tech": 2.0}'}


def test_the_runs_of_trials_are_no_rows(tmp_path, groups, trained):
    """Here they are of an ordinary run, which has one, to see that the table would show it."""
    folder = make_search(tmp_path / "s", [{"score": 0.5}])
    write_hparams(read_search(folder))
    add_run(folder, "00", trained.run)
    assert set(groups(folder)[1]) == {"trial 0", trained.run.name}


def test_keys_without_quotes_and_weights_of_labels_are_columns(tmp_path, groups):
    own = {"tech": 1.0}
    space = {
        "classify": {"class_weights": {"tech": {"uniform": [1, 4]}}},
        "training": {"gradient_checkpointing": {"choice": [False, True]}},
    }
    keys = ("classify.class_weights.tech", "training.gradient_checkpointing")
    trials = [{"score": 0.5, "values": dict(zip(keys, values, strict=True))} for values in ((1.0, False), (2.5, True))]
    folder = make_search(tmp_path / "s", trials, classify__class_weights=own, tuning__space=space)
    write_hparams(read_search(folder))
    _, rows = groups(folder)
    tuned = rows["trial 1"].hparams
    assert set(tuned) == set(keys)
    assert tuned[keys[0]].number_value == 2.5
    assert tuned[keys[1]].bool_value is True
