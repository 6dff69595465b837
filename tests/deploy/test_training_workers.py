"""deploy/training-workers.yaml: what Kubeflow's operator asks of a TFJob, and that what it starts are workers."""

import json
import pathlib

import pytest
import yaml

from bert_tf.cli.train import train
from bert_tf.cluster import cluster_of
from bert_tf.tasks.recipes import load_recipe

FILE = pathlib.Path(__file__).parents[2] / "deploy" / "training-workers.yaml"


@pytest.fixture
def documents():
    return {each["kind"]: each for each in yaml.safe_load_all(FILE.read_text())}


@pytest.fixture
def replicas(documents):
    return documents["TFJob"]["spec"]["tfReplicaSpecs"]


def pod_of(replica):
    return replica["template"]["spec"]


def test_what_the_operator_asks_for(documents, replicas):
    assert documents["TFJob"]["apiVersion"] == "kubeflow.org/v1"
    assert set(replicas) == {"Chief", "Worker"}
    assert replicas["Chief"]["replicas"] == 1
    for replica in replicas.values():
        assert replica["restartPolicy"] == "OnFailure"
        (container,) = pod_of(replica)["containers"]
        assert (container["name"], container["ports"][0]["name"]) == ("tensorflow", "tfjob-port")
        assert pod_of(replica)["terminationGracePeriodSeconds"] > 10


def test_all_run_one_command_that_resumes(replicas):
    (command,) = {tuple(pod_of(replica)["containers"][0]["command"]) for replica in replicas.values()}
    program, name, *arguments = command
    assert (program, name) == ("bert-tf", "train")
    given = train.make_context("train", arguments).params
    assert (given["resume"], given["strategy"]) == ("auto", "multi_worker")
    batch_size = load_recipe(given["recipe"]).training.batch_size
    assert batch_size % sum(replica["replicas"] for replica in replicas.values()) == 0


def test_what_it_writes_is_on_a_volume_of_several_nodes(documents, replicas):
    claim = documents["PersistentVolumeClaim"]
    assert claim["spec"]["accessModes"] == ["ReadWriteMany"]
    for replica in replicas.values():
        pod = pod_of(replica)
        (volume,), (container,) = pod["volumes"], pod["containers"]
        assert volume["persistentVolumeClaim"]["claimName"] == claim["metadata"]["name"]
        folders = [each["value"] for each in container["env"]]
        folders.append(container["command"][container["command"].index("--runs") + 1])
        mount = container["volumeMounts"][0]["mountPath"]
        assert all(pathlib.Path(folder).is_relative_to(mount) for folder in folders)


def test_only_workers_reach_workers(documents, replicas):
    policy = documents["NetworkPolicy"]["spec"]
    (rule,) = policy["ingress"]
    assert rule["from"] == [{"podSelector": policy["podSelector"]}]
    for replica in replicas.values():
        assert replica["template"]["metadata"]["labels"].items() >= policy["podSelector"]["matchLabels"].items()


@pytest.mark.parametrize("kind, index, place", [("chief", 0, 0), ("worker", 0, 1), ("worker", 2, 3)])
def test_the_operators_tf_config(replicas, kind, index, place):
    """As the operator writes it, by the names of its services."""
    names = {
        each: [
            f"training-workers-{each}-{number}.default.svc:2222" for number in range(replicas[each.title()]["replicas"])
        ]
        for each in ("chief", "worker")
    }
    document = {"cluster": names, "task": {"type": kind, "index": index}, "environment": "cloud"}
    found = cluster_of({"TF_CONFIG": json.dumps(document)})
    assert (found.count, found.index, found.port) == (4, place, 2222)
