"""deploy/tuning.yaml: what keras-tuner's chief and workers need of a cluster is in it."""

import pathlib

import pytest
import yaml

from bert_tf.recipe.space import search_space
from bert_tf.tasks.recipes import load_recipe
from bert_tf.tuning.roles import role

FILE = pathlib.Path(__file__).parents[2] / "deploy" / "tuning.yaml"


@pytest.fixture
def documents():
    found = {(each["kind"], each["metadata"]["name"]): each for each in yaml.safe_load_all(FILE.read_text())}
    assert len(found) == 4
    return found


def container(job):
    (found,) = job["spec"]["template"]["spec"]["containers"]
    return found


def environment(job):
    values = {each["name"]: each.get("value", "0") for each in container(job)["env"]}
    return {name: value.replace("$(INDEX)", values.get("INDEX", "")) for name, value in values.items()}


@pytest.fixture
def chief(documents):
    return documents["Job", "tuning-chief"]


@pytest.fixture
def workers(documents):
    return documents["Job", "tuning-workers"]


def test_processes_know_what_they_are(chief, workers):
    assert role(environment(chief)) == "chief"
    assert role(environment(workers)) == "worker"


def test_workers_reach_the_chief(documents, chief, workers):
    service = documents["Service", "tuning-chief"]
    assert service["spec"]["selector"].items() <= chief["spec"]["template"]["metadata"]["labels"].items()
    assert environment(workers)["KERASTUNER_ORACLE_IP"] == service["metadata"]["name"]
    ports = {
        environment(chief)["KERASTUNER_ORACLE_PORT"],
        environment(workers)["KERASTUNER_ORACLE_PORT"],
        *(str(each["containerPort"]) for each in container(chief)["ports"]),
        *(str(each[side]) for each in service["spec"]["ports"] for side in ("port", "targetPort")),
    }
    assert len(ports) == 1
    # Every address of the pod: a service is not one of them.
    assert environment(chief)["KERASTUNER_ORACLE_IP"] == "0.0.0.0"


def test_a_worker_keeps_its_name_when_its_pod_is_replaced(workers):
    assert workers["spec"]["completionMode"] == "Indexed"
    assert workers["spec"]["completions"] == workers["spec"]["parallelism"] > 1
    # Kubernetes expands only what stands before.
    names = [each["name"] for each in container(workers)["env"]]
    assert names.index("INDEX") < names.index("KERASTUNER_TUNER_ID")
    # With a limit for each index, Kubernetes takes no other policy.
    assert workers["spec"]["backoffLimitPerIndex"] > 0
    assert workers["spec"]["template"]["spec"]["restartPolicy"] == "Never"


def test_all_share_one_volume_and_one_command(documents, chief, workers):
    claim = documents["PersistentVolumeClaim", "tuning"]
    assert claim["spec"]["accessModes"] == ["ReadWriteMany"]
    assert container(chief)["command"] == container(workers)["command"]
    assert container(chief)["image"] == container(workers)["image"]
    for job in (chief, workers):
        (volume,) = job["spec"]["template"]["spec"]["volumes"]
        (mount,) = container(job)["volumeMounts"]
        assert volume["persistentVolumeClaim"]["claimName"] == claim["metadata"]["name"]
        assert mount["name"] == volume["name"]
        folder = container(job)["command"][container(job)["command"].index("--folder") + 1]
        assert pathlib.Path(folder).is_relative_to(mount["mountPath"])
        for name in ("BERT_TF_CACHE", "TFDS_DATA_DIR", "HF_HOME"):
            assert pathlib.Path(environment(job)[name]).is_relative_to(mount["mountPath"])


def test_two_of_one_name_never_run_at_once(chief, workers):
    assert {job["spec"]["podReplacementPolicy"] for job in (chief, workers)} == {"Failed"}


def test_the_recipe_can_be_searched(chief):
    command = container(chief)["command"]
    assert command[:2] == ["bert-tf", "tune"]
    assert search_space(load_recipe(command[2]))
