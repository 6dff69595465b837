"""What TF_CONFIG says, and what it may not."""

import json

import pytest

from bert_tf.cluster import cluster_of
from bert_tf.errors import ClusterError

TWO = {"cluster": {"worker": ["one:2222", "two:2223"]}, "task": {"type": "worker", "index": 1}}


def environment(**changed):
    return {"TF_CONFIG": json.dumps({**TWO, **changed})}


def test_two_workers():
    found = cluster_of(environment())
    assert (found.addresses, found.index, found.count, found.port) == (("one:2222", "two:2223"), 1, 2, 2223)


@pytest.mark.parametrize("kind, index, place", [("chief", 0, 0), ("worker", 0, 1), ("worker", 1, 2)])
def test_a_chief_is_the_first(kind, index, place):
    cluster = {"worker": ["one:1", "two:1"], "chief": ["zero:1"]}
    found = cluster_of(environment(cluster=cluster, task={"type": kind, "index": index}))
    assert (found.addresses, found.index) == (("zero:1", "one:1", "two:1"), place)


@pytest.mark.parametrize(
    "text, told",
    [
        ("", "need TF_CONFIG"),
        ("{", "it is not JSON"),
        ("[]", "no object 'cluster'"),
        (environment(task=1)["TF_CONFIG"], "no object 'task'"),
        (environment(cluster={"worker": "one:1"})["TF_CONFIG"], "its worker is not a list"),
        (environment(cluster={"worker": ["one"]})["TF_CONFIG"], "'one' is not an address"),
        (environment(cluster={"worker": ["one:70000"]})["TF_CONFIG"], "is not an address"),
        (environment(cluster={"worker": [1]})["TF_CONFIG"], "1 is not an address"),
        (environment(cluster={"worker": ["one:1", "one:1"]})["TF_CONFIG"], "two workers have one address"),
        (environment(cluster={**TWO["cluster"], "ps": ["three:1"]})["TF_CONFIG"], "of the kind 'ps'"),
        (environment(task={"type": "worker", "index": 2})["TF_CONFIG"], "index 2, is none of its cluster"),
        (environment(task={"type": "evaluator", "index": 0})["TF_CONFIG"], "type 'evaluator'"),
        (environment(task={"type": ["worker"], "index": 0})["TF_CONFIG"], "is none of its cluster"),
        (environment(cluster={})["TF_CONFIG"], "is none of its cluster"),
    ],
)
def test_what_it_may_not_say(text, told):
    with pytest.raises(ClusterError, match=told) as caught:
        cluster_of({"TF_CONFIG": text})
    # The hint is one that works.
    assert cluster_of({"TF_CONFIG": caught.value.hint.partition("to ")[2].rpartition(", with")[0]}).count == 2
