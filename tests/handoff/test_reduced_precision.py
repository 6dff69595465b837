"""An export in fewer bits: what it says of itself, and that it is what was measured."""

import json
from types import SimpleNamespace

import numpy as np
import pytest
from tensorflow.core.framework import types_pb2
from tensorflow.core.protobuf import saved_model_pb2
from tensorflow.python.training import py_checkpoint_reader

from bert_tf.export.folders import folder_bytes, handoff_folder
from bert_tf.export.golden import read_golden
from bert_tf.export.verify import verify
from bert_tf.handoff.export_run import export_run
from bert_tf.handoff.reduced_precision import compare_answers
from bert_tf.runs.run import open_run


@pytest.fixture(scope="module")
def reduced(trained, cache, tmp_path_factory):
    """The trained run with weights in eight bits, computed in bfloat16: both at once, exported once."""
    run, folder = open_run(trained.run), tmp_path_factory.mktemp("reduced")
    return export_run(run, folder, cache_folder=cache, precision="bfloat16", quantize="int8-weights")


@pytest.fixture(scope="module")
def manifest(reduced):
    return json.loads((handoff_folder(reduced) / "manifest.json").read_text())


def test_the_manifest_says_what_it_costs(manifest, trained):
    assert (manifest["precision"], manifest["quantize"]) == ("bfloat16", "int8-weights")
    found, metrics = manifest["compared_with_float32"], open_run(trained.run).metrics["test"]
    assert (found["split"], found["rows"]) == ("test", metrics["examples"])
    assert found["equal_share"] == found["equal_labels"] / found["rows"] > 0.8
    assert 1e-4 < found["largest_difference"] < 0.3
    assert found["accuracy_difference"] == pytest.approx(found["accuracy"] - found["float32_accuracy"])
    # No more rows can be right or wrong than have other labels.
    assert abs(found["accuracy_difference"]) <= 1 - found["equal_share"] + 1e-9
    assert manifest["test_accuracy"] == found["accuracy"]
    assert found["float32_accuracy"] == pytest.approx(metrics["accuracy"], abs=0.05)


def test_size_and_latency_stand_beside_those_of_float32(manifest, reduced, trained):
    found = manifest["size_and_latency"]
    assert found["exported"]["size_bytes"] == folder_bytes(reduced)
    # What the run's own export in float32 takes, but for the numbers in the file's names.
    assert found["float32"]["size_bytes"] == pytest.approx(folder_bytes(trained.model), rel=0.001)
    for each in found.values():
        assert list(each["batch_sizes"]) == ["1", "8", "32"]
        assert all(0 < batch["p50_ms"] <= batch["p99_ms"] for batch in each["batch_sizes"].values())


def test_weights_are_stored_in_eight_bits(reduced, trained):
    # Of 15.6 million weights in float32 a quarter, and tokenizer, pooler and head as they were.
    assert folder_bytes(reduced) < 0.4 * folder_bytes(trained.model)
    shapes = variables(reduced)
    assert shapes["weights/0/.ATTRIBUTES/VARIABLE_VALUE"] == ("int8", [30522, 384])


def variables(version):
    """Type and shape of each variable by its name."""
    reader = py_checkpoint_reader.NewCheckpointReader(str(version / "variables" / "variables"))
    dtypes = reader.get_variable_to_dtype_map()
    return {
        name: (dtypes[name].name, shape)
        for name, shape in reader.get_variable_to_shape_map().items()
        if name != "_CHECKPOINTABLE_OBJECT_GRAPH"
    }


def test_there_is_nothing_of_an_optimizer(reduced, trained):
    for version in (reduced, trained.model):
        shapes = sorted(shape for _, shape in variables(version).values())
        # The head's and the pooler's bias and kernel, and the words.
        assert shapes == [[5], [384], [384, 5], [384, 384], [30522, 384]]
        named = " ".join(names_in(version)).lower()
        assert not [word for word in ("adam", "optimizer", "momentum", "slot") if word in named]


def names_in(version):
    """Names of all operations, those in functions too, and of all variables."""
    meta = saved_model(version).meta_graphs[0]
    functions = [node for function in meta.graph_def.library.function for node in function.node_def]
    objects = meta.object_graph_def.nodes
    assert not any(each.slot_variables for each in objects)
    return {node.name for node in [*meta.graph_def.node, *functions]} | {each.variable.name for each in objects}


def saved_model(version):
    model = saved_model_pb2.SavedModel()
    model.ParseFromString((version / "saved_model.pb").read_bytes())
    return model


def test_signatures_are_the_same_whatever_is_inside(reduced, trained):
    kinds = {version: signature_types(version) for version in (reduced, trained.model)}
    assert kinds[reduced] == kinds[trained.model]
    assert set(kinds[reduced]) == {"serving_default", "classify", "from_ids"}
    assert {kind for each in kinds[reduced].values() for kind in each.values()} <= {
        "DT_FLOAT", "DT_STRING", "DT_BOOL", "DT_INT32",
    }  # fmt: skip


def signature_types(version):
    signatures = saved_model(version).meta_graphs[0].signature_def
    return {
        name: {
            key: types_pb2.DataType.Name(info.dtype)
            for key, info in (*signature.inputs.items(), *signature.outputs.items())
        }
        for name, signature in signatures.items()
        if not name.startswith("__")
    }


def test_the_graph_has_what_the_default_target_has(manifest):
    assert manifest["serving"]["oldest"] == "2.12.2"


def test_what_is_served_is_what_was_measured(reduced, manifest):
    done = verify(reduced, latency_seconds=None)
    assert (done.precision, done.quantize) == ("bfloat16", "int8-weights")
    assert done.largest_difference <= done.tolerance == manifest["tolerance"] < 0.1
    assert "c_api" in {check.name for check in done.checks if check.status == "pass"}
    conformance = json.loads((handoff_folder(reduced) / "conformance.json").read_text())
    assert (conformance["precision"], conformance["quantize"]) == ("bfloat16", "int8-weights")


def test_no_golden_label_hangs_on_rounding(reduced, manifest, trained):
    lines = read_golden(handoff_folder(reduced) / "golden" / "requests.jsonl")
    probabilities = np.array([line["answer"]["probabilities"] for line in lines])
    first, second = np.sort(probabilities, axis=-1)[:, ::-1][:, :2].T
    assert (first - second > 2 * manifest["tolerance"]).all()
    in_float32 = read_golden(handoff_folder(trained.model) / "golden" / "requests.jsonl")
    assert manifest["undecided_left_out"] == len(in_float32) - len(lines)


def test_the_card_says_it(reduced, manifest):
    card = (handoff_folder(reduced) / "MODEL_CARD.md").read_text()
    assert "It computes in bfloat16, with weights stored in eight bits." in card
    assert f"| accuracy | {manifest['test_accuracy']:.4f} |" in card
    assert "| size | " in card


def test_the_run_s_own_export_is_in_float32(trained):
    manifest = json.loads((handoff_folder(trained.model) / "manifest.json").read_text())
    assert (manifest["precision"], manifest["quantize"], manifest["compared_with_float32"]) == ("float32", "none", None)
    assert (manifest["tolerance"], manifest["undecided_left_out"]) == (2e-5, 0)


def test_a_run_without_rows_kept_apart_says_so():
    found = compare_answers(None, SimpleNamespace(examples={"train": None}), reduced=None, full=None)
    assert (found.facts, found.metrics) == ({"split": None}, {})
