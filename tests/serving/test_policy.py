import pytest

from bert_tf.errors import BertTfError
from bert_tf.serving.policy import Policy, only, read_model_config, wanted_versions

FOUND = [3, 1, 10]


def test_versions_of_a_policy():
    assert wanted_versions(FOUND, Policy()) == {10}
    assert wanted_versions(FOUND, Policy(latest=Policy.Latest(num_versions=2))) == {3, 10}
    assert wanted_versions(FOUND, Policy(all=Policy.All())) == {1, 3, 10}
    assert wanted_versions(FOUND, Policy(specific=Policy.Specific(versions=[1, 7]))) == {1}
    assert wanted_versions(FOUND, only(3).model_version_policy) == {3}
    assert wanted_versions([], Policy()) == set()


def test_a_config(tmp_path):
    path = tmp_path / "models.config"
    path.write_text(
        'model_config_list { config { name: "other" } config { name: "m" base_path: "/models/m"'
        ' model_version_policy { all {} } version_labels { key: "stable" value: 1 } } }'
    )
    config = read_model_config(path, "m")
    assert dict(config.version_labels) == {"stable": 1}
    assert wanted_versions(FOUND, config.model_version_policy) == {1, 3, 10}
    with pytest.raises(BertTfError, match="no model none(.|\n)*it has other, m"):
        read_model_config(path, "none")


@pytest.mark.parametrize("text", ["model_config_list {", "nothing: 1", "\udcff"])
def test_a_file_that_is_none(tmp_path, text):
    path = tmp_path / "models.config"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(BertTfError, match="can't be read") as caught:
        read_model_config(path, "m")
    assert caught.value.kind == "usage"
    with pytest.raises(BertTfError, match="can't be read"):
        read_model_config(tmp_path / "none", "m")
