"""Vectors of texts for TensorBoard's embedding projector."""

import pathlib
from collections.abc import Mapping, Sequence

import numpy as np
from tensorboard.plugins import projector

from bert_tf.atomic import new_file
from bert_tf.errors import TrainingError
from bert_tf.training.tensorboard.plain import one_line

_CHARACTERS = 200
_VECTORS, _METADATA = "embeddings.tsv", "embeddings_metadata.tsv"


def write_embeddings(
    folder: pathlib.Path, vectors: np.ndarray, *, columns: Mapping[str, Sequence[str]], name: str
) -> None:
    """Write vectors, what is known of each, and the file that the projector looks for.

    Args:
        folder: That has event files of its own: TensorBoard doesn't look into others.
        vectors: float [N, H], N ≥ 1.
        columns: At least two, of N values each; tabs and line ends are taken out.
        name: Of the vectors, for people.

    Raises:
        TrainingError: the disk is full.
    """
    lines = ["\t".join(columns)]
    lines += [
        "\t".join(one_line(value, longest=_CHARACTERS) for value in row) for row in zip(*columns.values(), strict=True)
    ]
    with new_file(folder / _METADATA, error=TrainingError) as temporary:
        temporary.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with new_file(folder / _VECTORS, error=TrainingError) as temporary:
        np.savetxt(temporary, np.nan_to_num(vectors), fmt="%.5g", delimiter="\t")
    config = projector.ProjectorConfig()
    config.embeddings.add(tensor_name=name, tensor_path=_VECTORS, metadata_path=_METADATA)
    with new_file(folder / "projector_config.pbtxt", error=TrainingError) as temporary:
        temporary.write_text(str(config), encoding="utf-8")
