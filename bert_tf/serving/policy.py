"""Which versions of a model are served, and what they are called: TensorFlow Serving's models.config."""

import pathlib
from collections.abc import Collection
from typing import TypeAlias

from google.protobuf import text_format
from tensorflow_serving.config import file_system_storage_path_source_pb2, model_server_config_pb2

from bert_tf.errors import BertTfError

ModelConfig: TypeAlias = model_server_config_pb2.ModelConfig
Policy: TypeAlias = file_system_storage_path_source_pb2.FileSystemStoragePathSourceConfig.ServableVersionPolicy


def read_model_config(path: pathlib.Path, name: str) -> ModelConfig:
    """What a models.config says of a model; its `base_path` is a server's own matter and not looked at.

    Raises:
        BertTfError: there is no such file, it is not one, or the model is not in it.
    """
    try:
        config = text_format.Parse(path.read_text(encoding="utf-8"), model_server_config_pb2.ModelServerConfig())
    except (OSError, ValueError, text_format.ParseError) as problem:
        raise BertTfError(
            "The model config can't be read.", where=str(path), hint=str(problem)[:300], kind="usage"
        ) from problem
    for model in config.model_config_list.config:
        if model.name == name:
            return model
    names = ", ".join(model.name for model in config.model_config_list.config) or "none"
    raise BertTfError(f"The model config has no model {name}.", where=str(path), hint=f"it has {names}", kind="usage")


def only(version: int) -> ModelConfig:
    """One version, and no other."""
    return ModelConfig(model_version_policy=Policy(specific=Policy.Specific(versions=[version])))


def wanted_versions(found: Collection[int], policy: Policy) -> set[int]:
    """Of the versions on disk those that a policy serves; without one the latest."""
    choice = policy.WhichOneof("policy_choice")
    if choice == "all":
        return set(found)
    if choice == "specific":
        return set(found) & set(policy.specific.versions)
    return set(sorted(found)[-max(1, policy.latest.num_versions) :])
